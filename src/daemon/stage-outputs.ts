// Right after a run: which of the files that it wrote are the outputs, and private copies of them.

import type { Observation } from "../core/observation.ts";
import type { OutputRole, Refusal } from "../core/plan.ts";
import { refuse } from "../core/plan.ts";
import { absolutePath, type RawText, showRaw } from "../core/raw-text.ts";
import type { StagedFile, Store } from "../store/store.ts";
import type { CompileCall } from "./call.ts";

/** An output with its private copy. */
export type StagedOutput = {
  readonly role: OutputRole | "side";
  /** For `side`: relative to the directory of the primary output. */
  readonly name: RawText | undefined;
  readonly file: StagedFile;
};

/** Copies of all outputs of one run. */
export type StagedOutputs = { readonly outputs: readonly StagedOutput[] };

/**
 * Copies every file that the run wrote and that still exists. Refuses when one of them can't be put back elsewhere, or
 * when the primary output is not among them.
 */
export async function stageOutputs(
  observation: Observation,
  call: CompileCall,
  store: Store,
): Promise<StagedOutputs | Refusal> {
  const planned = new Map(call.plan.outputs.map(({ role, path }) => [tidy(absolutePath(path, call.cwd)), role]));
  const primary = call.plan.outputs.find(({ role }) => role === "object");
  if (primary === undefined) return refuse("output-kind", "no primary output");
  const directory = directoryOf(tidy(absolutePath(primary.path, call.cwd)));
  const outputs: StagedOutput[] = [];
  for (const path of observation.written) {
    const role = planned.get(tidy(path)) ?? "side";
    const name = role === "side" ? nameBelow(tidy(path), directory) : undefined;
    if (role === "side" && name === undefined) return discard(outputs, store, refuse("output-outside", showRaw(path)));
    const file = await store.stageCopy(path);
    if (file === "absent") continue;
    if (file === "not a regular file") return discard(outputs, store, refuse("output-kind", showRaw(path)));
    outputs.push({ role, name, file });
  }
  if (!outputs.some(({ role }) => role === "object")) {
    return discard(outputs, store, refuse("output-kind", `${showRaw(primary.path)} was not written`));
  }
  return { outputs };
}

function discard(outputs: readonly StagedOutput[], store: Store, refusal: Refusal): Refusal {
  for (const { file } of outputs) store.discard(file);
  return refusal;
}

/** Without `/./` and `//`, which name the same file; `..` stays, as it may lead through a symbolic link. */
function tidy(path: RawText): RawText {
  return path.replace(/\/(?:\.?\/)+/g, "/");
}

function directoryOf(path: RawText): RawText {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function nameBelow(path: RawText, directory: RawText): RawText | undefined {
  if (!path.startsWith(directory)) return undefined;
  const name = path.slice(directory.length);
  return name === "" || name.split("/").includes("..") ? undefined : name;
}
