// Claims about readRustLine() and rustc's plans for any command line.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { rustc } from "../../src/compilers/rustc.ts";
import { readRustLine } from "../../src/compilers/rustc-line.ts";
import { HARMLESS_UNSTABLE, RUST_OPTIONS, TELLING_CODEGEN } from "../../src/compilers/tables/rustc.ts";

const NO_FILES = { read: () => undefined, variable: () => undefined };

/** Bytes as raw text, biased to what the parser looks at. */
const text = fc.string({ unit: fc.constantFrom(..."-=,@./ \0\r\n+hlepoCLZWgOé".split("")), maxLength: 12 });
const name = fc.constantFrom(...RUST_OPTIONS.keys());
const value = fc.constantFrom(
  ...[...TELLING_CODEGEN.keys(), ...HARMLESS_UNSTABLE],
  ..."help link metadata=x dep-info=- lib,bin dependency=d native target-cpus timings".split(" "),
);
const argument = fc.oneof(
  text,
  name,
  value,
  fc.tuple(name, fc.constantFrom("", "="), fc.oneof(text, value)).map((parts) => parts.join("")),
  fc.constantFrom("x.rs", "-", "--crate-name=x", "--crate-type=lib", "@a"),
);
const lines = fc.array(argument, { maxLength: 10 });

test("readRustLine() answers any arguments, and any file of them, without throwing", () => {
  fc.assert(
    fc.property(lines, text, (args, content) => {
      const line = readRustLine(args, { read: () => content, variable: () => undefined });
      return "reason" in line ? line.detail !== "" : Array.isArray(line.inputs);
    }),
    { numRuns: 3000 },
  );
});

test("rustc.parse() puts every argument of what is cached into the key, in order", () => {
  let cached = 0;
  fc.assert(
    fc.property(lines, (more) => {
      const args = ["x.rs", "--crate-name=x", ...more];
      const plan = rustc.parse(args, NO_FILES);
      if (plan.kind === "refused") return plan.detail !== "";
      cached += 1;
      return plan.keyArguments.slice(-args.length).join("\0") === args.join("\0");
    }),
    { numRuns: 2000 },
  );
  expect(cached).toBeGreaterThan(50);
});
