// Right after a run: which of the files that it wrote are the outputs, and private copies of them.

import { lstatSync } from "node:fs";
import { isDepfile, retargetAs } from "../core/depfile.ts";
import { isSide, type StoredOutput } from "../core/entry.ts";
import { isErrno } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import { type PlannedOutput, type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, type RawText, showRaw, withoutEmptySteps } from "../core/raw-text.ts";
import { isRenamed, refused } from "../deliver/destination.ts";
import type { NewOutput } from "../store/new-result.ts";
import type { Store } from "../store/store.ts";
import { fsPath } from "../sys/fs-path.ts";
import { isInnerName } from "../sys/inner-name.ts";
import { readRaw } from "../sys/read-raw.ts";
import { holdsTimes } from "./archive-times.ts";
import type { CompileCall } from "./call.ts";
import { isScratch } from "./scratch.ts";

/** Private copies of all outputs of one run. */
export type StagedOutputs = {
  readonly outputs: readonly NewOutput[];
  /** True if some have names that nothing in the key accounts for: the result holds for the very same call only. */
  readonly unforeseen: boolean;
};

/** Gives up private copies that will not be stored. */
export function discardOutputs(outputs: readonly NewOutput[]): void {
  for (const { staged } of outputs) staged[Symbol.dispose]();
}

/**
 * Copies every file that the run wrote and that still exists. Refuses when one of them can't be put back elsewhere, or
 * when a primary output that the plan names is not among them.
 * @throws {ZccacheError} `STORE_WRITE` if the cache can't be written, `OUTPUT_CHANGED` if a file still changes.
 */
export async function stageOutputs(
  observation: Observation,
  call: CompileCall,
  store: { stage(path: RawText): ReturnType<Store["stage"]>; has?(path: RawText): boolean },
): Promise<StagedOutputs | Refusal> {
  const outputs: NewOutput[] = [];
  const places = placesOf(call);
  const missing = new Set(call.plan.outputs.filter(({ role }) => !isDepfile(role)));
  try {
    for (const written of observation.written) {
      if (isScratch(written, call)) continue;
      const path = withoutEmptySteps(written);
      const place = unlessOverwritten(placeOf(path, kindOf(path, store), places), written, { observation, call });
      if (place === "gone") continue;
      if ("reason" in place) return giveUp(outputs, place);
      if (place.planned !== undefined) missing.delete(place.planned);
      const { role, name } = place;
      outputs.push({ role, name, staged: await store.stage(written) });
    }
    const [lost] = missing;
    const refusal =
      lost === undefined
        ? (strangeDepfile(outputs) ?? strangeMode(outputs, call) ?? datedArchive(outputs, call))
        : refuse("output-kind", `${showRaw(lost.path)} is not there`);
    const unforeseen = call.plan.sideOutputs ? [] : outputs.filter(({ role }) => isSide(role));
    const problem = refusal ?? tooMuch(unforeseen);
    return problem === undefined ? { outputs, unforeseen: unforeseen.length > 0 } : giveUp(outputs, problem);
  } catch (error) {
    discardOutputs(outputs);
    throw error;
  }
}

function giveUp(outputs: readonly NewOutput[], refusal: Refusal): Refusal {
  discardOutputs(outputs);
  return refusal;
}

/** A depfile whose target has to be exchangeable, and is not written as is known here. */
function strangeDepfile(outputs: readonly NewOutput[]): Refusal | undefined {
  for (const { role, name, staged } of outputs) {
    if (!isDepfile(role) || name === undefined) continue;
    const content = readRaw(staged.path);
    if (retargetAs(role, content, { from: name, to: name }) !== content)
      return refuse("output-kind", `a depfile without ${showRaw(name)}`);
  }
  return undefined;
}

// More is no by-product of a link.
const MOST_UNFORESEEN = 10;
const LARGEST_UNFORESEEN = 50 << 20;

function tooMuch(unforeseen: readonly NewOutput[]): Refusal | undefined {
  if (unforeseen.length > MOST_UNFORESEEN)
    return refuse("output-too-large", `${unforeseen.length} files that the command line does not name`);
  const large = unforeseen.find(({ staged }) => staged.size > LARGEST_UNFORESEEN);
  return large === undefined ? undefined : refuse("output-too-large", showRaw(large.name ?? ""));
}

/**
 * A program beside the one that is asked for (ld --out-implib): what is no primary output is delivered without permission
 * to be executed, which it may also have had before the run.
 */
function strangeMode(outputs: readonly NewOutput[], { plan }: CompileCall): Refusal | undefined {
  const program =
    plan.link === true ? outputs.find(({ role, staged }) => isSide(role) && staged.executable) : undefined;
  return program === undefined ? undefined : refuse("output-kind", `${showRaw(program.name ?? "")} is executable`);
}

/** An archive that says when its members were made, though nothing in the key does. */
function datedArchive(outputs: readonly NewOutput[], { plan }: CompileCall): Refusal | undefined {
  if (plan.timeless !== true || !outputs.some(({ staged }) => holdsTimes(staged.path))) return undefined;
  return refuse("archive-times", "pass D to the archiver");
}

type Places = {
  readonly planned: ReadonlyMap<RawText, PlannedOutput>;
  /** Directories that side outputs are found again in. */
  readonly bases: readonly { readonly role: StoredOutput["role"]; readonly directory: RawText }[];
  /** False: no file may be written that the command line does not name. */
  readonly sideOutputs: boolean;
};

function placesOf({ plan, cwd }: CompileCall): Places {
  const planned = plan.outputs.map((output) => [withoutEmptySteps(absolutePath(output.path, cwd)), output] as const);
  const beside = plan.beside === undefined ? undefined : withoutEmptySteps(absolutePath(plan.beside, cwd));
  const [primary = beside] = planned[0] ?? [];
  const bases: Places["bases"][number][] = [{ role: "cwd-side", directory: withoutEmptySteps(`${cwd}/`) }];
  if (primary !== undefined) bases.unshift({ role: "side", directory: primary.slice(0, primary.lastIndexOf("/") + 1) });
  return { planned: new Map(planned), bases, sideOutputs: plan.sideOutputs || plan.link === true };
}

type Place = Pick<NewOutput, "role" | "name"> & { readonly planned?: PlannedOutput };

function placeOf(
  path: RawText,
  kind: ReturnType<typeof kindOf>,
  { planned, bases, sideOutputs }: Places,
): Place | Refusal | "gone" {
  if (kind === "gone") return "gone";
  if (kind === "other") return refuse("output-kind", `${showRaw(path)} is no regular file`);
  const output = planned.get(path);
  if (output !== undefined) return { role: output.role, name: output.target, planned: output };
  if (!sideOutputs) return refuse("output-unforeseen", showRaw(path));
  for (const { role, directory } of bases) {
    const name = path.startsWith(directory) ? path.slice(directory.length) : "";
    if (isInnerName(name)) return { role, name };
  }
  return refuse("output-outside", showRaw(path));
}

type Run = { readonly observation: Observation; readonly call: CompileCall };

/**
 * Refuses a file that keeps its mode, owner and links where the plan says that another one takes its place, as delivery
 * will do: clang's -fno-temp-file, which a configuration file may add as well, writes over what is there.
 */
function unlessOverwritten(
  place: Place | Refusal | "gone",
  path: RawText,
  { observation, call: { plan } }: Run,
): typeof place {
  const { renamed, removedFirst } = plan;
  if (renamed === undefined || place === "gone" || "reason" in place) return place;
  const { role } = place;
  const isLinked = plan.link === true && role === "object";
  if (
    isLinked ||
    removedFirst?.test(path) === true ||
    !isRenamed({ path, role, renamed }) ||
    observation.renamed.includes(path)
  )
    return place;
  return refused(path, "it is written over");
}

/** A symbolic link is followed: tools write through it, and so does delivery. What was copied before was a file then. */
function kindOf(path: RawText, store: { has?(path: RawText): boolean }): "file" | "gone" | "other" {
  if (store.has?.(path) === true) return "file";
  try {
    const stats = lstatSync(fsPath(path));
    return stats.isFile() || stats.isSymbolicLink() ? "file" : "other";
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return "gone";
    throw error;
  }
}
