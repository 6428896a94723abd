import { expect, test } from "bun:test";
import { findCompiler } from "../../../src/compilers/index.ts";
import { rustdoc } from "../../../src/compilers/rustdoc.ts";
import { planOf } from "./link-plans.ts";

const reasonOf = (line: string): string => {
  const plan = planOf(rustdoc, line);
  return plan.kind === "refused" ? plan.reason : plan.outputs.map(({ path }) => path).join(" ");
};

test("rustdoc is known by its name", () => {
  expect(["rustdoc", "rustdoc-1.96", "rustc"].map((name) => findCompiler(name)?.name)).toEqual([
    "rustdoc",
    undefined,
    "rustc",
  ]);
});

const JSON_OF_X = "--crate-name x x.rs -Zunstable-options --output-format json";

test.each([
  [JSON_OF_X, "doc/x.json"],
  [`${JSON_OF_X} -o /t/doc/`, "/t/doc/x.json"],
  [`${JSON_OF_X} --out-dir=d -L dependency=d --extern y=liby.rmeta --crate-version 1.2.3`, "d/x.json"],
  ["-w json --crate-name x x.rs --document-private-items", "doc/x.json"],
  ["--version", ""],
  ["x.rs --show-coverage --output-format json", ""],
  ["x.rs --check", ""],
  ["--crate-name x x.rs", "merged-output"],
  ["--crate-name x x.rs -o doc", "merged-output"],
  [`${JSON_OF_X} -w html`, "merged-output"],
  [`${JSON_OF_X} --test`, "unsupported-option"],
  [`${JSON_OF_X} --merge=none`, "unknown-option"],
  [`${JSON_OF_X} --emit=dep-info`, "unknown-option"],
  [`${JSON_OF_X} -g`, "unknown-option"],
  [`${JSON_OF_X} y.rs`, "many-sources"],
  ["--crate-name x -w json", "no-source"],
  ["x.rs -w json", "crate-name"],
])("rustdoc %s makes or is run as it is for: %s", (line, expected) => {
  expect(reasonOf(line)).toBe(expected);
});
