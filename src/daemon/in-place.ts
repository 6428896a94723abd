// Tools that would not make the same again of what they have just made.

import { lstatSync } from "node:fs";
import { type CompilePlan, type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, type RawText, showRaw } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

/**
 * Refuses a call that changes a file which is there for good (`ar q`, `objcopy --prefix-symbols`). Were its result put
 * into place by a daemon that dies before it can say so, the client would run the tool over it, and what was there before
 * could not be had back. 3 µs for such calls, nothing for others.
 */
export function refusalInPlace({ previous, repeatable }: CompilePlan, cwd: RawText): Refusal | undefined {
  if (previous === undefined || repeatable === true) return undefined;
  const there = previous.find((path) => isThere(absolutePath(path, cwd)));
  return there === undefined ? undefined : refuse("output-in-place", showRaw(there));
}

/** What can't be looked at is taken for something. */
function isThere(path: RawText): boolean {
  try {
    return lstatSync(fsPath(path), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
