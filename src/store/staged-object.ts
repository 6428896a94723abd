// Private copies of what a tool wrote, on their way to becoming objects: a build may change its files at any time.

import { closeSync, constants as fs, openSync, statSync, writeSync } from "node:fs";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fault } from "../sys/fault.ts";
import { fsPath } from "../sys/fs-path.ts";
import { reflinkOrCopy, reflinkOrCopySync } from "../sys/reflink-or-copy.ts";
import { removeIfThere } from "../sys/staged-file.ts";
import { storeWriteError } from "./write-errors.ts";

/** A private copy of an output, to be committed or given up. Leaving the scope of `using` uncommitted removes it. */
export type StagedObject = Disposable & {
  readonly path: RawText;
  /** Bytes. */
  readonly size: number;
  /** True if the source could be executed by someone. */
  readonly executable: boolean;
};

/**
 * Copies a file that a tool wrote, or bytes, to `path`, which is not there yet.
 * @throws {ZccacheError} `OUTPUT_CHANGED` if it is no regular file or was written meanwhile, `STORE_WRITE` if the cache
 * can't be written.
 */
export async function stageObject(source: RawText | Uint8Array, path: RawText): Promise<StagedObject> {
  try {
    fault("store.stage");
    return typeof source === "string" ? await stageFile(source, path) : stageBytes(source, path);
  } catch (error) {
    removeQuietly(path);
    throw error instanceof ZccacheError ? error : storeWriteError("stage an object", error);
  }
}

// Larger files are copied off the JavaScript thread.
const INLINE_BYTES = 1n << 20n;
const EXECUTABLE_BITS = 0o111n;

async function stageFile(source: RawText, path: RawText): Promise<StagedObject> {
  const before = statOutput(source);
  if (before === undefined) throw outputChanged(source, "it is no regular file");
  if (before.size > INLINE_BYTES) await reflinkOrCopy(source, path);
  else reflinkOrCopySync(source, path);
  const after = statOutput(source);
  const same =
    after?.mtimeNs === before.mtimeNs &&
    after.ctimeNs === before.ctimeNs &&
    after.size === before.size &&
    after.ino === before.ino &&
    after.dev === before.dev;
  if (!same) throw outputChanged(source, "it was written while it was copied");
  return staged(path, Number(before.size), (before.mode & EXECUTABLE_BITS) !== 0n);
}

function stageBytes(bytes: Uint8Array, path: RawText): StagedObject {
  const fd = openSync(fsPath(path), fs.O_WRONLY | fs.O_CREAT | fs.O_EXCL | fs.O_NOFOLLOW, 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  } finally {
    closeSync(fd);
  }
  return staged(path, bytes.length, false);
}

function staged(path: RawText, size: number, executable: boolean): StagedObject {
  return { path, size, executable, [Symbol.dispose]: () => removeQuietly(path) };
}

/** Stamp of an output, symbolic links followed; undefined if it is not there or no regular file. */
function statOutput(source: RawText): ReturnType<typeof statBig> {
  const stats = statBig(source);
  return stats?.isFile() === true ? stats : undefined;
}

function statBig(path: RawText) {
  try {
    return statSync(fsPath(path), { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function outputChanged(source: RawText, why: string): ZccacheError {
  return new ZccacheError("OUTPUT_CHANGED", `Cannot store "${showRaw(source)}": ${why}`);
}

function removeQuietly(path: RawText): void {
  try {
    removeIfThere(path);
  } catch {
    // The cache can't be written any more: what nothing needs is swept at a later start.
  }
}
