// What sets clang's driver apart from gcc's: options for its own front end, and precompiled headers, which it swaps for
// others and checks by the times of their parts.

import { type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Surroundings } from "./compiler.ts";
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

/** True if an option that does this is on the driver's line. */
export function hasOption(readings: readonly Reading[], act: ClangAct | OptionAct): boolean {
  return valuesOf(readings, act).length > 0;
}

/** Why a line that gcc's rules let pass is not cached for clang; undefined if it is. */
export function findRefusal(readings: readonly Reading[], around: Surroundings): Refusal | undefined {
  return (
    refuseFrontEnd(valuesOf(readings, "front-end")) ??
    refusePrecompiled(valuesOf(readings, "include"), around) ??
    refuseHeaders(readings)
  );
}

/** Values of the options that do this, in order. */
function valuesOf(readings: readonly Reading[], act: ClangAct | OptionAct): RawText[] {
  return readings.flatMap((reading) => {
    if (reading.kind !== "option") return [];
    const row = ROWS.get(reading.row.name);
    return row?.clang === act || row?.act === act ? [reading.value ?? ""] : [];
  });
}

/** Values of -Xclang make one command line of the front end; the driver plans what they must not change. */
function refuseFrontEnd(options: readonly RawText[]): Refusal | undefined {
  for (const reading of readOptions(options, FRONT_END)) {
    const detail = `-Xclang ${showRaw(reading.spelled.join(" "))}`;
    if (reading.kind !== "option") return refuse("unknown-option", detail);
    if (reading.row.refuse !== undefined) return refuse(reading.row.refuse, detail);
    if (reading.row.act !== undefined) return refuse("unsupported-option", detail);
  }
  return undefined;
}

/**
 * `-include x.h` means x.h.pch or x.h.gch where there is one (Clang::AddPreprocessingOptions). A precompiled header is
 * checked against the times of its parts, which are no part of the key.
 */
function refusePrecompiled(headers: readonly RawText[], { read }: Surroundings): Refusal | undefined {
  const candidates = headers.flatMap((header) => [`${header}.pch`, `${header}.gch`]);
  const found = candidates.find((path) => read(path) !== undefined);
  return found === undefined ? undefined : refuse("precompiled-header", `-include finds ${showRaw(found)}`);
}

/** Headers become precompiled ones, with the times of their parts in them. */
function refuseHeaders(readings: readonly Reading[]): Refusal | undefined {
  const operands = readings.flatMap(({ kind, spelled: [first] }) => (kind === "operand" ? [first] : []));
  const header =
    valuesOf(readings, "language").find((name) => name.endsWith("-header")) ??
    operands.find((path) => HEADER.test(path));
  return header === undefined ? undefined : refuse("precompiled-header", `input ${showRaw(header)}`);
}

const HEADER = /\.(?:h|H|hh|hp|hpp|HPP|hxx|h\+\+|tcc)$/;
