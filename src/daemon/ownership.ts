// How a process becomes *the* daemon of a state directory and an endpoint: advisory locks held for its whole life.

import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isErrno } from "../core/errors.ts";
import { lockExclusively } from "../sys/libc.ts";

/** Locks held by this process until it ends or releases them. */
export type Ownership = { release(): void };

/**
 * Takes an exclusive lock on each file, in order (flock(2)). A lock ends with its process, however that ends, so none is
 * ever stale; the files stay, because removing a locked file would let a second process lock a new one of that name.
 * @returns undefined if another process holds one of them.
 */
export function takeOwnership(files: readonly string[]): Ownership | undefined {
  const descriptors: number[] = [];
  const release = () => {
    for (const fd of descriptors) closeSync(fd);
  };
  for (const file of files) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const fd = openSync(file, "a", 0o600);
    descriptors.push(fd);
    if (!lockExclusively(fd)) {
      release();
      return undefined;
    }
  }
  return { release };
}

/** The lock file that others read: our pid in decimal and nothing else. */
export function writePidFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, String(process.pid), { mode: 0o600 });
}

/** Removes the lock file if it still holds our pid; it may belong to a successor by now. */
export function removePidFile(path: string): void {
  try {
    if (readFileSync(path, "utf8") === String(process.pid)) rmSync(path, { force: true });
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}
