// The clang family. What each option means stands in tables/clang.ts; the front end's own command lines, `clang -cc1 …`,
// are read by clang-cc1.ts.

import { type CompilePlan, type Plan, type PlannedOutput, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { parseCc1 } from "./clang-cc1.ts";
import { findRefusal, hasOption, readClangLine, timesOfDriver } from "./clang-particulars.ts";
import { expandForClang } from "./clang-response-files.ts";
import {
  REMOVED_FIRST,
  RENAMED_BUT_OBJECTS,
  RENAMED_BY_FRONT_END,
  WRITTEN_EITHER_WAY,
  type Writing,
  writingOf,
} from "./clang-writing.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { type Draft, draftOf } from "./draft.ts";
import { driverCompiler } from "./driver.ts";
import { LINK_TIME_COMPILERS } from "./linker-line.ts";
import type { Reading } from "./options.ts";
import { CLANG_OPTIONS } from "./tables/clang.ts";

const NAME = /^(?:[\w.+]+-){0,4}clang(?:\+\+)?(?:-\d+(?:\.\d+)*)?$/;

const DRIVER = driverCompiler({
  name: "clang",
  recognises: (name) => NAME.test(name),
  options: CLANG_OPTIONS,
  languages: new Map([
    ["bc", "ir"],
    ["c++m", "c++-module"],
    ["ccm", "c++-module"],
    ["cppm", "c++-module"],
    ["cxxm", "c++-module"],
    ["ll", "ir"],
    ["pcm", "pcm"],
  ]),
});

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
  if (first === "-cc1") return renaming(parseCc1(line));
  // -cc1as and the like: tools of their own within the same program.
  if (first.startsWith("-cc1")) return refuse("unsupported-option", showRaw(first));
  const translated = readClangLine(line).flatMap(translate);
  const plan = DRIVER.parse(translated, around);
  if (plan.kind === "refused") return plan;
  const readings = readClangLine(translated);
  const draft = draftOf(readings);
  const writing = plan.link === true ? BY_LINKER : writingOf(readings, draft);
  if ("reason" in writing) return writing;
  const outputs = outputsFor(plan, writing, { readings, draft });
  const keyArguments = [...spellingOf(line, translated), ...plan.keyArguments];
  const { renamed } = writing;
  const written = { ...plan, outputs, keyArguments, ...(renamed === undefined ? {} : manner(renamed)) };
  const forDriver = forClang(written, line, draft);
  return findRefusal(readings) ?? { ...forDriver, times: timesOfDriver(readings) };
}

/** Objects are temporaries then, or what its assembler writes over those that are there (-save-temps). */
const BY_LINKER: Writing = { primary: "object", renamed: RENAMED_BUT_OBJECTS };

function renaming(plan: Plan): Plan {
  return plan.kind === "refused" ? plan : { ...plan, ...manner(RENAMED_BY_FRONT_END) };
}

function manner(renamed: RegExp): Pick<CompilePlan, "renamed" | "removedFirst"> {
  return { renamed, removedFirst: REMOVED_FIRST };
}

/**
 * -Wp,-MD,FILE is -MD -MF FILE, with the target that they have; behind it the driver forgets FILE where there is more
 * (Driver::TranslateInputArgs), and what then is written is no output of this plan.
 */
function translate(reading: Reading): readonly RawText[] {
  const [first] = reading.spelled;
  const [, option, file] = DEPFILE_BY_PREPROCESSOR.exec(first) ?? [];
  const isTranslated = reading.kind === "option" && option !== undefined && file !== undefined;
  return isTranslated ? [option, "-MF", file] : reading.spelled;
}

/** A line without the names of such depfiles: messages tell -Wp,-MD from -MD. */
function spellingOf(line: readonly RawText[], translated: readonly RawText[]): readonly RawText[] {
  if (translated.length === line.length) return [];
  return [LINE, ...line.map((argument) => argument.replace(DEPFILE_BY_PREPROCESSOR, "-Wp,$1"))];
}

const DEPFILE_BY_PREPROCESSOR = /^-Wp,(-MM?D),([^,]*)$/s;

type Planned = Exclude<Plan, { kind: "refused" }>;

function forClang(plan: Planned, line: readonly RawText[], draft: Draft): Planned {
  if (plan.sideOutputs || line.some((argument) => MAKES_MORE.test(argument))) {
    return {
      ...plan,
      keyArguments: [...plan.keyArguments, LINE, ...line],
      sideOutputs: true,
      cwdInKey: true,
      writtenEitherWay: WRITTEN_EITHER_WAY,
    };
  }
  const configuredBy = plan.link === true ? CONFIGURATION_OR_LINK_TIME : CONFIGURATION;
  return { ...plan, keyArguments: [...targetOf(draft), ...plan.keyArguments], configuredBy };
}

/**
 * What stands in a depfile is the name of the output, whatever kind it is of, unless another target is given. clang folds
 * depfiles at another column than gcc: it can't be exchanged.
 */
function targetOf({ depends, namesTarget, objects }: Draft): readonly RawText[] {
  return depends && !namesTarget ? objects.flatMap((path) => [TARGET, path]) : [];
}

// Options of the front end, and those whose further outputs are named after the object.
const MAKES_MORE = /^-(?:X|-analyze|ftime-trace|fsave-opt|foptimization-record|fstack-usage|fcrash|emit-|fembed)/;

/**
 * A configuration file beside the compiler or in the user's home may add any option: -g, which shows the working
 * directory, or -gsplit-dwarf, which shows the name of the object.
 */
const CONFIGURATION = /\.cfg$/;
const CONFIGURATION_OR_LINK_TIME = new RegExp(`${CONFIGURATION.source}|${LINK_TIME_COMPILERS.source}`);

/** Heads in the list of key arguments. */
const LINE = "line";
const TARGET = "depfile-target";

type ReadLine = { readonly readings: readonly Reading[]; readonly draft: Draft };

/** Outputs as clang writes them. Without -o their names end otherwise under -emit-llvm and --precompile. */
function outputsFor(plan: Planned, { primary }: Writing, { readings, draft }: ReadLine): PlannedOutput[] {
  const isNamed = draft.objects.length > 0;
  const isBitcode = hasOption(readings, "emit-llvm") && !isNamed;
  const isInterface = hasOption(readings, "precompile") && !isNamed;
  return [...textOutput(plan, draft), ...plan.outputs].map((output) => {
    const { role, path } = output;
    if (role === "depfile") return { role, path };
    if (role === "link-depfile") return output;
    if (isInterface) return { role: primary, path: path.replace(/\.o$/, ".pcm") };
    return { ...output, role: primary, path: isBitcode ? path.replace(/\.o$/, ".bc").replace(/\.s$/, ".ll") : path };
  });
}

/** -M beside -MD makes a depfile of its own, and what -o names is preprocessed text. */
function textOutput({ outputs, beside }: Planned, { purpose, depends, objects }: Draft): PlannedOutput[] {
  const isText = purpose === "dependencies" && depends;
  return isText && outputs.length === 0 && beside !== undefined && beside === objects[0]
    ? [{ role: "object", path: beside }]
    : [];
}
