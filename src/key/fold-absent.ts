// Many absent paths below one absent directory are one dependency on that directory: a tool that searches a folder that
// is not there asks for hundreds of names in it.

import { dirname } from "node:path/posix";
import type { Dependency } from "../core/entry.ts";
import type { RawText } from "../core/raw-text.ts";
import type { FileStates } from "./file-states.ts";

/**
 * Puts the topmost absent ancestor in the place of absent paths below it. What is absent there stays absent as long as
 * the ancestor is.
 *
 * Relative paths are kept one by one: a build makes folders in its own tree, often empty at first, and each would be a
 * miss. Steps are taken off as they are spelled, so `..` behind a link is no trouble.
 */
export function foldAbsent(dependencies: readonly Dependency[], files: Pick<FileStates, "recentState">): Dependency[] {
  const absent = new Map<RawText, boolean>();
  const isAbsent = (path: RawText): boolean => {
    const known = absent.get(path);
    if (known !== undefined) return known;
    const found = files.recentState(path, "presence") === "A";
    absent.set(path, found);
    return found;
  };
  const tops = new Set<RawText>();
  const folded: Dependency[] = [];
  for (const dependency of dependencies) {
    const top = dependency.state === "A" ? topmostAbsent(dependency.path, isAbsent) : undefined;
    if (top === undefined) folded.push(dependency);
    else if (!tops.has(top)) {
      tops.add(top);
      folded.push({ path: top, aspect: "presence", state: "A" });
    }
  }
  return folded;
}

/** The topmost ancestor that is not there; undefined if the parent is, or for a relative path. */
function topmostAbsent(path: RawText, isAbsent: (path: RawText) => boolean): RawText | undefined {
  let top: RawText | undefined;
  if (!path.startsWith("/")) return undefined;
  for (let at = parentOf(path); at.length > 1 && isAbsent(at); at = parentOf(at)) top = at;
  return top;
}

/** As `dirname`, which takes longer and is only needed at the ends. */
function parentOf(path: RawText): RawText {
  const slash = path.lastIndexOf("/");
  return slash > 0 && slash < path.length - 1 ? path.slice(0, slash) : dirname(path);
}
