// strip and objcopy of binutils: one file in, and either another out or the same one changed.

import type { CompilePlan, Plan, Refusal } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { isStream, namesCallerStream } from "./default-outputs.ts";
import { type OptionRow, type OptionTable, optionTable, readOptions } from "./options.ts";
import { refuseLink } from "./plan-link.ts";
import { expandResponseFiles } from "./response-files.ts";
import { OBJCOPY_OPTIONS, STRIP_OPTIONS } from "./tables/binary-tools.ts";

// LLVM's tools of these names give outputs the mode of their input.
const STRIP = /^(?:(?!llvm)[\w.+]+-){0,4}strip$/;
const OBJCOPY = /^(?:(?!llvm)[\w.+]+-){0,4}objcopy$/;

/** strip, in place or with -o. */
export const strip: Compiler = binaryTool("strip", STRIP, STRIP_OPTIONS);

/** objcopy, in place or into the file that its second operand names. */
export const objcopy: Compiler = binaryTool("objcopy", OBJCOPY, OBJCOPY_OPTIONS);

function binaryTool(name: string, names: RegExp, options: readonly OptionRow[]): Compiler {
  const table = optionTable(options);
  return { name, recognises: (called) => names.test(called), parse: (args, around) => parse(args, around, table) };
}

function parse(args: readonly RawText[], around: Surroundings, table: OptionTable): Plan {
  const expanded = expandResponseFiles(args, around);
  if ("reason" in expanded) return { ...expanded, link: true };
  const stream = expanded.find((arg) => namesCallerStream(arg) || isStream(arg));
  if (stream !== undefined) return refuseLink("caller-stream", showRaw(stream));
  const line = readLine(expanded, table);
  if ("reason" in line) return line;
  const [input, second, third] = line.operands;
  if (input === undefined) return refuseLink("no-source", "no input");
  const isStrip = table.rows.get("-o")?.act === "name-object";
  if (third !== undefined || (isStrip && second !== undefined)) return refuseLink("many-sources", showRaw(input));
  if (line.outputs.length > 1) return refuseLink("unsupported-option", "more than one -o");
  const output = line.outputs[0] ?? second ?? input;
  return { ...planCopy(input, output), keyArguments: [...line.key, output === input ? "in place" : "to another file"] };
}

type CopyLine = { readonly key: RawText[]; readonly operands: RawText[]; readonly outputs: RawText[] };

function readLine(args: readonly RawText[], table: OptionTable): CopyLine | Refusal {
  const line: CopyLine = { key: [], operands: [], outputs: [] };
  for (const reading of readOptions(args, table)) {
    const [first] = reading.spelled;
    if (reading.kind === "missing-value") return refuseLink("missing-value", showRaw(first));
    if (reading.kind === "unknown") return refuseLink("unknown-option", showRaw(first));
    if (reading.kind === "operand") {
      // The name of an input stands in the symbols of binary inputs, that of an output nowhere.
      if (line.operands.length === 0) line.key.push(first);
      line.operands.push(first);
      continue;
    }
    const { row, value = "" } = reading;
    if (row.refuse !== undefined) return refuseLink(row.refuse, showRaw(first));
    if (row.act === "name-object") line.outputs.push(value);
    else line.key.push(...reading.spelled);
  }
  return line;
}

function planCopy(input: RawText, output: RawText): Omit<CompilePlan, "keyArguments"> {
  const inPlace = output === input;
  return {
    kind: "compile",
    link: true,
    source: input,
    // The other file is made as linkers make theirs; what was changed in a temporary file is copied back over its origin.
    outputs: output === "/dev/null" ? [] : [{ role: inPlace ? "direct" : "object", path: output }],
    sideOutputs: false,
    cwdInKey: false,
    ...(inPlace ? { previous: [input] } : {}),
    timeless: true,
  };
}
