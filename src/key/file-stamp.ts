// What stat(2) says about a file, and when that is enough to know that its content is still the same.

import { lstatSync, statfsSync, statSync } from "node:fs";
import type { Aspect } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import { TRUE_TIMES } from "../sys/file-systems.ts";
import { fsPath } from "../sys/fs-path.ts";

/** Identity and times of a file that is there. Times are nanoseconds since 1970. */
export type FileStamp = {
  readonly kind: "directory" | "file" | "link" | "other";
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
};

/** What a look at a path finds: a file, nothing, or an error that says neither. */
export type StampOutcome = FileStamp | Absent | Unreadable;

/** ENOENT or ENOTDIR. */
export type Absent = { readonly kind: "absent" };

/** EACCES, ELOOP, ENAMETOOLONG …: the path may name a file, which can't be seen. */
export type Unreadable = { readonly kind: "unreadable"; readonly errno: string };

const ABSENT: Absent = { kind: "absent" };

/** Looks at `path`; aspect `link` looks at a symbolic link itself, the others at what it leads to. 1.2 µs. */
export function readStamp(path: RawText, aspect: Aspect): StampOutcome {
  try {
    const stats = (aspect === "link" ? lstatSync : statSync)(fsPath(path), { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return ABSENT;
    const { dev, ino, size, mtimeNs, ctimeNs } = stats;
    return { kind: kindOf(stats.mode), dev, ino, size, mtimeNs, ctimeNs };
  } catch (error) {
    const errno = errnoOf(error);
    return errno === "ENOENT" || errno === "ENOTDIR" ? ABSENT : { kind: "unreadable", errno };
  }
}

/** Name of the errno behind a system error of node:fs. @throws `error` itself if it is no system error. */
export function errnoOf(error: unknown): string {
  if (error instanceof Error && "syscall" in error && "code" in error) return String(error.code);
  throw error;
}

/** True if both are the same file, unwritten between the two looks as far as its times can tell. */
export function sameStamp(a: StampOutcome, b: StampOutcome): boolean {
  if (a.kind === "absent" || a.kind === "unreadable" || b.kind === "absent" || b.kind === "unreadable") return false;
  return (
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.dev === b.dev &&
    a.kind === b.kind
  );
}

/** File systems stamp with a granularity of up to 2 s (FAT, ext3); the trusted ones below are finer. */
const SETTLING_NS = 2_000_000_000n;

/**
 * True if a write after `nowNs` must change the stamp: both its times lie far enough back that no such write could get
 * the same ones. A content hashed then is known by its stamp from then on, on file systems that `stampsAreTrusted`.
 */
export function settled(stamp: FileStamp, nowNs: bigint): boolean {
  const latest = nowNs - SETTLING_NS;
  return stamp.mtimeNs < latest && stamp.ctimeNs < latest;
}

/** True if the file system of `path` sets mtime and ctime by this machine's clock at every write. */
export function stampsAreTrusted(path: RawText): boolean {
  try {
    return TRUE_TIMES.has(statfsSync(fsPath(path)).type >>> 0);
  } catch {
    return false;
  }
}

/**
 * True if the file may have been written since `startNs`, by the kernel's clock for file times (`fileClockNs`): a write
 * after it carries that time or a later one, and so may one that was just before it.
 * A time in the future was set by hand (utimes(2)) and says nothing; setting it shows in ctime.
 */
export function changedSince(stamp: FileStamp, startNs: bigint): boolean {
  if (stamp.ctimeNs >= startNs) return true;
  return stamp.mtimeNs >= startNs && stamp.mtimeNs <= BigInt(Date.now() + 1000) * 1_000_000n;
}

const TYPE_MASK = 0o170000n;

/** File type bits of st_mode (inode(7)). */
function kindOf(mode: bigint): FileStamp["kind"] {
  switch (mode & TYPE_MASK) {
    case 0o100000n:
      return "file";
    case 0o040000n:
      return "directory";
    case 0o120000n:
      return "link";
    default:
      return "other";
  }
}
