// Hard links to objects, for who asked for them: nothing is copied, and nothing read either where the object is followed.

import { closeSync, fchmodSync, constants as fs, fstatSync, linkSync, openSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { setMadeNow } from "../sys/file-times.ts";
import { fsPath } from "../sys/fs-path.ts";
import { whileNobodyWrites } from "../sys/read-lease.ts";
import type { ContentWatch } from "../watch/content-watch.ts";

/** The link to be made: `to` must not exist, and gets these permissions whatever the umask. */
export type ObjectLink = { readonly from: RawText; readonly to: RawText; readonly mode: number };

/**
 * Gives an object a second name, unless it has others already, under which it has another mode. It stays writable: rustc
 * refuses to replace what is not. So whoever writes to it changes the object, and its content has to be compared or
 * followed. It is dated as a file that is made now: cargo compares it with those of what it is made from.
 * @param source The object, open for reading.
 * @returns false if the object can't have that name: other file systems, too many names (link(2)).
 * @throws the system's error, or {ZccacheError} `SYSTEM_CALL`, if mode and time can't be set; `to` may be there then.
 */
export function linkObject(source: number, { from, to, mode }: ObjectLink): boolean {
  const stats = fstatSync(source);
  if (stats.nlink > 1 && (stats.mode & MODE_BITS) !== mode) return false;
  try {
    linkSync(fsPath(from), fsPath(to));
  } catch {
    // The copy that follows says what is wrong, if anything is.
    return false;
  }
  fchmodSync(source, mode);
  setMadeNow(source);
  return true;
}

const MODE_BITS = 0o7777;

/**
 * Likewise, of an object whose content was compared before, and that nobody has written to since or has open for writing
 * now. 30 µs for any size.
 * @returns false if that is not known, or can't be; nothing was done then.
 * @throws as above.
 */
export function linkUnwritten(link: ObjectLink, contents: ContentWatch): boolean {
  if (!contents.isKept(link.from)) return false;
  const source = openedOrNone(link.from);
  if (source === undefined) return false;
  try {
    const isUnwritten = () => contents.isUnwritten(link.from, fstatSync(source, { bigint: true }));
    return whileNobodyWrites(source, () => isUnwritten() && linkObject(source, link)) ?? false;
  } finally {
    closeSync(source);
  }
}

function openedOrNone(path: RawText): number | undefined {
  try {
    return openSync(fsPath(path), fs.O_RDONLY | fs.O_NOFOLLOW);
  } catch {
    // The copy that follows says what is wrong.
    return undefined;
  }
}
