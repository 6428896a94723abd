// Behind the caller's back: a finished run becomes an entry of the store and a row of its context's manifest.

import { readFileSync } from "node:fs";
import type { Dependency, Entry, ManifestRow, StreamLayout } from "../core/entry.ts";
import type { ToolOutcome } from "../core/executor.ts";
import type { Look } from "../core/observation.ts";
import { type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, type RawText, rawToBytes } from "../core/raw-text.ts";
import { callCondition } from "../key/call-condition.ts";
import { resultKey } from "../key/context-key.ts";
import { dependenciesOf } from "../key/dependencies.ts";
import { conditionsOf } from "../key/environment.ts";
import { type Opened, placesCondition } from "../key/places.ts";
import { programsCondition } from "../key/programs.ts";
import { type Remap, remapPath } from "../key/remap.ts";
import { withTimes } from "../key/with-times.ts";
import type { NewOutput } from "../store/new-result.ts";
import { fsPath } from "../sys/fs-path.ts";
import type { CompileCall } from "./call.ts";
import type { KeyedCall } from "./pipeline.ts";
import type { FinishedRun } from "./run-miss.ts";
import type { Services } from "./services.ts";
import { discardOutputs, type StagedOutputs } from "./stage-outputs.ts";

/** Stores the result unless something that the run looked at may have changed meanwhile. @returns its row. */
export async function fileResult(
  { run, outputs, unforeseen }: StagedOutputs & { run: FinishedRun },
  keyed: KeyedCall,
  services: Pick<Services, "files" | "store">,
): Promise<ManifestRow | Refusal> {
  const { call, context, snapshot } = keyed;
  const bytes = outputs.reduce((sum, { staged }) => sum + staged.size, 0);
  if (!services.store.fits(bytes)) {
    discardOutputs(outputs);
    return refuse("output-too-large", `${bytes} bytes are more than one result may take of the cache`);
  }
  // Response files are in the key by content; build systems remove them as soon as the tool has ended.
  const traced = run.observation.looks.filter(({ path }) => !call.responseFiles.has(absolutePath(path, call.cwd)));
  const configuration = configurationOf(traced, call);
  const configured = configuration.length > 0;
  const looks = withTimes(traced, call.plan.times, configuration);
  const dependencies = await dependenciesOf(looks, services.files, {
    startedNs: run.startedNs,
    startedMs: run.startedMs,
    before: snapshot,
    cwd: call.cwd,
  });
  if ("reason" in dependencies) {
    discardOutputs(outputs);
    return dependencies;
  }
  const { remap } = call;
  const tied = configured || unforeseen || (remap !== undefined && showsText(remap.root, run.outcome, outputs));
  const cwdInKey = call.plan.cwdInKey || tied;
  const { environment, wholeEnvironment } = conditionsOf(run.observation, call.environment, { cwdInKey });
  const kept = remap === undefined ? dependencies : dependencies.map((dependency) => remapped(dependency, remap));
  const places = cwdInKey
    ? undefined
    : placesCondition(kept, call.cwd, { files: services.files, opened: openedIn(looks) });
  const conditions: Omit<ManifestRow, "resultKey"> = {
    dependencies: kept,
    environment: [
      ...(tied ? [callCondition(call)] : []),
      ...[places, programsCondition(looks, call)].filter((condition) => condition !== undefined),
      ...environment,
    ],
    wholeEnvironment,
    layout: layoutOf(run.outcome),
  };
  const row: ManifestRow = { ...conditions, resultKey: resultKey(context, conditions) };
  const entry: Omit<Entry, "outputs"> = {
    layout: row.layout,
    stdout: run.outcome.stdout,
    stderr: run.outcome.stderr,
    exitCode: run.outcome.exitCode,
    millis: run.millis,
  };
  await services.store.commit({ context, row, entry, outputs });
  return row;
}

function remapped(dependency: Dependency, remap: Remap): Dependency {
  return { ...dependency, path: remapPath(dependency.path, remap) };
}

/** True if the path of the tree stands in what was made or said, which is then not the same in another tree. */
function showsText(text: RawText, { stdout, stderr }: ToolOutcome, outputs: readonly NewOutput[]): boolean {
  const bytes = rawToBytes(text);
  return (
    [stdout, stderr].some((stream) => Buffer.from(stream).includes(bytes)) ||
    outputs.some(({ staged }) => readFileSync(fsPath(staged.path)).includes(bytes))
  );
}

/** Absolute paths of the configuration files that were read. */
function configurationOf(looks: readonly Look[], { plan: { configuredBy }, cwd }: CompileCall): RawText[] {
  return looks.flatMap(({ path, found, aspect }) =>
    found && aspect === "content" && configuredBy?.test(path) === true ? [absolutePath(path, cwd)] : [],
  );
}

function openedIn(looks: readonly Look[]): Opened {
  return new Map(looks.flatMap(({ path, file }) => (file === undefined ? [] : [[path, file]])));
}

function layoutOf({ stdout, stderr, merged }: ToolOutcome): StreamLayout {
  if (stdout.length + stderr.length === 0) return "empty";
  return merged ? "merged" : "split";
}
