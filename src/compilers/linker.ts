// Linkers called directly: ld, ld.bfd, gold, lld and mold, under all their names.

import type { Plan } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { namesCallerStream } from "./default-outputs.ts";
import { LINK_TIME_COMPILERS, readLinkerLine } from "./linker-line.ts";
import { canRetarget, DEFAULT_OUTPUT, linkedOutputs, outputHeads, refuseLink } from "./plan-link.ts";
import { expandResponseFiles } from "./response-files.ts";

const NAME = /^(?:[\w.+]+-){0,4}(?:ld(?:\.(?:bfd|gold|lld|mold))?|gold|lld|mold)(?:-\d+(?:\.\d+)*)?$/;

/** The family of Unix linkers. */
export const linker: Compiler = { name: "ld", recognises: (name) => NAME.test(name), parse };

function parse(args: readonly RawText[], around: Surroundings): Plan {
  const expanded = expandResponseFiles(args, around);
  if ("reason" in expanded) return { ...expanded, link: true };
  const stream = expanded.find(namesCallerStream);
  if (stream !== undefined) return refuseLink("caller-stream", showRaw(stream));
  const line = readLinkerLine(expanded);
  if ("reason" in line) return { ...line, link: true };
  const [first] = line.operands;
  if (first === undefined) return refuseLink("no-source", "no input");
  if (line.outputs.length > 1) return refuseLink("unsupported-option", "more than one -o");
  const [name = DEFAULT_OUTPUT] = line.outputs;
  const outputs = linkedOutputs(name, line);
  if ("reason" in outputs) return { ...outputs, link: true };
  const namesShow = line.showsNames || !canRetarget(name, line);
  return {
    kind: "compile",
    link: true,
    source: first,
    keyArguments: [...outputHeads(name, namesShow), ...line.key],
    outputs,
    sideOutputs: namesShow,
    cwdInKey: namesShow,
    configuredBy: LINK_TIME_COMPILERS,
    ...(line.warning === undefined ? {} : { warning: line.warning }),
  };
}
