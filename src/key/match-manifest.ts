// From a context's manifest to the one result that holds now, if any.

import type { Dependency, ManifestRow } from "../core/entry.ts";
import type { RawText } from "../core/raw-text.ts";
import { type CallIdentity, callFits } from "./call-condition.ts";
import { conditionsHold, type Environment } from "./environment.ts";
import { type JobServer, jobServerFits } from "./job-server.ts";
import { placesFit, sameFilesFit } from "./places.ts";
import { programsFit } from "./programs.ts";
import type { Item, Snapshot } from "./snapshot.ts";
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
 * Newest rows whose files are looked at where none holds, even if it is known by then that they do not: the tool will read
 * most of them, and only of what was seen before can be told that it did not change while it ran.
 */
const LOOKED_AT = 16;

/**
 * The first row all of whose conditions hold, newest first as given. Looks at files only for rows whose environment and
 * stream layout fit, and before it is clear that none holds only for those that nothing seen for newer ones speaks against.
 */
export async function matchManifest(
  rows: readonly ManifestRow[],
  request: MatchRequest,
  { snapshot, tools }: { snapshot: Snapshot; tools: ToolSearches },
): Promise<ManifestRow | undefined> {
  const isRefuted = refutation(request.cwd, snapshot);
  const passedOver: ManifestRow[] = [];
  for (const [at, row] of rows.entries()) {
    if (at > 0 && isRefuted(row)) {
      if (at < LOOKED_AT) passedOver.push(row);
      continue;
    }
    if (callFitsRow(row, request, tools) && (await filesFit(row, request.cwd, snapshot))) return row;
  }
  for (const row of passedOver)
    if (callFitsRow(row, request, tools)) await snapshot.states(itemsOf(row, request.cwd, snapshot));
  return undefined;
}

/** All conditions but those on files, the quickest first. */
function callFitsRow(row: ManifestRow, request: MatchRequest, tools: ToolSearches): boolean {
  return (
    layoutFits(row, request.merged) &&
    callFits(row.environment, request) &&
    jobServerFits(row.environment, () => request.jobServer ?? "none") &&
    conditionsHold(row, request.environment, request.remap) &&
    programsFit(row.environment, request, tools) !== "no"
  );
}

/** Streams captured as one cannot be taken apart, and two cannot be put back into their order. */
function layoutFits(row: ManifestRow, merged: boolean): boolean {
  return row.layout === "empty" || (row.layout === "merged") === merged;
}

/** Whether what was seen already speaks against a row. Rows share most of their dependencies. */
function refutation(cwd: RawText, snapshot: Snapshot): (row: ManifestRow) => boolean {
  const verdicts = new Map<Dependency, boolean>();
  const speaksAgainst = (dependency: Dependency): boolean => {
    const known = verdicts.get(dependency);
    if (known !== undefined) return known;
    const { path, aspect, state } = dependency;
    const seen = snapshot.seen(snapshot.item(path, aspect, cwd));
    if (seen === undefined) return false;
    verdicts.set(dependency, seen !== state);
    return seen !== state;
  };
  // Where the last one was refuted: what is compiled has its place before the headers, which it names.
  let likely = 0;
  return ({ dependencies }) => {
    const first = dependencies[likely];
    if (first !== undefined && speaksAgainst(first)) return true;
    const found = dependencies.findIndex(speaksAgainst);
    if (found !== -1) likely = found;
    return found !== -1;
  };
}

async function filesFit(row: ManifestRow, cwd: RawText, snapshot: Snapshot): Promise<boolean> {
  const states = await snapshot.states(itemsOf(row, cwd, snapshot));
  const hold = row.dependencies.every((dependency, index) => dependency.state === states[index]);
  return hold && placesFit(row, cwd, snapshot) && sameFilesFit(row, cwd, snapshot);
}

function itemsOf({ dependencies }: ManifestRow, cwd: RawText, snapshot: Snapshot): Item[] {
  return dependencies.map((dependency) => {
    const item = snapshot.item(dependency.path, dependency.aspect, cwd);
    item.dependency ??= dependency;
    return item;
  });
}
