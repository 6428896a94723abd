// What a linker's own arguments say, on its command line or behind -Wl, of a compiler driver.

import { type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { nondeterminism } from "./link-tool.ts";
import { type OptionAct, optionTable, type Reading, readOptions } from "./options.ts";
import { LD_OPTIONS } from "./tables/ld.ts";

/** A linker's arguments as far as they are understood. */
export type LinkerLine = {
  /** In their order, without the names of the output. */
  readonly key: readonly RawText[];
  readonly operands: readonly RawText[];
  /** Values of -o. */
  readonly outputs: readonly RawText[];
  /** Values of --dependency-file. */
  readonly depfiles: readonly RawText[];
  /** The names of outputs may show in outputs or messages, or further outputs are named. */
  readonly showsNames: boolean;
  /** As `CompilePlan.warning`. */
  readonly warning: string | undefined;
};

/** Reads arguments. Refuses what asks for information or shows times. */
export function readLinkerLine(args: readonly RawText[]): LinkerLine | Refusal {
  const readings = readOptions(args, TABLE);
  const refusal = readings.map(refusalOf).find((found) => found !== undefined);
  if (refusal !== undefined) return refusal;
  const rest = readings.filter((reading) => !does("name-object", reading));
  const spelled = rest.flatMap((reading): readonly RawText[] => reading.spelled);
  return {
    key: spelled,
    operands: rest.flatMap(({ kind, spelled: [first] }) => (kind === "operand" ? [first] : [])),
    outputs: valuesOf("name-object", readings),
    depfiles: valuesOf("name-depfile", readings),
    showsNames: rest.some(
      (reading) => reading.kind === "unknown" || (reading.kind === "option" && reading.row.shows !== undefined),
    ),
    warning: spelled.some((arg) => RANDOM_ID.test(arg)) ? RANDOM_ID_WARNING : undefined,
  };
}

const TABLE = optionTable(LD_OPTIONS);
const RANDOM_ID = /^--?build-id=uuid$/;
const RANDOM_ID_WARNING = nondeterminism("--build-id=sha1 (avoid --build-id=uuid)");

function refusalOf(reading: Reading): Refusal | undefined {
  const [first] = reading.spelled;
  if (reading.kind === "missing-value") return refuse("missing-value", showRaw(first));
  const reason = reading.kind === "option" ? reading.row.refuse : undefined;
  return reason === undefined ? undefined : refuse(reason, showRaw(first));
}

function does(act: OptionAct, reading: Reading): boolean {
  return reading.kind === "option" && reading.row.act === act;
}

function valuesOf(act: OptionAct, readings: readonly Reading[]): RawText[] {
  return readings.flatMap((reading) => (reading.kind === "option" && does(act, reading) ? [reading.value ?? ""] : []));
}

/**
 * Programs that compile what is left in objects for link time, with debug information and file names that the linker's
 * command line does not show: as `CompilePlan.configuredBy`.
 */
export const LINK_TIME_COMPILERS = /\/(?:lto1|lto-wrapper)$/;
