// Table reader: cuts a command line into options and operands by a table in which every option is a row.

import type { RawText } from "../core/raw-text.ts";
import type { RefusalReason } from "../core/refusal-reasons.ts";

/**
 * What an option does beside entering the key as it is spelled:
 * - `assembler`, `preprocessor`: its value is handed to that sub-program
 * - `assembly`, `compile`, `dependencies`, `preprocess`, `syntax`: asks for that kind of result; compile is `-c`
 * - `debug`, `no-debug`: asks for debug information, or for none; the last one wins
 * - `depend`: asks for a depfile; `depend-target` says what stands in it
 * - `name-depfile`, `name-object`: its value names that output and stays out of the key
 * - `language`: its value is the language of the operands that follow
 * - `linker`: its value is handed to the linker
 * - `processor`: `native` as value means the processor that the compiler runs on
 */
export type OptionAct =
  | "assembler"
  | "assembly"
  | "compile"
  | "debug"
  | "depend"
  | "depend-target"
  | "dependencies"
  | "language"
  | "linker"
  | "name-depfile"
  | "name-object"
  | "no-debug"
  | "preprocess"
  | "preprocessor"
  | "processor"
  | "syntax";

/** One option of a tool. Without any optional field: no value, harmless, enters the key. */
export type OptionRow = {
  /** As spelled, up to and without the value: `-I`, `-std=`, `-fdump-`. */
  readonly name: string;
  /** Where its value stands: joined (may be empty), as the next argument, or either. */
  readonly value?: "joined" | "separate" | "either";
  readonly refuse?: RefusalReason;
  /** Narrows `refuse` and `shows` to values that match. */
  readonly when?: RegExp;
  readonly act?: OptionAct;
  /**
   * What of the call may show in an output because of it: the working directory, that and the names of outputs (it may
   * name outputs itself, or make the compiler name some after others), or both and the whole command line.
   */
  readonly shows?: "cwd" | "names" | "line";
};

/** Rows by name, ready for look-ups. */
export type OptionTable = { readonly rows: ReadonlyMap<string, OptionRow>; readonly longestName: number };

/** One piece of a command line; `spelled` are the arguments that it is made of, one or two. */
export type Reading =
  | { readonly kind: "operand"; readonly spelled: readonly [RawText] }
  | {
      readonly kind: "option";
      readonly row: OptionRow;
      readonly value: RawText | undefined;
      readonly spelled: readonly [RawText, ...RawText[]];
    }
  | { readonly kind: "missing-value"; readonly spelled: readonly [RawText] }
  | { readonly kind: "unknown"; readonly spelled: readonly [RawText] };

/** Makes a table of rows, whose names must differ. */
export function optionTable(rows: readonly OptionRow[]): OptionTable {
  return {
    rows: new Map(rows.map((row) => [row.name, row])),
    longestName: Math.max(...rows.map(({ name }) => name.length)),
  };
}

/**
 * Cuts arguments by a table. An argument that is a row's whole name is that row; otherwise the longest name that takes
 * a joined value and that it begins with. `-` and the empty argument are operands.
 */
export function readOptions(args: readonly RawText[], table: OptionTable): Reading[] {
  const readings: Reading[] = [];
  for (let at = 0; at < args.length; ) {
    const reading = readOne(args[at] ?? "", args[at + 1], table);
    readings.push(reading);
    at += reading.spelled.length;
  }
  return readings;
}

function readOne(arg: RawText, next: RawText | undefined, table: OptionTable): Reading {
  if (!arg.startsWith("-") || arg === "-") return { kind: "operand", spelled: [arg] };
  const row = findRow(arg, table);
  if (row === undefined) return { kind: "unknown", spelled: [arg] };
  if (row.value === undefined) return { kind: "option", row, value: undefined, spelled: [arg] };
  //   -Idir        -I dir
  //     ^^^           ^^^
  const separate = row.value === "separate" || (row.value === "either" && arg === row.name);
  if (!separate) return { kind: "option", row, value: arg.slice(row.name.length), spelled: [arg] };
  if (next === undefined) return { kind: "missing-value", spelled: [arg] };
  return { kind: "option", row, value: next, spelled: [arg, next] };
}

function findRow(arg: RawText, { rows, longestName }: OptionTable): OptionRow | undefined {
  for (let length = Math.min(arg.length, longestName); length > 0; length--) {
    const row = rows.get(arg.slice(0, length));
    if (row === undefined) continue;
    if (length === arg.length || row.value === "joined" || row.value === "either") return row;
  }
  return undefined;
}
