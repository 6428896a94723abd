// How a process becomes *the* daemon of a state directory and an endpoint: advisory locks held for its whole life.

import { closeSync, constants, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isErrno, ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { lockExclusively } from "../sys/libc.ts";

/** Locks held by this process until it ends or releases them. */
export type Ownership = { release(): void };

/**
 * Takes an exclusive lock on each file, in order (flock(2)). A lock ends with its process, however that ends, so none is
 * ever stale; the files stay, because removing a locked file would let a second process lock a new one of that name.
 * @returns undefined if another process holds one of them.
 * @throws {ZccacheError} `IO` if one can't be opened.
 */
export function takeOwnership(files: readonly RawText[]): Ownership | undefined {
  const descriptors: number[] = [];
  const release = () => {
    for (const fd of descriptors) closeSync(fd);
  };
  for (const file of files) {
    const fd = openLock(file);
    descriptors.push(fd);
    if (!lockExclusively(fd)) {
      release();
      return undefined;
    }
  }
  return { release };
}

/** The lock file that others read: our pid in decimal and nothing else. */
export function writePidFile(path: RawText): void {
  makeParent(path);
  writeFileSync(fsPath(path), String(process.pid), { mode: 0o600 });
}

/** Removes the lock file if it still holds our pid; it may belong to a successor by now. */
export function removePidFile(path: RawText): void {
  try {
    if (readFileSync(fsPath(path), "utf8") === String(process.pid)) rmSync(fsPath(path), { force: true });
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENOTDIR")) throw error;
  }
}

function openLock(path: RawText): number {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  try {
    makeParent(path);
    return openSync(fsPath(path), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (error) {
    throw new ZccacheError("IO", `Cannot open "${showRaw(path)}"`, { cause: error });
  }
}

function makeParent(path: RawText): void {
  mkdirSync(fsPath(path.slice(0, path.lastIndexOf("/"))), { recursive: true, mode: 0o700 });
}
