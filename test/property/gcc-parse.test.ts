// Claims about gcc.parse() for any command line: it never throws, loses nothing that may matter and keeps the order.

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { gcc } from "../../src/compilers/gcc.ts";
import { optionTable, readOptions } from "../../src/compilers/options.ts";
import { GCC_OPTIONS, GCC_ROWS } from "../../src/compilers/tables/gcc.ts";
import type { Plan } from "../../src/core/plan.ts";

const NO_FILES = { read: () => undefined, variable: () => undefined };
const parse = (args: readonly string[]): Plan => gcc.parse(args, NO_FILES);

/** Bytes as raw text, biased to what the parser looks at. */
const text = fc.string({ unit: fc.constantFrom(..."-=,@./'\"\\ \0\n+aocxgDMWfé".split("")), maxLength: 12 });
const argument = fc.oneof(
  text,
  fc.constantFrom(...GCC_OPTIONS.map(({ name }) => name)),
  fc.tuple(fc.constantFrom(...GCC_ROWS.map(({ name }) => name)), text).map(([name, value]) => name + value),
  fc.constantFrom("a.c", "b.cc", "c.s", "-", "-c", "-o", "x.o"),
);

/** Options as one or two arguments each that leave a call cacheable and stay in the key as they are. */
/** Makes the whole line part of the key. */
const UNKNOWN = "-fno-such-flag";
const word = fc.string({ unit: fc.constantFrom(..."abcXYZ019_.=".split("")), minLength: 1, maxLength: 6 });
const keyOption: fc.Arbitrary<readonly string[]> = fc.oneof(
  fc.tuple(fc.constantFrom("-D", "-U", "-I", "-isystem", "-include", "--param", "-MT", "-idirafter"), word),
  fc
    .tuple(fc.constantFrom("-D", "-U", "-I", "-W", "-O", "-std=", "-m", "-falign-loops=", "-g"), word)
    .map(([name, value]) => [name + value]),
  fc.constantFrom("-MD", "-MP", "-w", "-pipe", "-fPIC", "-fno-common", "-pthread", UNKNOWN).map((name) => [name]),
);
const keyOptions = fc.array(keyOption, { minLength: 1, maxLength: 8 });

function keyOf(args: readonly string[]): readonly string[] {
  const plan = parse(args);
  if (plan.kind !== "compile") throw new Error(`refused: ${plan.reason} (${plan.detail}) ${args.join(" ")}`);
  return plan.keyArguments;
}

const line = (options: readonly (readonly string[])[]): string[] => ["-c", ...options.flat(), "a.c"];

describe("gcc.parse()", () => {
  test("answers any command line without throwing, and with a source of its own and two outputs at most if it plans a compile", () => {
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 10 }), (args) => {
        const plan = parse(args);
        if (plan.kind === "refused") return plan.detail !== "";
        return args.some((arg) => arg.includes(plan.source)) && plan.outputs.length < 3;
      }),
      { numRuns: 2000 },
    );
  });
  test("answers any content of a response file without throwing", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        gcc.parse(["-c", "@one", "a.c"], {
          read: (path) => (path === "one" ? one : other),
          variable: () => undefined,
        });
      }),
      { numRuns: 1000 },
    );
  });
  test("plans the same for a response file as for its arguments", () => {
    fc.assert(
      fc.property(keyOptions, (options) => {
        const read = (): string => options.flat().join("\n");
        expect(gcc.parse(["-c", "@rsp", "a.c"], { read, variable: () => undefined })).toEqual(parse(line(options)));
      }),
    );
  });
  test("keeps in the key every argument that names no output, in order", () => {
    fc.assert(
      fc.property(keyOptions, (options) => {
        const args = line(options);
        const key = keyOf([...args, "-o", "x.o"]);
        const expected = options.flat().includes(UNKNOWN) ? [...args, "-o", "x.o"] : args;
        expect(key.slice(-expected.length)).toEqual(expected);
      }),
    );
  });
  test("makes another key when one argument changes", () => {
    fc.assert(
      fc.property(keyOptions, keyOption, fc.nat(), (options, other, at) => {
        const changed = options.with(at % options.length, other);
        fc.pre(changed.flat().join("\0") !== options.flat().join("\0"));
        expect(keyOf(line(changed))).not.toEqual(keyOf(line(options)));
      }),
    );
  });
  test("makes another key when two options change places", () => {
    fc.assert(
      fc.property(keyOptions, fc.nat(), fc.nat(), (options, one, other) => {
        const a = one % options.length;
        const b = other % options.length;
        const swapped = options.with(a, options[b] ?? []).with(b, options[a] ?? []);
        fc.pre(swapped.flat().join("\0") !== options.flat().join("\0"));
        expect(keyOf(line(swapped))).not.toEqual(keyOf(line(options)));
      }),
    );
  });
  test("makes the same key wherever -o and -MF stand, unless the whole line shows", () => {
    fc.assert(
      fc.property(keyOptions, fc.nat(), word, (options, at, name) => {
        fc.pre(!options.flat().includes(UNKNOWN));
        const middle = at % options.length;
        const named = [...options.slice(0, middle), ["-o", `${name}.o`], ...options.slice(middle), ["-MT", "t"]];
        expect(keyOf(line(named))).toEqual(keyOf(line([...options, ["-MT", "t"]])));
      }),
    );
  });
});

test("readOptions() gives back every argument once and in order for any command line", () => {
  const table = optionTable(GCC_OPTIONS);
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 12 }), (args) => {
      expect(readOptions(args, table).flatMap(({ spelled }) => [...spelled])).toEqual(args);
    }),
  );
});
