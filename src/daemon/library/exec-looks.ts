// Looks that are not in the trace as such, but may have decided what a tool of which nothing is known has made.

import { dirname } from "node:path/posix";
import type { Look } from "../../core/observation.ts";
import type { RawText } from "../../core/raw-text.ts";

/**
 * For results that hold in any directory (`cwd_in_key` false). A tool that asks for its directory and looks around from
 * there spells what it looks at with absolute paths, which in another directory would be others.
 * @returns the looks, and of those at absolute paths in the working directory, below it and beside the directories above it the
 * same once more as seen from there. Both must hold, because nobody knows how the tool came by the path.
 */
export function alsoFromHere(looks: readonly Look[], cwd: RawText): readonly Look[] {
  const ways = waysUp(cwd);
  return looks.flatMap((look) => {
    const relative = relativeTo(look.path, cwd, ways);
    return relative === undefined ? [look] : [look, { ...look, path: relative }];
  });
}

/**
 * For tools that may show times of files (`tar`, `gzip`) or compare them (`make`): the looks, and one at the times of each
 * file that was found.
 */
export function alsoAtTimes(looks: readonly Look[]): readonly Look[] {
  return looks.flatMap((look) => {
    const isOfFile = look.found && (look.aspect === "content" || look.aspect === "presence");
    return isOfFile ? [look, { path: look.path, aspect: "stamp", found: true }] : [look];
  });
}

/** Directories above, the root aside, each with the way that leads there. */
function waysUp(cwd: RawText): ReadonlyMap<RawText, RawText> {
  const ways = new Map<RawText, RawText>();
  let way = "";
  for (let at = cwd; at !== "/"; at = dirname(at)) {
    ways.set(at, way);
    way += "../";
  }
  return ways;
}

function relativeTo(path: RawText, cwd: RawText, ways: ReadonlyMap<RawText, RawText>): RawText | undefined {
  // The directories themselves are there wherever a tool starts.
  if (!path.startsWith("/") || ways.has(path)) return undefined;
  if (path.startsWith(`${cwd}/`)) return path.slice(cwd.length + 1);
  const way = ways.get(dirname(path));
  return way === undefined ? undefined : way + path.slice(dirname(path).length + 1);
}
