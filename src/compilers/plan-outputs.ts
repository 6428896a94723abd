// Which outputs a driver's command line names, directly or by its sources, and what of their names shows in them.
// The real gcc is asked for the same in test/integration/compilers.

import { isPlainTarget } from "../core/depfile.ts";
import { type OutputRole, type PlannedOutput, type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { defaultDepfile, defaultOutput, isStream } from "./default-outputs.ts";
import type { Draft } from "./draft.ts";
import type { Language } from "./languages.ts";

/** A source and what it is. */
export type Unit = { readonly path: RawText; readonly language: Language };

/** Outputs of a call. */
export type OutputPlan = {
  /** Primary output first. */
  readonly outputs: readonly PlannedOutput[];
  /** Names of outputs show in outputs or name further ones: they belong to the key, and the working directory too. */
  readonly namesShow: boolean;
  /** Outputs that go to /dev/null. */
  readonly discarded: readonly OutputRole[];
  /** Target that stands in the depfile and cannot be exchanged. */
  readonly keyTarget: RawText | undefined;
  /** As `CompilePlan.beside`. */
  readonly beside?: RawText;
};

/** The outputs of a call with these sources, of which there is at least one. */
export function planOutputs(draft: Draft, units: readonly Unit[]): OutputPlan | Refusal {
  const [unit] = units;
  if (unit === undefined) return refuse("no-source", "no input");
  const named = namedOutputs(draft, unit, units.length);
  if (named !== undefined && "reason" in named) return named;
  // What is not named here is found by the trace.
  if (named === undefined) {
    const beside = namesOf(draft).find((path) => !isDiscarded(path) && !isStream(path) && path !== STANDARD_OUTPUT);
    return {
      outputs: [],
      namesShow: true,
      discarded: [],
      keyTarget: undefined,
      ...(beside === undefined ? {} : { beside }),
    };
  }
  const streams = named.find(({ path }) => isStream(path));
  if (streams !== undefined) return refuse("output-to-stdout", showRaw(streams.path));
  if (named.some(({ path }) => path === "")) return refuse("output-kind", "an output without a name");
  const outputs = named.filter(({ path }) => !isDiscarded(path) && path !== STANDARD_OUTPUT);
  if (new Set(outputs.map(({ path }) => path)).size < outputs.length) {
    return refuse("output-kind", "object and depfile have the same name");
  }
  return {
    ...keepTarget(outputs, unit),
    namesShow:
      draft.showsNames ||
      unit.language.header === true ||
      (draft.purpose === "syntax" && asksForDepfile(draft)) ||
      named.some(({ path }) => path === STANDARD_OUTPUT),
    discarded: named.filter(({ path }) => isDiscarded(path)).map(({ role }) => role),
  };
}

const STANDARD_OUTPUT = "-";

/** Names that the command line gives to outputs. Where no rule is known, all that is written is named after them. */
function namesOf({ objects, depfile, preprocessorDepfiles }: Draft): RawText[] {
  return [...objects, ...(depfile === undefined ? [] : [depfile]), ...preprocessorDepfiles];
}

function isDiscarded(path: RawText): boolean {
  return path === "/dev/null";
}

/** Outputs as named; undefined if their names follow no rule that is known here. */
function namedOutputs(draft: Draft, unit: Unit, count: number): PlannedOutput[] | Refusal | undefined {
  if (count > 1) return draft.objects.length > 0 ? refuse("many-sources", "with -o") : undefined;
  const { purpose } = draft;
  switch (purpose) {
    case "dependencies":
      return dependencyOutputs(draft);
    case "syntax":
      // Without -o gcc makes up a name for the depfile that belongs to no rule.
      if (draft.depends && draft.depfile === undefined && draft.objects.length === 0) return undefined;
      return withDepfile(draft, unit, []);
    case "preprocess":
      return withDepfile(
        draft,
        unit,
        draft.objects.map((path) => ({ role: "direct", path })),
      );
    case "assembly":
    case "object":
    case "link":
      return withDepfile(draft, unit, [primaryOutput(draft, unit)]);
    default:
      return purpose satisfies never;
  }
}

function primaryOutput({ objects, purpose }: Draft, { path, language }: Unit): PlannedOutput {
  const [named] = objects;
  if (language.header) return { role: "direct", path: named ?? `${path}.gch` };
  if (purpose === "assembly") return { role: "direct", path: named ?? defaultOutput(path, "s") };
  return { role: "object", path: named ?? defaultOutput(path, "o") };
}

/** -M: what -MF or -o names, else standard output. */
function dependencyOutputs(draft: Draft): PlannedOutput[] | undefined {
  const { objects, depfile, depends, preprocessorDepfiles } = draft;
  if (depends || preprocessorDepfiles.length > 0 || (depfile !== undefined && objects.length > 0)) return undefined;
  const path = depfile ?? objects[0];
  return path === undefined ? [] : [{ role: "depfile", path }];
}

function asksForDepfile({ depends, preprocessorDepfiles }: Draft): boolean {
  return depends || preprocessorDepfiles.length > 0;
}

function withDepfile(draft: Draft, unit: Unit, primary: PlannedOutput[]): PlannedOutput[] | Refusal | undefined {
  if (!asksForDepfile(draft) || !unit.language.preprocesses) return primary;
  // x.h: the depfile has a name that only old versions of gcc give to files.
  if (unit.language.header && draft.depfile === undefined) return undefined;
  const [fromPreprocessor, second] = draft.preprocessorDepfiles;
  if (fromPreprocessor === undefined) return [...primary, namedDepfile(draft, unit)];
  if (second !== undefined || draft.depends || draft.depfile !== undefined) {
    return refuse("unsupported-option", "-Wp,-MD beside another option for depfiles");
  }
  return [...primary, { role: "depfile", path: fromPreprocessor }];
}

/**
 * x.o: x.c x.h      is what stands in the depfile under -MD -o x.o
 * ^^^               unless the call only preprocesses, when it is named after the source
 */
function namedDepfile(draft: Draft, unit: Unit): PlannedOutput {
  const [object] = draft.objects;
  const path = draft.depfile ?? defaultDepfile(unit.path, object);
  const { header = false } = unit.language;
  const withoutObject = draft.purpose === "preprocess" || draft.purpose === "syntax";
  const constant = draft.namesTarget || withoutObject || draft.showsLine || header;
  if (constant) return { role: "depfile", path };
  // Standard input without -o has another target than "-.o".
  if (unit.path === "-" && object === undefined) return { role: "depfile", path };
  return { role: "depfile", path, target: object ?? defaultOutput(unit.path, "o") };
}

/** Takes the target out of a depfile where another cannot be put into its place. */
function keepTarget(outputs: readonly PlannedOutput[], unit: Unit): Pick<OutputPlan, "outputs" | "keyTarget"> {
  const target = outputs.find((output) => output.target !== undefined)?.target;
  if (target === undefined || (unit.path !== "-" && isPlainTarget(target))) return { outputs, keyTarget: undefined };
  return { outputs: outputs.map(({ role, path }) => ({ role, path })), keyTarget: target };
}
