// Right after a run: which of the files that it wrote are the outputs, and private copies of them.

import { lstatSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import { type OutputRole, type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, type RawText, showRaw } from "../core/raw-text.ts";
import type { NewOutput } from "../store/new-result.ts";
import type { Store } from "../store/store.ts";
import { fsPath } from "../sys/fs-path.ts";
import type { CompileCall } from "./call.ts";

/** Private copies of all outputs of one run. */
export type StagedOutputs = { readonly outputs: readonly NewOutput[] };

/** Gives up private copies that will not be stored. */
export function discardOutputs(outputs: readonly NewOutput[]): void {
  for (const { staged } of outputs) staged[Symbol.dispose]();
}

/**
 * Copies every file that the run wrote and that still exists. Refuses when one of them can't be put back elsewhere, or
 * when the primary output is not among them.
 * @throws {ZccacheError} `STORE_WRITE` if the cache can't be written, `OUTPUT_CHANGED` if a file still changes.
 */
export async function stageOutputs(
  observation: Observation,
  call: CompileCall,
  store: Store,
): Promise<StagedOutputs | Refusal> {
  const outputs: NewOutput[] = [];
  const roles = rolesByPath(call);
  try {
    for (const written of observation.written) {
      const found = placeOf(tidy(written), roles);
      if (found === "gone") continue;
      if ("reason" in found) return giveUp(outputs, found);
      outputs.push({ ...found, staged: await store.stage(written) });
    }
  } catch (error) {
    discardOutputs(outputs);
    throw error;
  }
  if (outputs.some(({ role }) => role === "object")) return { outputs };
  return giveUp(outputs, refuse("output-kind", "the object was not written"));
}

function giveUp(outputs: readonly NewOutput[], refusal: Refusal): Refusal {
  discardOutputs(outputs);
  return refusal;
}

type Roles = { readonly byPath: ReadonlyMap<RawText, OutputRole>; readonly directory: RawText };

function rolesByPath({ plan, cwd }: CompileCall): Roles {
  const planned = plan.outputs.map(({ role, path }) => [tidy(absolutePath(path, cwd)), role] as const);
  const [primary = ""] = planned.find(([, role]) => role === "object") ?? [];
  return { byPath: new Map(planned), directory: primary.slice(0, primary.lastIndexOf("/") + 1) };
}

type Place = Pick<NewOutput, "role" | "name">;

function placeOf(path: RawText, { byPath, directory }: Roles): Place | Refusal | "gone" {
  const kind = kindOf(path);
  if (kind === "gone") return "gone";
  if (kind === "other") return refuse("output-kind", `${showRaw(path)} is no regular file`);
  const role = byPath.get(path);
  if (role !== undefined) return { role, name: undefined };
  const name = path.startsWith(directory) ? path.slice(directory.length) : "";
  if (name === "" || name.split("/").includes("..")) return refuse("output-outside", showRaw(path));
  return { role: "side", name };
}

/** A symbolic link is followed: tools write through it, and so does delivery. */
function kindOf(path: RawText): "file" | "gone" | "other" {
  try {
    const stats = lstatSync(fsPath(path));
    return stats.isFile() || stats.isSymbolicLink() ? "file" : "other";
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return "gone";
    throw error;
  }
}

/** Without `/./` and `//`, which name the same file; `..` stays, as it may lead through a symbolic link. */
function tidy(path: RawText): RawText {
  return path.replace(/\/(?:\.?\/)+/g, "/");
}
