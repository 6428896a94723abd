// Copies of files that share their blocks where the file system can (FICLONE, ioctl_ficlone(2)): btrfs, xfs.

import { copyFileSync, constants as fs, promises } from "node:fs";
import { isErrno } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "./fs-path.ts";

/**
 * Makes `to`, which must not exist, a private copy of `from` with its mode, off the JavaScript thread.
 * @throws the system's error, with `code`.
 */
export async function reflinkOrCopy(from: RawText, to: RawText): Promise<void> {
  await promises.copyFile(fsPath(from), fsPath(to), fs.COPYFILE_EXCL | fs.COPYFILE_FICLONE);
}

/** As `reflinkOrCopy`, at once: 250 KB take 80 µs, less than a round trip through the thread pool. */
export function reflinkOrCopySync(from: RawText, to: RawText): void {
  copyFileSync(fsPath(from), fsPath(to), fs.COPYFILE_EXCL | fs.COPYFILE_FICLONE);
}

/**
 * Makes `to`, which must not exist, share the blocks of `from`.
 * @returns false if these two places cannot share blocks; nothing is left behind then.
 */
export function reflink(from: RawText, to: RawText): boolean {
  try {
    copyFileSync(fsPath(from), fsPath(to), fs.COPYFILE_EXCL | fs.COPYFILE_FICLONE_FORCE);
    return true;
  } catch (error) {
    if (isErrno(error, "EINVAL", "ENOSYS", "ENOTSUP", "ENOTTY", "EOPNOTSUPP", "EXDEV")) return false;
    throw error;
  }
}
