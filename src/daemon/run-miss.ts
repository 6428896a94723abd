// A miss: the caller runs the traced tool, the daemon takes private copies of what it wrote, lets the caller go, and
// files the result under what the tool looked at.

import { describeError, ZccacheError } from "../core/errors.ts";
import type { Observation } from "../core/observation.ts";
import { type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, showRaw, withoutEmptySteps } from "../core/raw-text.ts";
import { fault } from "../sys/fault.ts";
import { turns } from "../sys/turn.ts";
import { rowsFor } from "./build-root.ts";
import { fileResult } from "./file-result.ts";
import type { RunEnd } from "./in-flight.ts";
import type { KeyedCall } from "./keyed-call.ts";
import { strangerAmongRemoved } from "./removed-files.ts";
import { shortLivedStates } from "./short-lived.ts";
import { discardOutputs, type StagedOutputs, stageOutputs } from "./stage-outputs.ts";
import { type FinishedRun, release, runTraced } from "./traced-run.ts";
import { verifyHit } from "./verify-hit.ts";
import type { Visit } from "./visit.ts";

/**
 * Runs the tool through the caller and stores what can be stored. The caller is free before hashing begins.
 * Rejects only if the tool could not be run: the caller has to be told then.
 */
export async function runMiss(keyed: KeyedCall, visit: Visit): Promise<RunEnd> {
  const run = await runTraced(keyed, visit);
  const { counters, log } = visit.services;
  const { observer } = visit;
  using _writing = visit.services.writing.begin();
  using _copies = run.copies;
  try {
    const taken = await takeOutputs(run, keyed, visit);
    observer.phases.ended("artifact_store");
    const staged = "reason" in taken ? taken : await afterTrial(taken, run, { keyed, visit });
    observer.phases.skip();
    const { expected } = keyed;
    if (expected !== undefined && (await verifyHit({ run, staged, expected }, keyed, visit.services))) {
      observer.stored([]);
      return "stored";
    }
    const whenSeen = () => observer.phases.ended("hash_all");
    const end = "reason" in staged ? staged : await fileResult({ run, whenSeen, ...staged }, keyed, visit.services);
    observer.phases.ended("artifact_store");
    if (!("reason" in end)) {
      if (!("reason" in staged)) observer.stored(staged.outputs);
      if (turns.isLong) await turns.next("filing");
      // The next build's first hit need not take the long way.
      const [row = end] = rowsFor([end], keyed.call);
      visit.services.memo?.keep(visit.request, { call: keyed.call, row });
      counters.countMiss(keyed.call.plan);
      counters.phases.addMiss(observer.phases);
      return "stored";
    }
    observer.refused(end.reason);
    counters.countRefusal(end.reason, keyed.call.plan);
    log.debug("artifact", `not stored: ${end.reason} (${end.detail})`);
    return "not stored";
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "CONNECTION_CLOSED") {
      log.info("daemon", describeError(error));
      return "lost";
    }
    observer.refused("store-failed");
    counters.countRefusal("store-failed", keyed.call.plan);
    log.error("artifact", `A result was not stored: ${describeError(error)}`);
    return "not stored";
  }
}

/** Private copies of the outputs, or why there are none. The caller is released whatever happens. */
async function takeOutputs(run: FinishedRun, keyed: KeyedCall, visit: Visit): Promise<StagedOutputs | Refusal> {
  try {
    if (!run.released) fault("daemon.release");
    const refusal = refusalAfterRun(run, keyed, visit);
    if (refusal !== undefined) return refusal;
    const staged = await stageOutputs(run.observation, keyed.call, run.copies);
    const { observation, startedNs, startedMs } = run;
    const start = { startedNs, startedMs, before: keyed.snapshot, cwd: keyed.call.cwd };
    run.shortLived = shortLivedStates({ observation, call: keyed.call, start }, visit.services.files);
    return run.released ? staged : stillOriginal(staged, visit);
  } finally {
    run.copies.drop();
    if (!run.released) release(visit);
  }
}

/** Once the caller has left, the build may have changed its outputs before they were copied. */
function stillOriginal(staged: StagedOutputs | Refusal, { caller }: Visit): StagedOutputs | Refusal {
  if (!("outputs" in staged)) return staged;
  try {
    caller.mustBeThere();
    return staged;
  } catch (error) {
    discardOutputs(staged.outputs);
    throw error;
  }
}

/** The first result of a tool waits for its trial, which a caller never does; later ones ask for the verdict. */
async function afterTrial(
  staged: StagedOutputs,
  { onTrial }: FinishedRun,
  { keyed: { call }, visit }: { keyed: KeyedCall; visit: Visit },
): Promise<StagedOutputs | Refusal> {
  const { tools, files } = visit.services;
  const tool = { path: call.tool, state: call.toolState };
  let problem: string | undefined;
  if (onTrial !== undefined) {
    const program = onTrial === call.tool ? tool : { path: onTrial, state: files.state(onTrial, "content") };
    problem = await tools.tried(tool, program, (name) => call.environment.get(name));
  }
  // The verdict may have come while this run was under way.
  const reason = problem ?? tools.untraceable(call.tool, call.toolState);
  if (reason === undefined) return staged;
  discardOutputs(staged.outputs);
  return refuse("untraceable", reason);
}

function whyIncomplete(observation: Observation, lingering: readonly number[]): string | undefined {
  if (lingering.length > 0) return `processes outlive it: ${lingering.join(", ")}`;
  if (observation.incomplete !== undefined) return observation.incomplete;
  const stranger = strangerAmongRemoved(observation);
  return stranger === undefined ? undefined : `removed a file of others, ${showRaw(stranger)}`;
}

function refusalAfterRun(
  { outcome, observation, lingering, changedResponse }: FinishedRun,
  { call }: KeyedCall,
  { services }: Visit,
): Refusal | undefined {
  if (outcome.signal !== undefined) return refuse("tool-killed", `signal ${outcome.signal}`);
  if (outcome.exitCode !== 0) return refuse("failed-compile", `exit code ${outcome.exitCode}`);
  const incomplete = whyIncomplete(observation, lingering);
  services.tools.judge(call.tool, call.toolState, incomplete);
  if (incomplete !== undefined) return refuse("untraceable", incomplete);
  if (outcome.streamsMissing) return refuse("output-too-large", "captured streams");
  if (observation.usedNetwork) return refuse("network", "a socket was opened");
  if (observation.usedDate) return refuse("date", "the local date or time was asked for");
  const previous = new Set(call.plan.previous?.map((path) => withoutEmptySteps(absolutePath(path, call.cwd))));
  const inPlace = observation.changedInPlace.find((path) => !previous.has(path));
  if (inPlace !== undefined) return refuse("output-in-place", showRaw(inPlace));
  return changedResponse === undefined ? undefined : refuse("input-changed", showRaw(changedResponse));
}
