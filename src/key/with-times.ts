// Tools that compare times: clang checks the files that a precompiled header was made of by size and time (ASTReader.cpp,
// "has been modified since the precompiled header was built").

import { identityText, type Look } from "../core/observation.ts";
import type { ComparedTimes } from "../core/plan.ts";
import type { RawText } from "../core/raw-text.ts";
import { readRaw } from "../sys/read-raw.ts";

/**
 * The looks of a run, with another at the size and time of each file if they matter. `configuration`: absolute paths of
 * files that may have added options.
 *
 * The time of the one record that was read is left out: nothing else was read that could hold it, and a hit makes the
 * record anew.
 */
export function withTimes(
  looks: readonly Look[],
  times: ComparedTimes | undefined,
  configuration: readonly RawText[],
): readonly Look[] {
  if (times === undefined) return looks;
  const use = configuration.some(mayConcernRecords) ? "recorded" : times.use;
  const records = looks.filter(({ path, aspect, found }) => found && aspect === "content" && times.records.test(path));
  if (use === "if-read" && records.length === 0) return looks;
  const isExempt = use !== "recorded" && new Set(records.map(identityOf)).size === 1;
  const exempt = new Set(isExempt ? records.map(({ path }) => path) : []);
  const timed = looks.filter(({ path, aspect, found }) => found && HAVE_TIMES.has(aspect) && !exempt.has(path));
  return [...looks, ...timed.map((look): Look => ({ ...look, aspect: "stamp" }))];
}

const HAVE_TIMES: ReadonlySet<string> = new Set(["content", "presence"]);

/** One file may have been read by several names. */
function identityOf({ file, path }: Look): string {
  return file === undefined ? path : identityText(file);
}

/** Every option about precompiled headers has this in its name; another file may be named behind an @. */
const CONCERNS_RECORDS = /pch|@/;

function mayConcernRecords(configuration: RawText): boolean {
  try {
    return CONCERNS_RECORDS.test(readRaw(configuration));
  } catch {
    return true; // gone since
  }
}
