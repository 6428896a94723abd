import { expect, test } from "bun:test";
import { findCompiler } from "../../../src/compilers/index.ts";

const parse = (args: readonly string[]) =>
  findCompiler("rustfmt")?.parse(args, { read: () => undefined, variable: () => undefined });

test("rustfmt is understood where it only checks", () => {
  const args = ["--edition", "2021", "--check", "src/lib.rs"];
  const plan = { kind: "compile", source: "src/lib.rs", outputs: [], keyArguments: args, cwdInKey: true };
  expect(parse(args)).toMatchObject(plan);
  expect(parse(["--check"])).toMatchObject({ source: "-" });
});

test.each([
  ["writes files", ["src/lib.rs"], "unsupported-option"],
  ["reads a descriptor of the caller", ["--check", "/dev/fd/3"], "caller-stream"],
])("rustfmt is run as it is where it %s", (_, args, reason) => {
  expect(parse(args)).toMatchObject({ reason });
});
