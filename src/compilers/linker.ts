// Linkers called directly: ld, ld.bfd, gold, lld and mold, under all their names.

import { type Plan, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { namesCallerStream } from "./default-outputs.ts";
import { linkTool } from "./link-tool.ts";
import { readLinkerLine } from "./linker-line.ts";
import { planOutput } from "./plan-link.ts";
import { expandResponseFiles } from "./response-files.ts";

const NAME = /^(?:[\w.+]+-){0,4}(?:ld(?:\.(?:bfd|gold|lld|mold))?|gold|lld|mold)(?:-\d+(?:\.\d+)*)?$/;

/** The family of Unix linkers. */
export const linker: Compiler = linkTool({ name: "ld", recognises: (name) => NAME.test(name), parse });

function parse(args: readonly RawText[], around: Surroundings): Plan {
  const expanded = expandResponseFiles(args, around);
  if ("reason" in expanded) return expanded;
  const stream = expanded.find(namesCallerStream);
  if (stream !== undefined) return refuse("caller-stream", showRaw(stream));
  const line = readLinkerLine(expanded);
  if ("reason" in line) return line;
  const [source] = line.operands;
  if (source === undefined) return refuse("no-source", "no input");
  if (line.outputs.length > 1) return refuse("unsupported-option", "more than one -o");
  return planOutput(line.outputs, line, { source, key: line.key, showsNames: line.showsNames, showsCwd: false });
}
