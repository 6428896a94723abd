// What sets clang's driver apart from gcc's: options for its own front end, and precompiled headers, which hold the times
// of their parts and are checked against them.

import { type ComparedTimes, type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { type OptionAct, optionTable, type Reading, readOptions } from "./options.ts";
import { CLANG_OPTIONS, type ClangAct, type ClangRow } from "./tables/clang.ts";
import { CC1_ROWS } from "./tables/clang-cc1.ts";

const DRIVER = optionTable(CLANG_OPTIONS);
const FRONT_END = optionTable(CC1_ROWS);
const ROWS: ReadonlyMap<string, ClangRow> = new Map(CLANG_OPTIONS.map((row) => [row.name, row]));

/** The pieces of a driver's line, response files expanded. */
export function readClangLine(line: readonly RawText[]): readonly Reading[] {
  return readOptions(line, DRIVER);
}

/** The pieces of a command line of the front end. */
export function readFrontEndLine(line: readonly RawText[]): readonly Reading[] {
  return readOptions(line, FRONT_END);
}

/** True if an option that does this is on the driver's line. */
export function hasOption(readings: readonly Reading[], act: ClangAct): boolean {
  return valuesOf(readings, act).length > 0;
}

/** Why a line that gcc's rules let pass is not cached for clang; undefined if it is. */
export function findRefusal(readings: readonly Reading[]): Refusal | undefined {
  for (const reading of frontEndOptions(readings)) {
    const detail = `-Xclang ${showRaw(reading.spelled.join(" "))}`;
    if (reading.kind !== "option") return refuse("unknown-option", detail);
    if (reading.row.refuse !== undefined) return refuse(reading.row.refuse, detail);
    // The driver plans what the front end's options must not change; a precompiled header goes where an object would.
    if (reading.row.act !== undefined && reading.row.name !== MAKE_PRECOMPILED) {
      return refuse("unsupported-option", detail);
    }
  }
  return undefined;
}

/**
 * Which times matter to a driver's line. `-include x.h` means x.h.pch or x.h.gch where there is one
 * (Clang::AddPreprocessingOptions), which only the run shows.
 */
export function timesOfDriver(readings: readonly Reading[]): ComparedTimes {
  const frontEnd = timesOfFrontEnd(frontEndOptions(readings));
  if (frontEnd.use === "recorded" || makesHeader(readings)) return { records: RECORDS, use: "recorded" };
  return hasOption(readings, "precompiled") ? { records: RECORDS, use: "read" } : frontEnd;
}

/** Which times matter to a line of the front end. */
export function timesOfFrontEnd(readings: readonly Reading[]): ComparedTimes {
  const names = new Set(readings.flatMap((reading) => (reading.kind === "option" ? [reading.row.name] : [])));
  if (names.has(MAKE_PRECOMPILED)) return { records: RECORDS, use: "recorded" };
  return { records: RECORDS, use: names.has(USE_PRECOMPILED) ? "read" : "if-read" };
}

const MAKE_PRECOMPILED = "-emit-pch";
const USE_PRECOMPILED = "-include-pch";

/** A directory of this name holds several. */
const RECORDS = /\.[gp]ch(?:\/|$)/;

/** Values of the options that do this, in order. */
function valuesOf(readings: readonly Reading[], act: ClangAct | OptionAct): RawText[] {
  return readings.flatMap((reading) => {
    if (reading.kind !== "option") return [];
    const row = ROWS.get(reading.row.name);
    return row?.clang === act || row?.act === act ? [reading.value ?? ""] : [];
  });
}

/** Values of -Xclang make one command line of the front end. */
function frontEndOptions(readings: readonly Reading[]): readonly Reading[] {
  return readFrontEndLine(valuesOf(readings, "front-end"));
}

function makesHeader(readings: readonly Reading[]): boolean {
  const operands = readings.flatMap(({ kind, spelled: [first] }) => (kind === "operand" ? [first] : []));
  return (
    valuesOf(readings, "language").some((name) => name.endsWith("-header")) ||
    operands.some((path) => HEADER.test(path))
  );
}

const HEADER = /\.(?:h|H|hh|hp|hpp|HPP|hxx|h\+\+|tcc)$/;
