// What a build script that tries the compiler out removes the next moment, as it was while the caller still waited for us:
// the source, and the directories that outputs were put into. What the tool saw of them could not be told any more.

import type { Look, Observation } from "../core/observation.ts";
import { absolutePath, type RawText } from "../core/raw-text.ts";
import { directoryOf } from "../deliver/destination.ts";
import type { FileStates } from "../key/file-states.ts";
import { placeName, type RunStart, stateSeen } from "../key/what-was-seen.ts";
import type { CompileCall } from "./call.ts";

/** A run that has just ended. */
export type EndedRun = {
  readonly observation: Pick<Observation, "looks" | "written">;
  readonly call: Pick<CompileCall, "plan" | "cwd">;
  readonly start: RunStart;
};

/** States by `placeName`, of those that the run looked at. */
export function shortLivedStates(run: EndedRun, files: FileStates): ReadonlyMap<string, string> {
  const states = new Map<string, string>();
  for (const look of sourceLooks(run, files)) {
    const state = stateSeen(look, files, run.start);
    if (state !== undefined) states.set(placeName(look), state);
  }
  for (const look of directoryLooks(run)) states.set(placeName(look), files.state(look.path, look.aspect));
  return states;
}

// configure's tests are small. Up to 0.2 ms of hashing, for which the caller waits.
const SMALL_BYTES = 256 << 10;

/** How the tool looked at the source that it compiled, if that is small. Objects stay. */
function sourceLooks({ observation: { looks }, call: { plan, cwd } }: EndedRun, files: FileStates): Look[] {
  if (plan.link === true && plan.compiles !== true) return [];
  const source = absolutePath(plan.source, cwd);
  const stamp = files.stamp(source, "content");
  if (stamp?.kind !== "file" || stamp.size > SMALL_BYTES) return [];
  return foundAmong(looks, cwd, (path) => path === source);
}

/** The directories of outputs; tools that do not ask where they write have none. */
function directoryLooks({ observation: { looks, written }, call: { plan, cwd } }: EndedRun): Look[] {
  if (plan.unlinks !== true) return [];
  const directories = new Set(written.map(directoryOf));
  const found = foundAmong(looks, cwd, (path) => directories.has(path));
  return found.filter(({ aspect }) => aspect === "link" || aspect === "presence");
}

/** Those that found one of these paths, which they have as absolute ones. */
function foundAmong(looks: readonly Look[], cwd: RawText, isWanted: (path: RawText) => boolean): Look[] {
  return looks
    .filter(({ path, found }) => found && isWanted(absolutePath(path, cwd)))
    .map((look) => ({ ...look, path: absolutePath(look.path, cwd) }));
}
