// Behind the caller's back: a finished run becomes an entry of the store and a row of its context's manifest.

import type { Dependency, Entry, EnvironmentCondition, ManifestRow, StreamLayout } from "../core/entry.ts";
import type { ToolOutcome } from "../core/executor.ts";
import type { Look } from "../core/observation.ts";
import { type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, type RawText, rawFromBytes } from "../core/raw-text.ts";
import { placeDependencies, searchesAbove } from "../key/build-places.ts";
import { callCondition, directoryCondition, outputsCondition } from "../key/call-condition.ts";
import { resultKey } from "../key/context-key.ts";
import { draftDependencies } from "../key/dependencies.ts";
import { conditionsOf } from "../key/environment.ts";
import { JOB_SERVER_VARIABLES, jobServerCondition } from "../key/job-server.ts";
import { placesCondition, sameFilesCondition } from "../key/places.ts";
import { programsCondition } from "../key/programs.ts";
import { withTimes } from "../key/with-times.ts";
import { turns } from "../sys/turn.ts";
import { settled } from "./build-root.ts";
import type { CompileCall } from "./call.ts";
import type { KeyedCall } from "./keyed-call.ts";
import { type Macros, macrosAmong } from "./macros.ts";
import { inputsOf } from "./run-inputs.ts";
import type { Services } from "./services.ts";
import { type Shown, shownTexts } from "./shown-texts.ts";
import { discardOutputs, type StagedOutputs } from "./stage-outputs.ts";
import type { FinishedRun } from "./traced-run.ts";

/**
 * Stores the result unless something that the run looked at may have changed meanwhile.
 * @param whenSeen Called when all states are taken. @returns its row.
 */
export async function fileResult(
  { run, outputs, unforeseen, whenSeen }: StagedOutputs & { run: FinishedRun; whenSeen?: () => void },
  keyed: KeyedCall,
  services: Filing,
): Promise<ManifestRow | Refusal> {
  const bytes = outputs.reduce((sum, { staged }) => sum + staged.size, 0);
  if (!services.store.fits(bytes)) {
    discardOutputs(outputs);
    return refuse("output-too-large", `${bytes} bytes are more than one result may take of the cache`);
  }
  // At once, before a build that goes on removes what it has no use for any more.
  const seen = await whatWasSeen(run, keyed, services);
  whenSeen?.();
  if ("reason" in seen) {
    discardOutputs(outputs);
    return seen;
  }
  if (turns.isLong) await turns.next("filing");
  const shown = await shownTexts({ run, outputs, unforeseen }, keyed.call, services);
  if (turns.isLong) await turns.next("filing");
  const conditions = conditionsFor(run, keyed, { seen, shown, unforeseen });
  const row: ManifestRow = { ...conditions, resultKey: resultKey(keyed.context, conditions) };
  const { stdout, stderr, exitCode } = run.outcome;
  const entry: Omit<Entry, "outputs"> = { layout: row.layout, stdout, stderr, exitCode, millis: run.millis };
  if (turns.isLong) await turns.next("filing");
  using following = services.hardLinks.followNew(outputs, keyed.call);
  const stored = await services.store.commit({ context: keyed.context, row, entry, outputs });
  run.copies.know(outputs, stored);
  following.keep(stored, (digest) => services.store.objectPath(digest));
  return row;
}

type Filing = Pick<Services, "files" | "findTexts" | "hardLinks" | "searches" | "store">;

/** What the run found, as it is now. */
type Seen = {
  readonly dependencies: readonly Dependency[];
  /** It read a file that may have added options. */
  readonly configured: boolean;
  readonly macros: Macros;
  /** Told where the working directory may be another one. */
  readonly searchesAbove: boolean;
  /** Undefined where the working directory is in the key. */
  readonly places: EnvironmentCondition | undefined;
  readonly others: readonly (EnvironmentCondition | undefined)[];
};

const NOTHING: ReadonlyMap<string, string> = new Map();

async function whatWasSeen(
  { observation, startedNs, startedMs, shortLived = NOTHING }: FinishedRun,
  { call, snapshot }: KeyedCall,
  { files, searches }: Filing,
): Promise<Seen | Refusal> {
  const { cwd, plan, remap } = call;
  const inputs = inputsOf(observation, call, files);
  if (turns.isLong) await turns.next("filing");
  const configuration = configurationOf(inputs, call);
  const looks = withTimes(inputs, plan.times, configuration);
  // Before their states, which then say that they are what was read here.
  const macros = macrosAmong(inputs, call, files);
  const draft = await draftDependencies(looks, files, { startedNs, startedMs, before: snapshot, cwd, shortLived });
  const found = draft.dependencies;
  const dependencies = remap === undefined ? found : placeDependencies(found, remap, cwd);
  // As they will be looked at.
  const placed = remap === undefined ? found : settled(dependencies, remap);
  if (turns.isLong) await turns.next("filing");
  const seen = {
    dependencies,
    configured: configuration.length > 0,
    macros,
    searchesAbove: remap?.directory !== undefined && searchesAbove(found, cwd),
    places: plan.cwdInKey ? undefined : await placesCondition(placed, cwd, files),
    others: [sameFilesCondition(found, cwd, files), programsCondition(looks, call, searches)],
  };
  return (await draft.check()) ?? seen;
}

/** Under which conditions the result holds. */
function conditionsFor(
  { observation, outcome }: FinishedRun,
  { call }: KeyedCall,
  { seen, shown, unforeseen }: { seen: Seen; shown: Shown; unforeseen: boolean },
): Omit<ManifestRow, "resultKey"> {
  const isLateLink = call.plan.link === true && seen.configured;
  const tied = seen.configured || unforeseen || shown.tree;
  const staysHere =
    call.remap?.directory !== undefined && (shown.directory || seen.macros.locate || seen.searchesAbove);
  const mayMove = call.remap?.directory !== undefined && !tied && !staysHere;
  const asked = seen.macros.list ? { ...observation, wholeEnvironment: true } : observation;
  const { environment, wholeEnvironment } = conditionsOf(asked, call.environment, {
    // rustc does not ask for PWD, its input may.
    cwdInKey: call.plan.cwdInKey || tied || call.remap?.directory !== undefined,
    unseen: call.plan.variables,
    shown: speaksOfJobServer(outcome) ? JOB_SERVER_VARIABLES : [],
    remap: call.remap,
    mayMove,
  });
  const others = [
    tied ? callCondition(call) : undefined,
    staysHere ? directoryCondition(call) : undefined,
    shown.names ? outputsCondition(call) : undefined,
    tied || staysHere ? undefined : seen.places,
    jobServerCondition(call.jobServer ?? "none", { asked: observation.environment, linksLate: isLateLink }),
    ...seen.others,
  ];
  return {
    dependencies: seen.dependencies,
    environment: [...others.filter((condition) => condition !== undefined), ...environment],
    wholeEnvironment,
    layout: layoutOf(outcome),
  };
}

/** How rustc and gcc say that they cannot reach it; rustc quotes the variable. */
const UNREACHED = /jobserver-(?:auth|fds)=|failed to connect to jobserver/;

/** Which job server a tool has does not matter, unless it names one that it can't reach. */
function speaksOfJobServer({ stdout, stderr }: ToolOutcome): boolean {
  return [stdout, stderr].some((stream) => stream.length > 0 && UNREACHED.test(rawFromBytes(stream)));
}

/** Absolute paths of the configuration files that were read. */
function configurationOf(looks: readonly Look[], { plan: { configuredBy }, cwd }: CompileCall): RawText[] {
  if (configuredBy === undefined) return [];
  return looks
    .filter(({ path, found, aspect }) => found && aspect === "content" && configuredBy.test(path))
    .map(({ path }) => absolutePath(path, cwd));
}

function layoutOf({ stdout, stderr, merged }: ToolOutcome): StreamLayout {
  if (stdout.length + stderr.length === 0) return "empty";
  return merged ? "merged" : "split";
}
