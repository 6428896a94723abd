import { describe, expect, test } from "bun:test";
import { type OptionRow, optionTable, type Reading, readOptions } from "../../../src/compilers/options.ts";

const ROWS: readonly OptionRow[] = [
  { name: "-I", value: "either" },
  { name: "-Wp,", value: "joined" },
  { name: "-W", value: "joined" },
  { name: "-c" },
  { name: "-param", value: "separate" },
  { name: "-param=", value: "joined" },
  { name: "-p" },
];
const TABLE = optionTable(ROWS);

/** `name(value)` for an option, else the kind and what was spelled. */
function show(reading: Reading): string {
  if (reading.kind !== "option") return `${reading.kind} ${reading.spelled[0]}`;
  return reading.value === undefined ? reading.row.name : `${reading.row.name}(${reading.value})`;
}

describe("readOptions()", () => {
  test.each<[string, string[], string[]]>([
    ["an exact option", ["-c"], ["-c"]],
    ["an exact option with more behind it as unknown", ["-cx"], ["unknown -cx"]],
    ["a joined value", ["-Wall"], ["-W(all)"]],
    ["an empty joined value, not the next argument", ["-W", "x"], ["-W()", "operand x"]],
    ["either form, joined", ["-Idir"], ["-I(dir)"]],
    ["either form, separate", ["-I", "dir"], ["-I(dir)"]],
    ["a separate value that looks like an option", ["-I", "-c"], ["-I(-c)"]],
    ["a separate value that is empty", ["-I", "", "-c"], ["-I()", "-c"]],
    ["a separate-only option", ["-param", "a=1"], ["-param(a=1)"]],
    ["a separate-only option joined as unknown", ["-paramx"], ["unknown -paramx"]],
    ["the longest name that fits", ["-Wp,-D", "-param=x", "-p"], ["-Wp,(-D)", "-param=(x)", "-p"]],
    ["operands", ["a.c", "-", "", "x-c"], ["operand a.c", "operand -", "operand ", "operand x-c"]],
    ["an option without its value", ["-c", "-I"], ["-c", "missing-value -I"]],
    ["what no row covers", ["--", "-q"], ["unknown --", "unknown -q"]],
  ])("reads %s", (_title, args, expected) => {
    expect(readOptions(args, TABLE).map(show)).toEqual(expected);
  });
  test("keeps every argument, in order, in what was spelled", () => {
    const args = ["-I", "a", "-Ib", "x", "-c", "-q", "-param", "z", "-I"];
    expect(readOptions(args, TABLE).flatMap(({ spelled }) => [...spelled])).toEqual(args);
  });
});
