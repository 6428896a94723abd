// Which outputs are known from the start, without being read: those that will be inputs.

import type { CompilePlan } from "../core/plan.ts";
import type { RawText } from "../core/raw-text.ts";
import { isLibrary } from "../deliver/destination.ts";
import { beginReading, type Reading } from "../key/watched-states.ts";
import type { PathWatch } from "../watch/path-watch.ts";

/**
 * True for crates, which the next calls need, and for whatever was asked for at that place before. Reading and hashing it
 * takes 1 ms a MB, following it 20 µs.
 */
export function isReadAgain(place: RawText, { unlinks }: CompilePlan, watch: PathWatch): boolean {
  return (unlinks === true && isLibrary(place)) || watch.known(place, "content") !== undefined;
}

/** How files are begun to be copied that a run has written (`EarlyCopies`). */
export function readingOutputs(
  plan: CompilePlan,
  watch: PathWatch | undefined,
): (path: RawText) => Reading | undefined {
  return (path) => (watch !== undefined && isReadAgain(path, plan, watch) ? beginReading(watch, path) : undefined);
}
