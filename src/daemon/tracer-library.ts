// Unpacks the access tracer, which the executable carries inside, to where a tool's loader can open it.

import { accessSync, chmodSync, constants, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import embedded from "../../dist/libzcctrace.so" with { type: "file" };
import { ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { preparePrivateDirectory } from "../sys/private-directory.ts";

/** The unpacked tracer. */
export type TracerLibrary = {
  /**
   * Where it is now: it is unpacked again should someone have removed it, which the loader of every program would
   * complain about on standard error.
   * @throws {ZccacheError} `DAEMON_START` if no place can hold it any more.
   */
  path(): RawText;
};

/**
 * Writes the tracer into the first of `directories` that can hold it. The name carries the content's hash, so a library
 * in use is never replaced by another.
 * @throws {ZccacheError} `DAEMON_START` if none can.
 */
export function unpackTracer(directories: readonly RawText[]): TracerLibrary {
  const library = readFileSync(embedded);
  let path = unpack(directories, library);
  return {
    path: () => {
      if (statSync(fsPath(path), { throwIfNoEntry: false })?.size !== library.length)
        path = unpack(directories, library);
      return path;
    },
  };
}

function unpack(directories: readonly RawText[], library: Buffer): RawText {
  const name = `libzcctrace-${Bun.SHA256.hash(library, "hex").slice(0, 16)}.so`;
  const failures: string[] = [];
  for (const directory of directories) {
    const failure = placeLibrary(directory, name, library);
    if (failure === undefined) return `${directory}/${name}`;
    failures.push(failure);
  }
  throw new ZccacheError("DAEMON_START", `Cannot unpack the access tracer: ${failures.join("; ")}`);
}

/** @returns Why this place won't do; undefined if the library is there now. */
function placeLibrary(directory: RawText, name: string, library: Buffer): string | undefined {
  // LD_PRELOAD is a list separated by blanks and colons, without quoting (ld.so(8)).
  const path = `${directory}/${name}`;
  if (/[ :$]/.test(path)) return `"${showRaw(path)}" has a blank, colon or dollar sign`;
  try {
    preparePrivateDirectory(directory);
    const staged = fsPath(`${path}.${process.pid}`);
    writeFileSync(staged, library, { mode: 0o500 });
    chmodSync(staged, 0o500);
    // access(2) fails with EACCES for X_OK below a noexec mount, where the loader could not map the library either.
    accessSync(staged, constants.X_OK);
    renameSync(staged, fsPath(path));
    return undefined;
  } catch (error) {
    return `"${showRaw(path)}": ${error instanceof Error ? error.message : String(error)}`;
  }
}
