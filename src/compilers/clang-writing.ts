// How clang writes over files that are there: the front end renames temporary files, its assembler (-cc1as) writes in
// place, and another assembler has rules of its own. Seen with clang 14; the real one is asked in test/integration/compilers.

import { type OutputRole, type Refusal, refuse } from "../core/plan.ts";
import type { RawText } from "../core/raw-text.ts";
import { hasOption } from "./clang-particulars.ts";
import type { Draft } from "./draft.ts";
import { languageOf } from "./languages.ts";
import type { Reading } from "./options.ts";

/** How outputs get to their places. */
export type Writing = {
  /** Role of what -o names. */
  readonly primary: OutputRole;
  /** As `CompilePlan.renamed`. */
  readonly renamed?: RegExp;
};

/** Interfaces of modules: clang 14 and 16 rename them, 19 and 22 write over what is there. */
export const WRITTEN_EITHER_WAY = /\.pcm$/;

/** What the front end makes beside depfiles, reports and split debug information. */
export const RENAMED_BY_FRONT_END = /\.(?:bc|dia|gch|i|ii|ll|mi|mii|o|pch|s)$/;
/** The same where objects are its assembler's. */
export const RENAMED_BUT_OBJECTS = /\.(?:bc|dia|gch|i|ii|ll|mi|mii|pch|s)$/;

/** Diagnostics (--serialize-diagnostics), as `CompilePlan.removedFirst`. */
export const REMOVED_FIRST = /\.dia$/;

/** How a line of the driver writes. Refuses what would write one object so and another otherwise. */
export function writingOf(readings: readonly Reading[], { purpose, sources }: Draft): Writing | Refusal {
  if (hasOption(readings, "precompile")) return { primary: "direct", renamed: RENAMED_BUT_OBJECTS };
  const makesObjects = purpose === "object" || purpose === "link";
  if (!makesObjects) return { primary: "object", renamed: RENAMED_BY_FRONT_END };
  const keepsTemporaries = lastOf(readings, /^--?(?:save-temps|via-file-asm)/) !== undefined;
  if (lastOf(readings, /^-f?(?:no-)?integrated-as$/)?.includes("no-") === true) {
    // Its objects are as gcc's, its temporaries are not.
    return keepsTemporaries
      ? refuse("unsupported-option", "-save-temps with another assembler")
      : { primary: "object" };
  }
  const assembled = sources.map((source) => keepsTemporaries || isAssembly(source));
  if (!assembled.includes(true)) return { primary: "object", renamed: RENAMED_BY_FRONT_END };
  if (assembled.includes(false)) return refuse("many-sources", "assembly beside other sources");
  return { primary: "direct", renamed: RENAMED_BUT_OBJECTS };
}

/** The last option of these names. */
function lastOf(readings: readonly Reading[], names: RegExp): RawText | undefined {
  return readings.findLast(({ kind, spelled: [first] }) => kind === "option" && names.test(first))?.spelled[0];
}

function isAssembly({ path, language }: Draft["sources"][number]): boolean {
  const found = languageOf(path, language);
  return !("reason" in found) && found.assembly;
}
