// The clang family. What each option means stands in tables/clang.ts; the front end's own command lines, `clang -cc1 …`,
// are read by clang-cc1.ts.

import { type Plan, type PlannedOutput, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { parseCc1 } from "./clang-cc1.ts";
import { findRefusal, hasOption, readClangLine, timesOfDriver } from "./clang-particulars.ts";
import { expandForClang } from "./clang-response-files.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { driverCompiler } from "./driver.ts";
import type { Reading } from "./options.ts";
import { CLANG_OPTIONS } from "./tables/clang.ts";

const NAME = /^(?:[\w.+]+-){0,4}clang(?:\+\+)?(?:-\d+(?:\.\d+)*)?$/;

const DRIVER = driverCompiler({ name: "clang", recognises: (name) => NAME.test(name), options: CLANG_OPTIONS });

/** clang and clang++ under all their names: plain, with a version, as cross compilers; not clang-cl, which is a cl. */
export const clang: Compiler = { ...DRIVER, parse };

/** Variables that change the command line, or name files that clang appends to (clang's driver.cpp and Driver.cpp). */
const REFUSED_VARIABLES: readonly RawText[] = [
  "CCC_OVERRIDE_OPTIONS",
  "CC_LOG_DIAGNOSTICS",
  "CC_PRINT_HEADERS",
  "CC_PRINT_INTERNAL_STAT",
  "CC_PRINT_OPTIONS",
  "CC_PRINT_PROC_STAT",
];

function parse(args: readonly RawText[], around: Surroundings): Plan {
  const variable = REFUSED_VARIABLES.find((name) => around.variable(name) !== undefined);
  if (variable !== undefined) return refuse("unsupported-variable", variable);
  const line = expandForClang(args, around);
  if ("reason" in line) return line;
  const [first = ""] = line;
  if (first === "-cc1") return parseCc1(line);
  // -cc1as and the like: tools of their own within the same program.
  if (first.startsWith("-cc1")) return refuse("unsupported-option", showRaw(first));
  const plan = DRIVER.parse(line, around);
  if (plan.kind === "refused") return plan;
  const readings = readClangLine(line);
  return findRefusal(readings) ?? { ...forClang(plan, line, readings), times: timesOfDriver(readings) };
}

type Planned = Exclude<Plan, { kind: "refused" }>;

function forClang(plan: Planned, line: readonly RawText[], readings: readonly Reading[]): Planned {
  const outputs = plan.outputs.map((output) => forClangOutput(output, readings));
  if (plan.sideOutputs || line.some((argument) => MAKES_MORE.test(argument))) {
    return {
      ...plan,
      outputs,
      keyArguments: [...plan.keyArguments, LINE, ...line],
      sideOutputs: true,
      cwdInKey: true,
    };
  }
  // clang folds depfiles at another column than gcc: their target can't be exchanged.
  const targets = plan.outputs.flatMap(({ target }) => (target === undefined ? [] : [TARGET, target]));
  return { ...plan, outputs, keyArguments: [...targets, ...plan.keyArguments], configuredBy: CONFIGURATION };
}

// Options of the front end, and those whose further outputs are named after the object.
const MAKES_MORE = /^-(?:X|-analyze|ftime-trace|fsave-opt|foptimization-record|fstack-usage|fcrash|emit-|fembed)/;

/**
 * A configuration file beside the compiler or in the user's home may add any option: -g, which shows the working
 * directory, or -gsplit-dwarf, which shows the name of the object.
 */
const CONFIGURATION = /\.cfg$/;

/** Heads in the list of key arguments. */
const LINE = "line";
const TARGET = "depfile-target";

/**
 * Without -o the names of outputs end otherwise where -emit-llvm is given. Whatever clang makes it writes to a temporary
 * file that it renames, so that nothing is written over what is there.
 */
function forClangOutput({ role, path }: PlannedOutput, readings: readonly Reading[]): PlannedOutput {
  if (role === "depfile") return { role, path };
  const isBitcode = hasOption(readings, "emit-llvm") && !hasOption(readings, "name-object");
  return { role: "object", path: isBitcode ? path.replace(/\.o$/, ".bc").replace(/\.s$/, ".ll") : path };
}
