// From a context's manifest to the one result that holds now, if any.

import type { ManifestRow } from "../core/entry.ts";
import { absolutePath, type RawText } from "../core/raw-text.ts";
import { type CallIdentity, callFits } from "./call-condition.ts";
import { conditionsHold, type Environment } from "./environment.ts";
import { type JobServer, jobServerFits } from "./job-server.ts";
import { placesFit, sameFilesFit } from "./places.ts";
import { programsFit } from "./programs.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ToolSearches } from "./tool-search.ts";

/** The request that rows are held against. */
export type MatchRequest = CallIdentity & {
  readonly environment: Environment;
  /** True if the caller's two output streams are the same file. */
  readonly merged: boolean;
  /** None unless given. */
  readonly jobServer?: JobServer;
};

/**
 * The first row all of whose conditions hold, newest first as given. Looks at files only for rows whose environment and
 * stream layout fit.
 */
export async function matchManifest(
  rows: readonly ManifestRow[],
  request: MatchRequest,
  { snapshot, tools }: { snapshot: Snapshot; tools: ToolSearches },
): Promise<ManifestRow | undefined> {
  for (const row of rows) {
    if (!layoutFits(row, request.merged) || !callFits(row.environment, request)) continue;
    if (!jobServerFits(row.environment, () => request.jobServer ?? "none")) continue;
    if (
      !conditionsHold(row, request.environment, request.remap) ||
      programsFit(row.environment, request, tools) === "no"
    )
      continue;
    if (!(await dependenciesHold(row, request.cwd, snapshot))) continue;
    if (placesFit(row, request.cwd, snapshot) && sameFilesFit(row, request.cwd, snapshot)) return row;
  }
  return undefined;
}

/** Streams captured as one cannot be taken apart, and two cannot be put back into their order. */
function layoutFits(row: ManifestRow, merged: boolean): boolean {
  return row.layout === "empty" || (row.layout === "merged") === merged;
}

async function dependenciesHold(row: ManifestRow, cwd: RawText, snapshot: Snapshot): Promise<boolean> {
  const items = row.dependencies.map(({ path, aspect }) => ({ path: absolutePath(path, cwd), aspect }));
  const states = await snapshot.states(items);
  return row.dependencies.every((dependency, index) => dependency.state === states[index]);
}
