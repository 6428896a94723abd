// Copies an object of the store to where it is wanted and proves, on the way, that it is what was stored. Where the user
// asked for it, the copy may be a second name of the object itself.

import { closeSync, fchmodSync, constants as fs, fstatSync, openSync, writeSync } from "node:fs";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { readChunks } from "../sys/read-chunks.ts";
import { reflink } from "../sys/reflink-or-copy.ts";
import { startXxh64 } from "../sys/xxh64.ts";
import { linkObject } from "./link-object.ts";

/** One copy. */
export type VerifiedCopy = {
  readonly from: RawText;
  /** Must not exist. */
  readonly to: RawText;
  /** Expected bytes. */
  readonly size: number;
  /** Expected XXH64, 16 hex digits. */
  readonly check: string;
  /** Permissions that `to` gets, whatever the umask. */
  readonly mode: number;
  /** Try to share blocks first. */
  readonly share: boolean;
  /** If blocks are not shared, try to make `to` a hard link, which is changed now. */
  readonly link?: boolean;
};

/**
 * Makes `to` a file with exactly the stored content.
 * @returns true if it shares its blocks with `from`.
 * @throws {ZccacheError} `STORE_CORRUPT` if `from` can't be read or is not what was stored, `IO` if `to` can't be
 * written. `to` may be there then, for the caller to remove.
 */
export function copyVerified(copy: VerifiedCopy): boolean {
  const shared = copy.share && shareBlocks(copy);
  const source = opened("STORE_CORRUPT", shared ? copy.to : copy.from, fs.O_RDONLY | fs.O_NOFOLLOW);
  try {
    const stats = fstatSync(source);
    if (!stats.isFile() || stats.size !== copy.size) throw corrupt(copy, "its size is wrong");
    if (shared) {
      verify(source, copy);
      fchmodSync(source, copy.mode);
    } else if (copy.link === true && linkObject(source, copy)) verify(source, copy);
    else writeVerified(source, copy);
  } finally {
    closeSync(source);
  }
  return shared;
}

/** Another way to do the same, e.g. in the worker pool. */
export type CopyElsewhere = (copy: VerifiedCopy) => Promise<boolean>;

// 1 MiB is 0.5 ms of work, a round trip to a worker 11 µs.
const INLINE_BYTES = 1 << 20;

/** `copyVerified`, elsewhere for what would keep this thread busy. @throws also what `elsewhere` does. */
export async function copyBySize(copy: VerifiedCopy, elsewhere: CopyElsewhere | undefined): Promise<boolean> {
  return copy.size > INLINE_BYTES && elsewhere !== undefined ? await elsewhere(copy) : copyVerified(copy);
}

function shareBlocks({ from, to }: VerifiedCopy): boolean {
  try {
    return reflink(from, to);
  } catch {
    // The copy that follows says what is wrong, and with which of the two.
    return false;
  }
}

function writeVerified(source: number, copy: VerifiedCopy): void {
  const target = opened("IO", copy.to, fs.O_WRONLY | fs.O_CREAT | fs.O_EXCL | fs.O_NOFOLLOW);
  try {
    verify(source, copy, (chunk) => writeAll(target, chunk));
    fchmodSync(target, copy.mode);
  } catch (error) {
    throw error instanceof ZccacheError ? error : cannotWrite(copy.to, error);
  } finally {
    closeSync(target);
  }
}

/** Writes a chunk to a regular file, all of it. @throws the system's error. */
function writeAll(fd: number, chunk: Buffer): void {
  for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
}

/** Reads to the end; whoever uses what `sink` got must wait for this to return. */
function verify(source: number, copy: VerifiedCopy, sink?: (chunk: Buffer) => void): void {
  const check = startXxh64();
  readObject(source, copy, (chunk) => {
    check.update(chunk);
    sink?.(chunk);
  });
  if (check.digest() !== copy.check) throw corrupt(copy, "its content is not what was stored");
}

function readObject(source: number, copy: VerifiedCopy, visit: (chunk: Buffer) => void): void {
  let failure: unknown;
  try {
    readChunks(source, (chunk) => {
      try {
        visit(chunk);
      } catch (error) {
        failure = error;
        throw error;
      }
    });
  } catch (error) {
    if (failure !== undefined) throw failure;
    throw corrupt(copy, "it can't be read", error);
  }
}

function opened(code: "IO" | "STORE_CORRUPT", path: RawText, flags: number): number {
  try {
    return openSync(fsPath(path), flags, 0o600);
  } catch (error) {
    if (code === "IO") throw cannotWrite(path, error);
    throw new ZccacheError(code, `Cannot read the stored object "${showRaw(path)}"`, { cause: error });
  }
}

function cannotWrite(path: RawText, cause: unknown): ZccacheError {
  return new ZccacheError("IO", `Cannot write "${showRaw(path)}"`, { cause });
}

function corrupt({ from }: VerifiedCopy, why: string, cause?: unknown): ZccacheError {
  return new ZccacheError("STORE_CORRUPT", `Cannot use the stored object "${showRaw(from)}": ${why}`, { cause });
}
