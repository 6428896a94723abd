// rustdoc where what it makes is known: the description of one crate (`--output-format json`), and what it only says. Pages
// of HTML come with an index, lists of crates and of implementations, each merged into what other calls have left in the
// same directory, in any order and at the same time: those it makes itself.

import { type CompilePlan, type Plan, type Refusal, refuse } from "../core/plan.ts";
import type { RawText } from "../core/raw-text.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { crateDirectoriesOf, keyOf, planAnswer, TOLD_BY_CARGO } from "./rustc.ts";
import { type RustLine, readRustLine } from "./rustc-line.ts";
import { RUSTDOC_OPTIONS } from "./tables/rustdoc.ts";

/** The documentation of Rust. */
export const rustdoc: Compiler = { name: "rustdoc", recognises: (name) => name === "rustdoc", parse };

function parse(args: readonly RawText[], around: Surroundings): Plan {
  const line = readRustLine(args, around, RUSTDOC_OPTIONS);
  if ("reason" in line) return line;
  if (line.test) return refuse("unsupported-option", "--test");
  if (line.asks) return planAnswer(line);
  return line.format === "json" ? planDescription(line) : refuse("merged-output", line.format);
}

function planDescription(line: RustLine): CompilePlan | Refusal {
  const [source, ...others] = line.inputs;
  if (source === undefined) return refuse("no-source", "no crate root");
  if (others.length > 0) return refuse("many-sources", `${line.inputs.length} crate roots`);
  if (line.crateName === undefined) return refuse("crate-name", "no --crate-name");
  const directory = (line.outDir ?? "doc").replace(/(?<=[^/])\/+$/, "");
  return {
    kind: "compile",
    source,
    keyArguments: keyOf(line),
    outputs: [{ role: "direct", path: `${directory}/${line.crateName}.json` }],
    sideOutputs: false,
    cwdInKey: true,
    variables: TOLD_BY_CARGO,
    crateDirectories: crateDirectoriesOf(line),
  };
}
