// Path remapping (ZCCACHE_PATH_REMAP=auto): links in two checkouts of one tree, each with absolute paths into itself,
// share results. What lies in the tree is named in keys and conditions as seen from the working directory.

import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path/posix";
import { absolutePath, type RawText, rawFromBytes } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

/** A tree with a call in it. */
export type Remap = {
  /** Absolute, without a slash at its end. */
  readonly root: RawText;
  /** Leads from the working directory to the root: empty or "../../". */
  readonly way: RawText;
};

/**
 * The tree that a call belongs to: ZCCACHE_WORKTREE_ROOT, if that is a directory above the working directory, else the
 * nearest directory with a `.git`. Undefined if there is none, or it is not asked for.
 */
export function findRemap(cwd: RawText, variable: (name: RawText) => RawText | undefined): Remap | undefined {
  if (variable("ZCCACHE_PATH_REMAP")?.toLowerCase() !== "auto") return undefined;
  const named = variable("ZCCACHE_WORKTREE_ROOT") ?? "";
  const root = named === "" ? nearestRoot(cwd) : directoryAt(absolutePath(named, cwd));
  // The root of the file system is no checkout.
  if (root === undefined || root === "" || !`${cwd}/`.startsWith(`${root}/`)) return undefined;
  const depth = cwd.slice(root.length).split("/").length - 1;
  return { root, way: "../".repeat(depth) };
}

/**
 * Arguments with the root left out where a path begins with it. Whether it shows in what is made of them is for the caller
 * to find out.
 */
export function remapArguments(args: readonly RawText[], { root, way }: Remap): readonly RawText[] {
  //   -L/root/lib   -Wl,-T,/root/x.ld   --sysroot=/root   /root/a.o;  not /other/root/x, not /root-2/x
  const place = new RegExp(`(^|^-[A-Za-z]|[=,:;])${escaped(root)}(?=$|[/,:;])`, "g");
  return [MARK, way, ...args.map((argument) => argument.replace(place, "$1\0root"))];
}

/** A path in the tree as seen from the working directory; any other as it is. */
export function remapPath(path: RawText, { root, way }: Remap): RawText {
  if (path === root) return way === "" ? "." : way.slice(0, -1);
  return path.startsWith(`${root}/`) ? way + path.slice(root.length + 1) : path;
}

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
  try {
    const real = rawFromBytes(realpathSync(fsPath(path), { encoding: "buffer" }));
    return statSync(fsPath(real)).isDirectory() ? real : undefined;
  } catch {
    return undefined; // there is none, or it can't be reached: then nothing is shared
  }
}
