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
  let identity = identityOf(path);
  return {
    path: () => {
      if (identityOf(path) === identity) return path;
      path = unpack(directories, library);
      identity = identityOf(path);
      return path;
    },
  };
}

/** Changes when the file is replaced, written to or made unfit for us; undefined if there is none. */
function identityOf(path: RawText): string | undefined {
  const facts = statSync(fsPath(path), { throwIfNoEntry: false });
  return facts === undefined ? undefined : [facts.dev, facts.ino, facts.mode, facts.size, facts.ctimeMs].join();
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
  // LD_PRELOAD is a list separated by blanks and colons, without quoting (ld.so(8)); for musl all white space separates.
  const path = `${directory}/${name}`;
  if (/[\t-\r :$]/.test(path)) return `"${showRaw(path)}" has a blank, colon or dollar sign`;
  try {
    preparePrivateDirectory(directory);
    if (isInPlace(path, library)) return undefined;
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

/** True if it need not be written: a tool that runs under another daemon would take a new file for an exchanged one. */
function isInPlace(path: RawText, library: Buffer): boolean {
  try {
    accessSync(fsPath(path), constants.X_OK);
    return readFileSync(fsPath(path)).equals(library);
  } catch {
    return false; // absent, or not ours to read: then it is replaced
  }
}
