// strip and objcopy of binutils: one file in, and either another out or the same one changed. Those of others
// (LLVM, which Rust has under names of its own, elfutils, wabt) are known by name, so that a link called strip which leads
// to one is not taken for binutils'.

import { type CompilePlan, type Plan, type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { linkTool, plainArguments } from "./link-tool.ts";
import { type OptionRow, type OptionTable, optionTable, readOptions } from "./options.ts";
import { OBJCOPY_OPTIONS, REPEATABLE, STRIP_OPTIONS } from "./tables/binary-tools.ts";

const OTHERS = /^(?:llvm-(?:objcopy|strip)|(?:eu|rust|wasm)-(?:ar|objcopy|ranlib|strip))(?:-\d+(?:\.\d+)*)?$/;

/** strip, in place or with -o. */
export const strip: Compiler = binaryTool({ name: "strip", options: STRIP_OPTIONS, mostOperands: 1 });

/** objcopy, in place or into the file that its second operand names. */
export const objcopy: Compiler = binaryTool({ name: "objcopy", options: OBJCOPY_OPTIONS, mostOperands: 2 });

/**
 * Tools that are no binutils and are run as they are: what LLVM and elfutils strip or copy has the mode of their input,
 * which is in no key, and elfutils' archiver renames a new file over the old one.
 */
export const otherBinaryTool: Compiler = linkTool({
  name: "llvm-objcopy",
  recognises: (called) => OTHERS.test(called),
  parse: () => refuse("link", "a tool that writes otherwise than binutils'"),
});

type BinaryTool = {
  readonly name: string;
  readonly options: readonly OptionRow[];
  /** More are several inputs. */
  readonly mostOperands: number;
};

function binaryTool({ name, options, mostOperands }: BinaryTool): Compiler {
  const names = new RegExp(`^(?:(?!(?:eu|llvm|rust|wasm)-)[\\w.+]+-){0,4}${name}$`);
  const rules = { table: optionTable(options), mostOperands };
  return linkTool({
    name,
    recognises: (called) => names.test(called),
    parse: (args, around) => parse(args, around, rules),
  });
}

type Rules = Pick<BinaryTool, "mostOperands"> & { readonly table: OptionTable };

function parse(args: readonly RawText[], around: Surroundings, { table, mostOperands }: Rules): Plan {
  const plain = plainArguments(args, around);
  if ("reason" in plain) return plain;
  const line = readLine(plain, table);
  if ("reason" in line) return line;
  const [input, second] = line.operands;
  if (input === undefined) return refuse("no-source", "no input");
  if (line.operands.length > mostOperands) return refuse("many-sources", showRaw(input));
  if (line.outputs.length > 1) return refuse("unsupported-option", "more than one -o");
  const output = line.outputs[0] ?? second ?? input;
  const copy = planCopy(input, output);
  return {
    ...copy,
    ...(copy.previous === undefined ? {} : { repeatable: line.options.every((option) => REPEATABLE.has(option)) }),
    keyArguments: [...line.key, output === input ? "in place" : "to another file"],
  };
}

type CopyLine = {
  readonly key: RawText[];
  /** Names of options. */
  readonly options: RawText[];
  readonly operands: RawText[];
  readonly outputs: RawText[];
};

function readLine(args: readonly RawText[], table: OptionTable): CopyLine | Refusal {
  const line: CopyLine = { key: [], options: [], operands: [], outputs: [] };
  for (const reading of readOptions(args, table)) {
    const [first] = reading.spelled;
    if (reading.kind === "missing-value") return refuse("missing-value", showRaw(first));
    if (reading.kind === "unknown") return refuse("unknown-option", showRaw(first));
    if (reading.kind === "operand") {
      // The name of an input stands in the symbols of binary inputs, that of an output nowhere.
      if (line.operands.length === 0) line.key.push(first);
      line.operands.push(first);
      continue;
    }
    const { row, value = "" } = reading;
    if (row.refuse !== undefined) return refuse(row.refuse, showRaw(first));
    if (row.act === "name-object") line.outputs.push(value);
    else {
      line.options.push(row.name);
      line.key.push(...reading.spelled);
    }
  }
  return line;
}

function planCopy(input: RawText, output: RawText): Omit<CompilePlan, "keyArguments"> {
  const inPlace = output === input;
  return {
    kind: "compile",
    source: input,
    // The other file is made as linkers make theirs; what was changed in a temporary file is copied back over its origin.
    outputs: output === "/dev/null" ? [] : [{ role: inPlace ? "direct" : "object", path: output }],
    sideOutputs: false,
    cwdInKey: false,
    ...(inPlace ? { previous: [input] } : {}),
    timeless: true,
  };
}
