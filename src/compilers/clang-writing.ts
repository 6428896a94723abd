// How clang writes over files that are there: the front end renames temporary files, its assembler (-cc1as) writes in
// place, and another assembler has rules of its own. Seen with clang 14; the real one is asked in test/integration/compilers.

import { type OutputRole, type Refusal, refuse } from "../core/plan.ts";
import type { RawText } from "../core/raw-text.ts";
import { hasOption } from "./clang-particulars.ts";
import { BY_NAME, languageOf } from "./languages.ts";
import type { Reading } from "./options.ts";

/** How outputs get to their places. */
export type Writing = {
  /** Role of what -o names. */
  readonly primary: OutputRole;
  /** As `CompilePlan.renamed`. */
  readonly renamed?: RegExp;
};

/** What the front end makes beside depfiles, reports and split debug information. */
export const RENAMED_BY_FRONT_END = /\.(?:bc|dia|gch|i|ii|ll|mi|mii|o|pch|s)$/;
const RENAMED_BUT_OBJECTS = /\.(?:bc|dia|gch|i|ii|ll|mi|mii|pch|s)$/;

/** How a line of the driver writes. Refuses what would write one object so and another otherwise. */
export function writingOf(readings: readonly Reading[]): Writing | Refusal {
  const stopsEarlier = STOPS.some((act) => hasOption(readings, act));
  if (stopsEarlier) return { primary: "object", renamed: RENAMED_BY_FRONT_END };
  const keepsTemporaries = lastOf(readings, /^--?(?:save-temps|via-file-asm)/) !== undefined;
  if (lastOf(readings, /^-f?(?:no-)?integrated-as$/)?.includes("no-") === true) {
    // Its objects are as gcc's, its temporaries are not.
    return keepsTemporaries
      ? refuse("unsupported-option", "-save-temps with another assembler")
      : { primary: "object" };
  }
  const assembled = sourcesOf(readings).map((source) => keepsTemporaries || isAssembly(source));
  if (!assembled.includes(true)) return { primary: "object", renamed: RENAMED_BY_FRONT_END };
  if (assembled.includes(false)) return refuse("many-sources", "assembly beside other sources");
  return { primary: "direct", renamed: RENAMED_BUT_OBJECTS };
}

const STOPS = ["assembly", "dependencies", "preprocess", "syntax"] as const;

/** The last option of these names. */
function lastOf(readings: readonly Reading[], names: RegExp): RawText | undefined {
  return readings.findLast(({ kind, spelled: [first] }) => kind === "option" && names.test(first))?.spelled[0];
}

type Source = { readonly path: RawText; readonly language: RawText };

function sourcesOf(readings: readonly Reading[]): Source[] {
  let language: RawText = BY_NAME;
  const sources: Source[] = [];
  for (const reading of readings) {
    if (reading.kind === "operand") sources.push({ path: reading.spelled[0], language });
    else if (reading.kind === "option" && reading.row.act === "language") language = reading.value ?? BY_NAME;
  }
  return sources;
}

function isAssembly({ path, language }: Source): boolean {
  const found = languageOf(path, language);
  return !("reason" in found) && found.assembly;
}
