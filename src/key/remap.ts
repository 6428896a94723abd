// Path remapping (ZCCACHE_PATH_REMAP=auto): links in two checkouts of one tree, each with absolute paths into itself,
// share results. What lies in the tree is named in keys and conditions as seen from the working directory. Directories of
// builds, and working directories that do not show, have names of their own (build-places.ts).

import { statSync } from "node:fs";
import { dirname } from "node:path/posix";
import { absolutePath, type RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { realPathIfAny } from "../sys/real-path.ts";

/** A tree with a call in it. */
export type Remap = {
  /** Absolute, without a slash at its end. */
  readonly root: RawText;
  /** Leads from the working directory to the root: empty or "../../"; or stands for it (`namedRoot`). */
  readonly way: RawText;
  /** The working directory, if the call may be made in another one as well. */
  readonly directory?: RawText;
};

/**
 * The tree that a call belongs to: ZCCACHE_WORKTREE_ROOT, if that is a directory, else the nearest one with a `.git`.
 * Undefined if there is none, it is not above the working directory, or it is not asked for.
 */
export function findRemap(cwd: RawText, variable: (name: RawText) => RawText | undefined): Remap | undefined {
  if (variable("ZCCACHE_PATH_REMAP")?.toLowerCase() !== "auto") return undefined;
  const named = variable("ZCCACHE_WORKTREE_ROOT") ?? "";
  const root = (named === "" ? undefined : directoryAt(absolutePath(named, cwd))) ?? nearestRoot(cwd);
  // The root of the file system is no checkout.
  if (root === undefined || root === "" || !`${cwd}/`.startsWith(`${root}/`)) return undefined;
  const depth = cwd.slice(root.length).split("/").length - 1;
  return { root, way: "../".repeat(depth) };
}

/**
 * Arguments with the root left out where a path begins with it. Whether it shows in what is made of them is for the caller
 * to find out.
 */
export function remapArguments(args: readonly RawText[], remap: Remap): readonly RawText[] {
  const { way, directory } = remap;
  const remapped = args.map((argument) => remapText(argument, remap));
  return [MARK, way, ...(directory === undefined ? remapped : remapped.map((text) => fromDirectory(text, directory)))];
}

/** One argument, or the value of a variable, with the working directory left out. */
export function fromDirectory(text: RawText, directory: RawText): RawText {
  return withName(text, directory, "\0here");
}

/** One argument, or a list of paths, likewise. */
export function remapText(text: RawText, { root }: Remap): RawText {
  return withName(text, root, "\0root");
}

function withName(text: RawText, path: RawText, name: RawText): RawText {
  if (!text.includes(path)) return text;
  //   -L/root/lib   -Wl,-T,/root/x.ld   --sysroot=/root   /root/a.o   /root=.;  not /other/root/x, not /root-2/x
  return text.replace(new RegExp(`(^|^-[A-Za-z]|[=,:;])${escaped(path)}(?=$|[/,:;=])`, "g"), `$1${name}`);
}

/** A path in the tree as seen from the working directory; any other as it is. */
export function remapPath(path: RawText, { root, way }: Remap): RawText {
  if (path === root) return way === "" ? "." : way.slice(0, -1);
  return path.startsWith(`${root}/`) ? way + path.slice(root.length + 1) : path;
}

/** The way back: an absolute path of a call with this tree, for what `remapPath` has made of one of another. */
export function settlePath(path: RawText, { root, way }: Remap): RawText {
  if (!way.startsWith(NAMED)) return path;
  if (path === way.slice(0, -1)) return root;
  return path.startsWith(way) ? `${root}/${path.slice(way.length)}` : path;
}

/**
 * A tree that is not named from the working directory: what lies in it has a name of its own, which no path begins with
 * that a tool has looked at.
 */
export function namedRoot(root: RawText, name: "root" | "linked" = "root"): Remap {
  return { root, way: `${NAMED}${name}/` };
}

// Empty steps are taken out of paths (raw-text.ts, withoutEmptySteps).
const NAMED = "//";
const MARK = "path-remap";

function escaped(text: RawText): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function nearestRoot(cwd: RawText): RawText | undefined {
  for (let at = cwd; at !== "/"; at = dirname(at)) {
    if (statSync(fsPath(`${at}/.git`), { throwIfNoEntry: false }) !== undefined) return at;
  }
  return undefined;
}

/** The real path, as the working directory is told by the kernel. */
function directoryAt(path: RawText): RawText | undefined {
  const real = realPathIfAny(path);
  if (real === undefined) return undefined;
  return statSync(fsPath(real), { throwIfNoEntry: false })?.isDirectory() ? real : undefined;
}
