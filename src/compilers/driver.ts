// Compiler drivers whose command lines are cut by a table: from a command line to a plan. gcc and clang are one table
// and a few particulars each.

import { NATIVE_CPU, type Plan, type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { opensCallerStream } from "./default-outputs.ts";
import { type Draft, draftOf } from "./draft.ts";
import { type Language, languageOf, type MoreLanguages } from "./languages.ts";
import { asLink } from "./link-tool.ts";
import { type OptionRow, type OptionTable, optionTable, readOptions } from "./options.ts";
import { planLink } from "./plan-link.ts";
import { type OutputPlan, planOutputs, type Unit } from "./plan-outputs.ts";
import { expandResponseFiles } from "./response-files.ts";

/** What makes one family of drivers. */
export type DriverFamily = {
  /** Of the family. */
  readonly name: string;
  /** As `Compiler.recognises`. */
  recognises(baseName: RawText): boolean;
  /** Every option that the family takes; names must differ. */
  readonly options: readonly OptionRow[];
  readonly languages?: MoreLanguages;
};

/** The compiler of a family. */
export function driverCompiler(family: DriverFamily): Compiler {
  const table = optionTable(family.options);
  const { name, recognises, languages } = family;
  return { name, recognises, parse: (args, around) => parse(args, around, { table, languages }) };
}

type Tables = { readonly table: OptionTable; readonly languages: MoreLanguages | undefined };

function parse(args: readonly RawText[], around: Surroundings, { table, languages }: Tables): Plan {
  const expanded = expandResponseFiles(args, around);
  if ("reason" in expanded) return expanded;
  const stream = expanded.find(opensCallerStream);
  if (stream !== undefined) return refuse("caller-stream", showRaw(stream));
  if (expanded.length === 0) return refuse("library", "no arguments");
  const draft = draftOf(readOptions(expanded, table));
  const refusal = firstRefusal(draft) ?? refuseAppending(draft, around);
  if (isLink(draft)) return asLink(refusal ?? planLink(draft, expanded, languages));
  return refusal ?? planCompile(draft, expanded, languages);
}

/** Headers alone are compiled, not linked, without being asked. */
function isLink({ purpose, sources }: Draft): boolean {
  return purpose === "link" && !(sources.length > 0 && sources.every(isHeader));
}

function firstRefusal({ refusals, objects }: Draft): Refusal | undefined {
  const information = refusals.find(({ reason }) => reason === "library");
  if (information !== undefined) return information;
  const [first] = refusals;
  if (first !== undefined) return first;
  // Whether two are an error depends on -MD.
  if (objects.length > 1) return refuse("unsupported-option", "more than one -o");
  return undefined;
}

function isHeader({ path, language }: Draft["sources"][number]): boolean {
  const found = languageOf(path, language);
  return !("reason" in found) && found.header === true;
}

// They make the compiler append dependencies to a file where the command line asks for none (gcc's manual, "Environment
// Variables").
const APPENDING_VARIABLES = ["DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES"];

function refuseAppending(draft: Draft, around: Surroundings): Refusal | undefined {
  if (draft.depends || draft.purpose === "dependencies" || draft.preprocessorDepfiles.length > 0) return undefined;
  const variable = APPENDING_VARIABLES.find((name) => around.variable(name) !== undefined);
  return variable === undefined ? undefined : refuse("unsupported-variable", variable);
}

function planCompile(draft: Draft, line: readonly RawText[], languages?: MoreLanguages): Plan {
  const units = unitsOf(draft, languages);
  if ("reason" in units) return units;
  const [first] = units;
  if (first === undefined) return refuse("no-source", "no input");
  const planned = planOutputs(draft, units);
  if ("reason" in planned) return planned;
  return {
    kind: "compile",
    source: units.some(({ path }) => path === "-") ? "-" : first.path,
    keyArguments: [...heads(draft, planned), ...(draft.showsLine ? line : draft.key)],
    outputs: planned.outputs,
    sideOutputs: planned.namesShow,
    ...(planned.beside === undefined ? {} : { beside: planned.beside }),
    cwdInKey: planned.namesShow || draft.showsCwd || draft.debugs || units.some(({ language }) => language.assembly),
  };
}

function unitsOf({ sources, purpose }: Draft, languages?: MoreLanguages): readonly Unit[] | Refusal {
  const units: Unit[] = [];
  for (const { path, language: named } of sources) {
    const language = isUnnamedInput(path, named, purpose) ? C : languageOf(path, named, languages);
    if ("reason" in language) return language;
    units.push({ path, language });
  }
  return units;
}

const C: Language = { preprocesses: true, assembly: false };

/** Standard input is C where it is only preprocessed; else gcc wants to be told. */
function isUnnamedInput(path: RawText, language: RawText, purpose: Draft["purpose"]): boolean {
  return path === "-" && language === "none" && (purpose === "preprocess" || purpose === "dependencies");
}

/** Heads of the list of key arguments. No argument that a plan is made of can stand there: they are no options. */
const TARGET = "depfile-target";
const NAMES = "output-names";
const DISCARDED = "output-discarded";

/** What the key has beside the arguments. */
function heads(draft: Draft, { namesShow, discarded, keyTarget }: OutputPlan): readonly RawText[] {
  const names = [...draft.objects, "", draft.depfile ?? "", ...draft.preprocessorDepfiles];
  return [
    ...discarded.map((role) => `${DISCARDED} ${role}`),
    ...(namesShow ? [NAMES, String(names.length), ...names] : []),
    ...(keyTarget === undefined ? [] : [TARGET, keyTarget]),
    ...(draft.native ? [NATIVE_CPU] : []),
  ];
}
