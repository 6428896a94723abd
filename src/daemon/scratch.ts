// Where a tool keeps what speeds up its next run (`CompilePlan.scratch`): rustc's directory for incremental compilation.

import { type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, baseName, type RawText, showRaw } from "../core/raw-text.ts";
import { directoryOf } from "../deliver/destination.ts";
import { namesIn } from "../sys/names-in.ts";
import type { CompileCall } from "./call.ts";

type Owner = Pick<CompileCall, "plan" | "cwd">;

/** True for an absolute path that is part of it, or the directory that it is in. */
export function isScratch(path: RawText, { plan: { scratch }, cwd }: Owner): boolean {
  if (scratch === undefined) return false;
  const beginning = absolutePath(scratch, cwd);
  return path.startsWith(beginning) || path === directoryOf(beginning);
}

/** Why the tool has to be run as it is: what an earlier run left shows in how it makes its outputs. */
export function refusalForScratch({ plan: { scratch }, cwd }: Owner): Refusal | undefined {
  if (scratch === undefined) return undefined;
  const beginning = absolutePath(scratch, cwd);
  const left = namesIn(directoryOf(beginning)).find((name) => name.startsWith(baseName(beginning)));
  return left === undefined ? undefined : refuse("incremental", showRaw(left));
}
