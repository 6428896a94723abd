// What an access trace says about one run of a tool, before anything is hashed. Paths are as spelled (`..` and
// symbolic links kept).

import type { RawText } from "./raw-text.ts";

/**
 * How a path was looked at, which says what about it must stay the same:
 * - `content`: opened and read; its bytes matter
 * - `presence`: stat'ed, access'ed or executed; that it is there, and as what kind of file, matters
 * - `link`: lstat'ed or read as a symbolic link; its own kind and target matter
 * - `listing`: a directory whose entries were read
 * - `stamp`: a regular file whose size and time of last change were compared; never traced, added where a tool does so
 */
export type Aspect = "content" | "presence" | "link" | "listing" | "stamp";

/** Which file a path led to, as stat(2) tells it: a link given another target meanwhile leads to another one. */
export type FileIdentity = { readonly device: bigint; readonly inode: bigint };

/** `<device>:<inode>`: equal for the same file, and for no other. */
export function identityText({ device, inode }: FileIdentity): string {
  return `${device}:${inode}`;
}

/** One look at a path. The same path may be looked at in several ways. */
export type Look = {
  /** Relative if it was spelled relative to the working directory that the run was started in, else absolute. */
  readonly path: RawText;
  readonly aspect: Aspect;
  /** False: the path was not there (ENOENT, ENOTDIR …). */
  readonly found: boolean;
  /** Of a content look: the file that was opened, where the trace tells. */
  readonly file?: FileIdentity;
};

/** Everything that one process tree did that matters to a cache. */
export type Observation = {
  /** Undefined: the trace is complete. Otherwise why it is not, in words, e.g. "records lost" or "untraced child /bin/x". */
  readonly incomplete: string | undefined;
  /** Files of others that the tree looked at; the tree's own temporaries and outputs are not among them. */
  readonly looks: readonly Look[];
  /** Names of environment variables that were asked for, sorted, without those that the tree set itself. */
  readonly environment: readonly RawText[];
  /** True if an interpreter ran (sh, python …), which can read every variable without being seen. */
  readonly wholeEnvironment: boolean;
  /** Absolute paths of files that the tree created or wrote and did not remove again, in order of first writing. */
  readonly written: readonly RawText[];
  /** Files of `written` that existed before and were opened for writing without truncation, so their old bytes matter. */
  readonly changedInPlace: readonly RawText[];
  /** Files of `written` that were given their name when they were whole (rename(2)), in place of whatever had it. */
  readonly renamed: readonly RawText[];
  /**
   * Absolute paths that were there before the tree made anything by these names, and that it removed: files of others, or
   * its own under another name.
   */
  readonly removed: readonly RawText[];
  /** Absolute paths of folders that the tree made, removed again or not. */
  readonly folders: readonly RawText[];
  /** True if the local date or time was asked for (`__DATE__`, `__TIME__`; with SOURCE_DATE_EPOCH it is gmtime). */
  readonly usedDate: boolean;
  readonly usedNetwork: boolean;
  /** True if random bytes were read, as gcc does for names of symbols (-flto, --coverage): two runs may differ. */
  readonly usedRandom: boolean;
};
