// Claims about clang.parse() for any command line: it never throws, loses nothing that may matter and keeps the order.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { clang } from "../../src/compilers/clang.ts";
import { optionTable, readOptions } from "../../src/compilers/options.ts";
import { CLANG_OPTIONS, CLANG_ROWS } from "../../src/compilers/tables/clang.ts";
import { CC1_ROWS } from "../../src/compilers/tables/clang-cc1.ts";
import type { Plan } from "../../src/core/plan.ts";

const parse = (args: readonly string[]): Plan =>
  clang.parse(args, { read: () => undefined, variable: () => undefined });

/** Bytes as raw text, biased to what the parser looks at. */
const text = fc.string({ unit: fc.constantFrom(..."-=,@./'\"\\ \0\n+aocxgDMWfé".split("")), maxLength: 12 });
const argument = fc.oneof(
  text,
  fc.constantFrom(...CLANG_OPTIONS.map(({ name }) => name)),
  fc.constantFrom(...CC1_ROWS.map(({ name }) => name)),
  fc.tuple(fc.constantFrom(...CLANG_ROWS.map(({ name }) => name)), text).map(([name, value]) => name + value),
  fc.constantFrom("a.c", "b.cc", "c.s", "-", "-c", "-o", "x.o", "-cc1", "-emit-obj"),
);
const commandLine = fc.array(argument, { maxLength: 10 });

/** A compile and the front end's form of one, into which options can be put anywhere behind the first argument. */
const HEADS = [
  ["-c", "a.c", "-o", "x.o"],
  ["-cc1", "-emit-obj", "a.c", "-o", "x.o"],
] as const;

const word = fc.string({ unit: fc.constantFrom(..."abcXYZ019_.=".split("")), minLength: 1, maxLength: 6 });
/** Options as one or two arguments each that leave both forms cacheable. */
const option: fc.Arbitrary<readonly string[]> = fc.oneof(
  fc.tuple(fc.constantFrom("-D", "-U", "-I", "-isystem", "-include", "-MT", "-idirafter", "-mllvm"), word),
  fc
    .tuple(fc.constantFrom("-D", "-U", "-I", "-W", "-O", "-std=", "-m", "-fplugin=", "-fsanitize="), word)
    .map(([name, value]) => [name + value]),
  fc.constantFrom("-w", "-H", "-pthread", "-fno-common", "-fno-such-flag", "-ftime-trace").map((name) => [name]),
);
const options = fc.array(option, { minLength: 1, maxLength: 8 });
const head = fc.constantFrom(...HEADS);

function keyOf(args: readonly string[]): readonly string[] {
  const plan = parse(args);
  if (plan.kind !== "compile") throw new Error(`Cannot plan ${args.join(" ")}: ${JSON.stringify(plan)}`);
  return plan.keyArguments;
}

const line = (first: readonly string[], rest: readonly (readonly string[])[]): string[] => [...first, ...rest.flat()];

describe("clang.parse()", () => {
  test("answers any command line without throwing, and with a source of the line and at most two outputs if it plans a compile", () => {
    fc.assert(
      fc.property(commandLine, (args) => {
        const plan = parse(args);
        if (plan.kind === "refused") return plan.detail !== "";
        return args.some((arg) => arg.includes(plan.source)) && plan.outputs.length <= 2;
      }),
      { numRuns: 3000 },
    );
  });
  test("answers any content of a response file without throwing", () => {
    fc.assert(
      fc.property(text, (content) => {
        clang.parse(["-c", "@one", "a.c"], { read: () => content, variable: () => undefined });
      }),
      { numRuns: 1000 },
    );
  });
  test("makes another key when one option changes", () => {
    fc.assert(
      fc.property(head, options, fc.tuple(option, fc.nat()), (first, some, [other, at]) => {
        const changed = some.with(at % some.length, other);
        fc.pre(changed.flat().join("\0") !== some.flat().join("\0"));
        expect(keyOf(line(first, changed))).not.toEqual(keyOf(line(first, some)));
      }),
    );
  });
  test("makes another key when two options change places", () => {
    fc.assert(
      fc.property(head, options, fc.tuple(fc.nat(), fc.nat()), (first, some, [one, other]) => {
        const a = one % some.length;
        const b = other % some.length;
        const swapped = some.with(a, some[b] ?? []).with(b, some[a] ?? []);
        fc.pre(swapped.flat().join("\0") !== some.flat().join("\0"));
        expect(keyOf(line(first, swapped))).not.toEqual(keyOf(line(first, some)));
      }),
    );
  });
  test("makes another key when one option is left out", () => {
    fc.assert(
      fc.property(head, options, fc.nat(), (first, some, at) => {
        expect(keyOf(line(first, some.toSpliced(at % some.length, 1)))).not.toEqual(keyOf(line(first, some)));
      }),
    );
  });
});

describe.each([
  ["the driver", CLANG_OPTIONS],
  ["the front end", CC1_ROWS],
])("readOptions() with the table of %s", (_, rows) => {
  test("gives back every argument once and in order for any command line", () => {
    const table = optionTable(rows);
    fc.assert(
      fc.property(commandLine, (args) => {
        expect(readOptions(args, table).flatMap(({ spelled }) => [...spelled])).toEqual(args);
      }),
    );
  });
});
