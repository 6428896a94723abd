// Directories that nobody but us may enter: made, or checked before anything is put into them. A directory that another
// user made, or a symbolic link under the name of one, is refused and never changed.

import { closeSync, constants, fchmodSync, fstatSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { isErrno, ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { fsPath } from "./fs-path.ts";

/** Every permission of group and others (inode(7)). */
const OTHERS = 0o077;

/** Effective user id of this process. */
export function ownUserId(): number {
  return process.geteuid?.() ?? -1;
}

/**
 * Creates a directory with mode 0700, parents included, or verifies that the one that is there is a real directory,
 * ours, and closed to others. A umask of any value gives the same modes.
 * @param options.tighten Take the permissions of others away from a directory of ours instead of refusing it.
 * @throws {ZccacheError} `UNSAFE_DIRECTORY` when it is not private, `IO` when it cannot be made or looked at.
 */
export function preparePrivateDirectory(path: RawText, options: { tighten?: boolean } = {}): void {
  const name = `directory "${showRaw(path)}"`;
  try {
    withUmask(OTHERS, () => mkdirSync(fsPath(path), { recursive: true, mode: 0o700 }));
  } catch (error) {
    // A file or a dangling link under that name is told apart below.
    if (!isErrno(error, "EEXIST")) throw new ZccacheError("IO", `Cannot create ${name}`, { cause: error });
  }
  const fd = openDirectory(path, name);
  try {
    const { uid, mode } = fstatSync(fd);
    if (uid !== ownUserId()) throw unsafe(name, `it belongs to user ${uid}`);
    if ((mode & OTHERS) === 0) return;
    if (options.tighten !== true) throw unsafe(name, `others may enter it (mode ${(mode & 0o7777).toString(8)})`);
    fchmodSync(fd, mode & 0o7700);
  } finally {
    closeSync(fd);
  }
}

/** True if `path` is a real directory (no link), ours, and closed to others. */
export function isPrivateDirectory(path: RawText): boolean {
  const stats = lstatSync(fsPath(path), { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === ownUserId() && (stats.mode & OTHERS) === 0;
}

/** Runs `action` with a umask and puts the old one back. It is the whole process's, so `action` must be synchronous. */
export function withUmask<Result>(mask: number, action: () => Result): Result {
  const before = process.umask(mask);
  try {
    return action();
  } finally {
    process.umask(before);
  }
}

/** Opens the directory itself, so that what is checked and what is changed are one inode. */
function openDirectory(path: RawText, name: string): number {
  try {
    return openSync(fsPath(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isErrno(error, "ENOTDIR", "ELOOP")) throw unsafe(name, "it is a link or no directory", error);
    throw new ZccacheError("IO", `Cannot open ${name}`, { cause: error });
  }
}

function unsafe(name: string, state: string, cause?: unknown): ZccacheError {
  return new ZccacheError("UNSAFE_DIRECTORY", `Cannot use ${name}: ${state}`, { cause });
}
