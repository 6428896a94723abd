// By what name a real tool is called. Compilers get their absolute path: they find their parts by it, and would look
// beside the stand-in by another. Tools that begin their messages with it get it as the caller wrote it, so that these are
// the same as without us (`ar: creating x.a`). The stub's src/stub/native/called-as.c has the same rules.

import { absolutePath, baseName, type RawText } from "../core/raw-text.ts";
import { isStandIn, type ToolPlace, type ToolSearch } from "./real-tool.ts";

/** A tool that was found, and how the caller wrote it: `ar`, `./ar`, `/opt/shims/ar`. */
export type CalledTool = { readonly called: RawText | undefined; readonly path: RawText };

// Binutils and LLVM's tools of the same names, also with a target in front and a version behind. Not gcc-ar and the like,
// which are drivers. One that is missing here has another name in its messages, nothing worse.
const SAYS_ITS_NAME =
  /^(?:.*-)?(?<!(?:^|-)gcc-)(?:addr2line|ar|as|c\+\+filt|gold|ld|ld\.(?:bfd|gold|lld|mold)|ld64\.lld|lld|mold|nm|objcopy|objdump|ranlib|readelf|size|strings|strip)(?:-\d[\d.]*)?$/s;

/**
 * The tool's argv[0]. A name with a slash that leads elsewhere is the stand-in's own: what looked beside it would find
 * nothing, so the tool has its absolute path then, which is its name wherever the stand-in is not on PATH either. The same
 * goes for a name without slash where there is no PATH to find the tool's place by.
 */
export function argumentZero({ called, path: tool }: CalledTool, { path, cwd }: ToolPlace): RawText {
  if (called === undefined || !SAYS_ITS_NAME.test(baseName(called))) return tool;
  const leadsToTool = called.includes("/") ? absolutePath(called, cwd) === tool : path !== undefined;
  return leadsToTool ? called : tool;
}

/**
 * PATH as a tool must see it that is called by a name without slash: bfd looks for its own place along it, to find its
 * plugins from there, and without these an archive of LTO objects has another index. Directories in which the name is a
 * stand-in stand behind the tool's, where they hide nothing and what else is in them is still found.
 * @returns `search.path` itself if no stand-in is in front of the tool; undefined if the name does not lead to the tool.
 */
export function pathPastStandIns(name: RawText, toolPath: RawText, search: ToolSearch): RawText | undefined {
  const { path = "", cwd, self } = search;
  const directories = path.split(":");
  const candidates = directories.map((directory) =>
    absolutePath(directory === "" ? name : `${directory}/${name}`, cwd),
  );
  const end = candidates.indexOf(toolPath) + 1;
  if (end === 0) return undefined;
  const isMoved = candidates.slice(0, end - 1).map((candidate) => isStandIn(candidate, self));
  if (!isMoved.includes(true)) return path;
  const before = directories.slice(0, end);
  const kept = before.filter((_, at) => isMoved[at] !== true);
  const moved = before.filter((_, at) => isMoved[at] === true);
  return [...kept, ...moved, ...directories.slice(end)].join(":");
}
