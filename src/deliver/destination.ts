// Where an output goes, and whether that can be done as the compiler would: assemblers make a file anew unless the old
// one is empty, cc1 rewrites old files in place, clang renames a temporary file for some outputs. Anything else is left
// to the real tool: devices and fifos are written through, hard links and read-only files have rules of their own, and
// over an empty file or a link each linker does something else.

import { lstatSync, readlinkSync, type Stats, statSync } from "node:fs";
import { isSide, type StoredRole } from "../core/entry.ts";
import { type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, type RawText, rawFromBytes, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

/** A place where a file can be put, with symbolic links followed. */
export type Destination = {
  readonly kind: "destination";
  /** Absolute. */
  readonly path: RawText;
  /** Device of the file that is there, or of its directory. */
  readonly device: number;
  /** True if the file that is there stays, with its mode and owner, and gets a new content. */
  readonly inPlace: boolean;
  /** True if nothing is there. */
  readonly isNew: boolean;
};

/** How the tool writes: as in `CompilePlan`, and the caller's umask. */
export type Manner = {
  readonly renamed?: RegExp | undefined;
  readonly writtenEitherWay?: RegExp | undefined;
  readonly link?: boolean | undefined;
  readonly unlinks?: boolean | undefined;
  readonly umask?: number;
};

/** What tools ask open(2) for, unless the file can be executed. */
export const PLAIN_MODE = 0o666;

/** Looks at the file that is at `path`, absolute, if any. Refuses with `output-kind`. 5 µs. */
export function findDestination(path: RawText, role: StoredRole, manner: Manner = {}): Destination | Refusal {
  try {
    const end = followLinks(path);
    if (end === undefined) return refused(path, "too many symbolic links");
    const isMade = isReplaced({ path, role, ...manner });
    const isLinked = isMade || (manner.link === true && role === "object");
    const problem =
      (end.stats && problemWith(end.stats, isMade)) ??
      (isLinked ? linkersDiffer(path, end) : undefined) ??
      (manner.writtenEitherWay?.test(path) === true ? versionsDiffer(path, end, manner) : undefined);
    if (problem !== undefined) return refused(path, problem);
    const fate = fateOf({ path, role, ...manner }, end.stats);
    if (fate === "replaced" && end.path !== path) return refused(path, "it is a link");
    const inPlace = end.stats !== undefined && fate === "stays";
    const device = end.stats?.dev ?? statSync(fsPath(directoryOf(end.path))).dev;
    return { kind: "destination", path: end.path, device, inPlace, isNew: end.stats === undefined };
  } catch (error) {
    return refused(path, error instanceof Error ? error.message : String(error));
  }
}

/** An output, and how its tool writes. */
type Written = Manner & { readonly path: RawText; readonly role: StoredRole };

/** What becomes of that which has the output's name. */
function fateOf(written: Written, old: Stats | undefined): "stays" | "replaced" {
  const { path, role } = written;
  if (isReplaced(written)) return old === undefined ? "stays" : "replaced";
  if (written.renamed !== undefined) return isRenamed(written) ? "replaced" : "stays";
  // bfd, through which assemblers write, replaces a file that is not empty, and a link to one.
  return isMadeAnew(role, path) && old !== undefined && old.size > 0 ? "replaced" : "stays";
}

/** True for what the tool puts in the place of a file, whatever other links that has. Reports are written over. */
function isReplaced({ path, role, unlinks }: Written): boolean {
  return unlinks === true && (role === "object" || (isSide(role) && isLibrary(path)));
}

/** True for what the tool is known to make under another name and to rename, so that a file that was there never stays. */
export function isRenamed({ path, role, renamed }: Written): boolean {
  return renamed !== undefined && (role === "object" || (isSide(role) && renamed.test(path)));
}

/** True for names of what others are linked with, or made from. */
export function isLibrary(path: RawText): boolean {
  return /\.(?:a|rlib|rmeta|so)$/.test(path);
}

/** True for what assemblers and objcopy write: objects, also those that the command line does not name. */
export function isMadeAnew(role: StoredRole, path: RawText, manner: Manner = {}): boolean {
  return isReplaced({ path, role, ...manner }) || role === "object" || (isSide(role) && /\.(?:o|obj|dwo)$/.test(path));
}

/** The refusal of an output that the real tool has to write. */
export function refused(path: RawText, why: string): Refusal {
  return refuse("output-kind", `${showRaw(path)}: ${why}`);
}

/** The directory part of an absolute path. */
export function directoryOf(path: RawText): RawText {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

// The kernel's own limit, path_resolution(7).
const LINKS_AT_MOST = 40;

type End = { readonly path: RawText; readonly stats: Stats | undefined };

/** What the last member of a path leads to. A link to nothing leads to a file that can be made. */
function followLinks(path: RawText): End | undefined {
  let current = path;
  for (let links = 0; links <= LINKS_AT_MOST; links++) {
    const stats = lstatSync(fsPath(current), { throwIfNoEntry: false });
    if (stats?.isSymbolicLink() !== true) return { path: current, stats };
    const target = rawFromBytes(readlinkSync(fsPath(current), { encoding: "buffer" }));
    current = absolutePath(target, directoryOf(current));
  }
  return undefined;
}

/** bfd and gold write into an empty file and follow a link to nothing, lld and rustc replace both. Modes come out otherwise, too. */
function linkersDiffer(path: RawText, { path: place, stats }: End): string | undefined {
  if (place !== path) return "it is a link";
  return stats?.size === 0 ? "it is empty" : undefined;
}

/** A file that is renamed to another's name replaces a link, and has the mode of a new file. */
function versionsDiffer(path: RawText, { path: place, stats }: End, { umask = 0 }: Manner): string | undefined {
  if (place !== path) return "it is a link";
  const isAsNew = stats === undefined || (stats.mode & ALL_MODE_BITS) === (PLAIN_MODE & ~umask);
  return isAsNew ? undefined : "its mode is not that of a new file";
}

const ALL_MODE_BITS = 0o7777;

const ANY_WRITE_BIT = 0o222;

function problemWith(stats: Stats, isReplacedAnyway: boolean): string | undefined {
  if (!stats.isFile()) return "it is no regular file";
  if (stats.nlink > 1 && !isReplacedAnyway) return "it has other hard links";
  return (stats.mode & ANY_WRITE_BIT) === 0 ? "it is read-only" : undefined;
}
