// Does the table cut a command line where the real clang does? An option that takes its value elsewhere makes a value a
// source or a source a value.

import { afterAll, describe, expect, test } from "bun:test";
import { type OptionRow, optionTable, readOptions } from "../../../src/compilers/options.ts";
import { CLANG_OPTIONS, CLANG_ROWS } from "../../../src/compilers/tables/clang.ts";
import { CC1_ROWS } from "../../../src/compilers/tables/clang-cc1.ts";
import { fileTree } from "../../support/file-tree.ts";
import { titled } from "../../support/missing.ts";
import { noClang } from "./clang-stage.ts";

const tree = fileTree({ "a.c": "int a;\n" });
afterAll(() => tree[Symbol.dispose]());

/** What the driver says it would run; nothing is run. */
function drive(...args: readonly string[]): string {
  // Options that name an output have the old one removed, even so.
  tree.write({ "value.c": "int b;\n" });
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C" };
  const { stdout, stderr } = Bun.spawnSync(["clang", ...args], { cwd: tree.path, env, stdin: "ignore" });
  return `${stdout}${stderr}`;
}

/** Sources that would be compiled when an option stands before `value.c` and `a.c`; "rejected" if it is not taken. */
function sourcesBehind(option: string): number | "rejected" {
  const said = drive("-###", "-c", option, "value.c", "a.c");
  const sources = new Set([...said.matchAll(/"-main-file-name" "(\S+)"/g)].map(([, name]) => name));
  const rejected = /^clang: error: (?:unsupported option|unknown argument|unsupported argument)/m.test(said);
  return rejected ? "rejected" : sources.size;
}

// Refused by the driver with the value as what it complains of: consumed all the same.
const CONSUMED: Record<string, RegExp> = {
  "--config": /configuration file 'value.c/,
  "--language": /language not recognized: 'value.c'/,
  "-working-directory": /unable to set working directory: value.c/,
  "-x": /language not recognized: 'value.c'/,
};

// -Xarch_ARCH takes a joined and a separate value; -dumpdir is a clutch of -d flags before clang 17; -fxray-…= without a
// value takes the next argument before clang 15. All are refused.
const EXCEPTIONS = /^-(?:Xarch_|dumpdir|fxray-.*=)$/;

const ROWS = CLANG_ROWS.filter(({ name }) => !EXCEPTIONS.test(name));
const takesNext = (row: OptionRow): boolean => row.value === "separate" || row.value === "either";

describe.skipIf(noClang !== undefined)(titled("CLANG_ROWS agree with the real clang:", noClang), () => {
  test.each(ROWS.filter(takesNext).map(({ name }) => name))("%s takes the next argument", (name) => {
    const consumed = CONSUMED[name];
    if (consumed === undefined) expect([1, "rejected"]).toContain(sourcesBehind(name));
    else expect(drive("-###", "-c", name, "value.c", "a.c")).toMatch(consumed);
  });
  test.each(ROWS.filter((row) => !takesNext(row)).map(({ name }) => name))(
    "%s leaves the next argument alone",
    (name) => {
      // The driver ends at once, or rejects an option of other versions: neither is a compile.
      expect([0, 2, "rejected"]).toContain(sourcesBehind(name));
    },
  );
  test.each(ROWS.filter(({ value }) => value === "joined" || value === "either").map(({ name }) => name))(
    "%s with a joined value leaves the next argument alone",
    (name) => {
      expect([0, 2, "rejected"]).toContain(sourcesBehind(`${name}value.c`));
    },
  );
});

/** Options in clang's own list with how their value is shown: `-x <language>` is separate, `-x=<v>` joined. */
function listed(...args: readonly string[]): { name: string; separate: boolean }[] {
  const lines = drive(...args).split("\n");
  return lines.flatMap((line) => {
    const [, name, gap] = /^ {2}(--?[^\s<=,]+=?)( ?)(?:<[^>]*>)/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, separate: gap === " " }];
  });
}

describe.skipIf(noClang !== undefined)(titled("every option that clang lists", noClang), () => {
  test.each([
    ["for the driver", CLANG_OPTIONS, ["--help-hidden"]],
    ["for the front end", CC1_ROWS, ["-cc1", "--help"]],
  ] as const)("%s with a separate value is read so, is refused or is unknown", (_, options, args) => {
    const separate = listed(...args).filter((option) => option.separate);
    expect(separate.length).toBeGreaterThan(25);
    const table = optionTable(options);
    const wrong = separate.filter(({ name }) => {
      const [reading] = readOptions([name, "value"], table);
      return reading?.kind === "option" && reading.spelled.length === 1 && reading.row.refuse === undefined;
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});
