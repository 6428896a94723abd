// The gcc family: from a command line to a plan. What each option means stands in tables/gcc.ts.

import { type Plan, type PlannedOutput, type Refusal, type RefusalReason, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { addReading, type Draft, emptyDraft } from "./gcc-draft.ts";
import { type Language, languageOf } from "./gcc-languages.ts";
import { defaultDepfile, defaultObject, isStream } from "./gcc-outputs.ts";
import { optionTable, readOptions } from "./options.ts";
import { expandResponseFiles } from "./response-files.ts";
import { GCC_OPTIONS } from "./tables/gcc.ts";

/** gcc and g++ under all their names: plain, with a version, as cross compilers, and as Unix's c89 and c99. */
export const gcc: Compiler = { name: "gcc", recognises: (name) => NAME.test(name), parse };

// cc and c++ are clang on some systems, but the name alone decides here. What only clang takes is outside the table: it
// is refused, or, for an -f option, puts the whole command line and the working directory into the key.
const NAME = /^(?:cc|c\+\+|c89|c99|(?:[\w.+]+-){0,4}(?:gcc|g\+\+)(?:-\d+(?:\.\d+)*)?)$/;

const TABLE = optionTable(GCC_OPTIONS);

/** Heads of the list of key arguments. No argument that a plan is made of can stand there: they are no options. */
const TARGET = "depfile-target";
const NATIVE_CPU = "cpu:native";

function parse(args: readonly RawText[], around: Surroundings): Plan {
  const expanded = expandResponseFiles(args, around);
  if ("reason" in expanded) return expanded;
  if (expanded.length === 0) return refuse("library", "no arguments");
  const draft = emptyDraft();
  for (const reading of readOptions(expanded, TABLE)) addReading(draft, reading);
  return firstRefusal(draft) ?? planCompile(draft, expanded);
}

/** Reasons that say what the call is instead of a compile; they are more telling than any other. */
const OTHER_PURPOSES: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  "assembly-output",
  "library",
  "preprocess-only",
  "syntax-only",
]);

function firstRefusal({ refusals, compiles, objects }: Draft): Refusal | undefined {
  const purpose = refusals.find(({ reason }) => OTHER_PURPOSES.has(reason));
  if (purpose !== undefined) return purpose;
  if (!compiles) return refuse("link", "no -c");
  const [first] = refusals;
  if (first !== undefined) return first;
  // Whether two are an error depends on -MD.
  if (objects.length > 1) return refuse("unsupported-option", "more than one -o");
  return undefined;
}

function planCompile(draft: Draft, line: readonly RawText[]): Plan {
  const [source, second] = draft.sources;
  if (source === undefined) return refuse("no-source", "no input");
  if (second !== undefined) return refuse("many-sources", `${showRaw(source.path)} ${showRaw(second.path)}`);
  const language = languageOf(source.path, source.language);
  if ("reason" in language) return language;
  const outputs = planOutputs(draft, source.path, language);
  if ("reason" in outputs) return outputs;
  return {
    kind: "compile",
    source: source.path,
    keyArguments: keyArguments(draft, outputs, line),
    outputs,
    cwdInKey: draft.showsCwd || draft.debugs || language.assembly,
  };
}

function planOutputs(draft: Draft, source: RawText, language: Language): readonly PlannedOutput[] | Refusal {
  const [namedObject] = draft.objects;
  const object: PlannedOutput = { role: "object", path: namedObject ?? defaultObject(source) };
  const outputs = [object];
  const fromPreprocessor = draft.preprocessorDepfiles[0];
  if (fromPreprocessor !== undefined) {
    if (draft.preprocessorDepfiles.length > 1 || draft.depends || draft.depfile !== undefined) {
      return refuse("unsupported-option", "-Wp,-MD beside another option for depfiles");
    }
    if (language.preprocesses) outputs.push({ role: "depfile", path: fromPreprocessor });
  } else if (draft.depends && language.preprocesses) {
    outputs.push({ role: "depfile", path: draft.depfile ?? defaultDepfile(source, namedObject) });
  }
  return refuseOutputs(outputs) ?? outputs;
}

function refuseOutputs(outputs: readonly PlannedOutput[]): Refusal | undefined {
  const stream = outputs.find(({ path }) => isStream(path));
  if (stream !== undefined) return refuse("output-to-stdout", showRaw(stream.path));
  if (outputs.some(({ path }) => path === "")) return refuse("output-kind", "an output without a name");
  const [object, depfile] = outputs;
  if (object?.path === depfile?.path) return refuse("output-kind", "object and depfile have the same name");
  return undefined;
}

function keyArguments(draft: Draft, outputs: readonly PlannedOutput[], line: readonly RawText[]): readonly RawText[] {
  const [namedObject] = draft.objects;
  // x.o: x.c x.h      is what stands in the depfile under -MD -o x.o
  // ^^^
  const inDepfile = draft.depends && !draft.namesTarget && outputs.some(({ role }) => role === "depfile");
  return [
    ...(inDepfile && namedObject !== undefined ? [TARGET, namedObject] : []),
    ...(draft.native ? [NATIVE_CPU] : []),
    ...(draft.showsLine ? line : draft.key),
  ];
}
