// Does the table cut a command line where the real gcc does? An option that takes its value elsewhere makes a value a
// source or a source a value.

import { afterAll, describe, expect, test } from "bun:test";
import { type OptionRow, optionTable, readOptions } from "../../../src/compilers/options.ts";
import { GCC_OPTIONS, GCC_ROWS } from "../../../src/compilers/tables/gcc.ts";
import { fileTree } from "../../support/file-tree.ts";
import { titled } from "../../support/missing.ts";
import { noGcc } from "./real-gcc.ts";

const tree = fileTree({ "a.c": "int a;\n", "value.c": "int b;\n" });
afterAll(() => tree[Symbol.dispose]());

/** What the driver says it would run; nothing is run, so that 600 questions take seconds. */
function drive(...args: readonly string[]): string {
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", COLUMNS: "200" };
  const { stdout, stderr } = Bun.spawnSync(["gcc", ...args], { cwd: tree.path, env, stdin: "ignore" });
  return `${stdout}${stderr}`;
}

/** Sources that would be assembled when an option stands before `value.c` and `a.c`; 0 if it is rejected. */
function sourcesBehind(option: string): number {
  const lines = drive("-###", "-c", option, "value.c", "a.c").split("\n");
  return lines.filter((line) => /^ (?:\S*\/)?as [^%]*$/.test(line)).length;
}

// Rejected on this target (-G, of MIPS), because value.c is no such value, or shown otherwise: consumed all the same.
const CONSUMED: Record<string, RegExp> = {
  "--param": /unrecognized command-line option '--param=value.c'/,
  "--language": /language value.c not recognized/,
  "--specs": /specs file malformed/,
  "-G": /unrecognized command-line option '-G'/,
  "-specs": /specs file malformed/,
  "-wrapper": /^ value.c (?:\S*\/)?as /m,
  "-x": /language value.c not recognized/,
};

describe.skipIf(noGcc !== undefined)(titled("GCC_ROWS agree with the real gcc:", noGcc), () => {
  const takesNext = (row: OptionRow): boolean => row.value === "separate" || row.value === "either";
  test.each(GCC_ROWS.filter(takesNext).map(({ name }) => name))("%s takes the next argument", (name) => {
    const consumed = CONSUMED[name];
    if (consumed === undefined) expect(sourcesBehind(name)).toBe(1);
    else expect(drive("-###", "-c", name, "value.c", "a.c")).toMatch(consumed);
  });
  test.each(GCC_ROWS.filter((row) => !takesNext(row)).map(({ name }) => name))(
    "%s leaves the next argument alone",
    (name) => {
      // The driver ends at once, or rejects an option of other versions: neither is a compile.
      expect([0, 2]).toContain(sourcesBehind(name));
    },
  );
  test.each(GCC_ROWS.filter(({ value }) => value === "joined" || value === "either").map(({ name }) => name))(
    "%s with a joined value leaves the next argument alone",
    (name) => {
      expect([0, 2]).toContain(sourcesBehind(`${name}value.c`));
    },
  );
});

// What gcc lists and its driver for C and C++ does not take, or takes for no effect any more.
const LEFT_OUT =
  /^-(?:-completion=|-output-pch=|cpp=|quiet|imultiarch|f(?:all-virtual|allow-leading-underscore|alt-external-templates|building-|cilkplus|external-templates|gnat-|guiding-decls|honor-std|ipa-(?:matrix|struct)-reorg|labels-ok|lang-info-|mudflap|name-mangling-|no-modules|offload-abi=|repo|require-return|see$|squangle|this-is-variable|vtable-|xref|zee))/;

describe.skipIf(noGcc !== undefined)(titled("GCC_OPTIONS:", noGcc), () => {
  test("know every option that gcc lists for C and C++", () => {
    const table = optionTable(GCC_OPTIONS);
    const sections = ["common", "optimizers", "target", "c", "c++", "objc", "warnings", "undocumented", "driver"];
    const listed = sections.flatMap((section) => [...drive(`--help=${section}`).matchAll(/^ {2}(-\S+)/gm)]);
    // -fabi-version=<number>      -fopt-info[-<type>=filename]      -falign-labels=...
    //               ^^^^^^^^^                ^^^^^^^^^^^^^^^^^                      ^^^
    const names = listed.map(([, name = ""]) => name.replace(/(=?)(?:[<[].*|\.\.\.)$/, (_, equals) => equals && "=1"));
    expect(names.length).toBeGreaterThan(800);
    const unknown = names.filter((name) => {
      const [reading] = readOptions([name, "value"], table);
      return reading?.kind !== "option" || reading.row.name === "-f";
    });
    expect(unknown.filter((name) => !LEFT_OUT.test(name))).toEqual([]);
  });
  test("no option that gcc lists as taking a separate value is read without one", () => {
    // -MD and -MMD take one within the compiler only; the driver is asked above. Names in two dashes are aliases.
    const listed = [...drive("--help=separate").matchAll(/^ {2}(-[^-\s<[][^\s<[]*)/gm)].map(([, name]) => name ?? "");
    expect(listed.length).toBeGreaterThan(20);
    const table = optionTable(GCC_OPTIONS);
    const wrong = listed.filter((name) => {
      const [reading] = readOptions([name, "value"], table);
      return reading?.kind === "option" && reading.spelled.length === 1;
    });
    expect(wrong.toSorted()).toEqual(["-MD", "-MMD"]);
  });
});
