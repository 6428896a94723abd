// One invocation from call to answer: parse → key → look up → deliver, or run → ingest. Reads top to bottom.

import { type Refusal, refuse } from "../core/plan.ts";
import { rawToBytes } from "../core/raw-text.ts";
import type { Environment } from "../key/environment.ts";
import { matchManifest } from "../key/match-manifest.ts";
import { isUnjudged } from "../key/plain-state.ts";
import { fault } from "../sys/fault.ts";
import { entryFor, rowsFor } from "./build-root.ts";
import { type Call, type CompileCall, readCall } from "./call.ts";
import { timedSnapshot } from "./call-phases.ts";
import { deliverHit } from "./deliver-hit.ts";
import type { RunEnd } from "./in-flight.ts";
import { refusalInPlace } from "./in-place.ts";
import { type KeyedCall, keyOf } from "./keyed-call.ts";
import type { Match } from "./memo.ts";
import { sharesNamespace } from "./namespace.ts";
import { runMiss } from "./run-miss.ts";
import { refusalForScratch } from "./scratch.ts";
import type { Services } from "./services.ts";
import type { Expected } from "./verify-hit.ts";
import type { Visit } from "./visit.ts";

/** Answers one Invoke. Rejects only when the caller went away or the daemon itself is at fault. */
export async function serveInvoke(visit: Visit): Promise<void> {
  const { request, services, caller, observer } = visit;
  const environment = services.environments.parse(request.env);
  observer.phases.ended("parse_args");
  if (await repeatHit(environment, visit)) return;
  const read = readCall(request, { environment, pid: caller.pid, tools: services.searches });
  const call = visit.narrow?.(read) ?? read;
  observer.planned(call);
  const compile = asCompile(call, services);
  observer.phases.ended("parse_args");
  if ("reason" in compile) return bypass(call, compile, visit);
  if (compile.plan.source === "-" && compile.stdinFile === undefined) {
    return caller.answer({ type: "NeedStdin", path: rawToBytes(services.spool.newPath()) });
  }
  const end = await serveCompile(compile, visit);
  // A bypassed client still reads what it spooled.
  if (end === "served" && compile.stdinFile !== undefined) services.spool.remove(compile.stdinFile);
}

/** The short way: what was a hit before and still is. False if the call has to take the long way. */
async function repeatHit(environment: Environment, visit: Visit): Promise<boolean> {
  const match = await visit.services.memo?.recall(visit.request, environment, visit.caller.pid);
  visit.observer.phases.ended("request_cache_lookup");
  if (match === undefined || !sharesNamespace(visit.caller.pid)) return false;
  if (visit.services.verification.isDue(environment)) return false;
  const { tool, toolState } = match.call;
  if (visit.services.tools.untraceable(tool, toolState) !== undefined) return false;
  if (visit.narrow?.(match.call).plan.kind === "refused") return false;
  visit.observer.planned(match.call);
  if ((await giveHit(match, visit)) !== "answered") return false;
  visit.services.counters.countRepeat();
  return true;
}

/** Lets the real tool run as if zccache were not there, and counts why. */
function bypass(call: Call, refusal: Refusal, { caller, observer, services }: Visit): void {
  observer.refused(refusal.reason);
  services.counters.countRefusal(refusal.reason, call.plan);
  services.log.debug("compiler", `run as it is: ${refusal.reason} (${refusal.detail})`);
  caller.answer({
    type: "Bypass",
    skip: call.skip,
    reason: refusal.reason,
    ...(call.tool === undefined ? {} : { path: rawToBytes(call.tool) }),
    ...(call.stdinFile === undefined ? {} : { stdin_file: rawToBytes(call.stdinFile) }),
  });
}

function asCompile(call: Call, services: Services): CompileCall | Refusal {
  const { plan, tool } = call;
  if (plan.kind === "refused") return plan;
  if (tool === undefined) return refuse("tool-missing", "not on PATH");
  const inPlace = refusalInPlace(plan, call.cwd);
  if (inPlace !== undefined) return inPlace;
  const toolState = services.files.state(tool, "content");
  // It may be one that can be executed only: another in its place would not be told from it.
  if (isUnjudged(toolState)) return refuse("untraceable", `its file cannot be read: ${toolState}`);
  const untraceable = services.tools.untraceable(tool, toolState);
  return untraceable === undefined ? { ...call, plan, tool, toolState } : refuse("untraceable", untraceable);
}

/** Hit, run, or wait for another's identical run and look again; ends after at most one run. */
async function serveCompile(call: CompileCall, visit: Visit): Promise<"served" | "bypassed"> {
  for (;;) {
    const keyed = await keyOf(call, visit);
    const underWay = visit.services.inFlight.running(keyed.context);
    const answer = await answerFromCache(keyed, visit);
    if (answer === "answered") return "served";
    if (typeof answer === "object" && "row" in answer) {
      visit.caller.mustBeThere();
      await runMiss({ ...keyed, expected: answer }, visit);
      return "served";
    }
    if (answer !== "miss") {
      bypass(call, answer, visit);
      return "bypassed";
    }
    visit.caller.mustBeThere();
    const turn = visit.services.inFlight.enter(keyed.context, underWay);
    if (turn.kind === "wait" && (await endOf(turn, visit)) !== "not stored") continue;
    let end: RunEnd = "lost";
    try {
      end = await runMiss(keyed, visit);
    } finally {
      if (turn.kind === "run") turn.finish(end);
    }
    return "served";
  }
}

async function endOf(turn: { readonly ended: Promise<RunEnd> }, { observer: { phases } }: Visit): Promise<RunEnd> {
  const end = await turn.ended;
  phases.skip();
  return end;
}

/** Gives the result that holds, or, where its turn has come, says which is to be verified. */
async function answerFromCache(keyed: KeyedCall, visit: Visit): Promise<"answered" | "miss" | Refusal | Expected> {
  const { store, memo, verification, searches: tools } = visit.services;
  const { observer } = visit;
  fault("daemon.planned");
  const rows = rowsFor(store.lookup(keyed.context), keyed.call);
  const row = await matchManifest(rows, keyed.call, {
    snapshot: timedSnapshot(keyed.snapshot, observer.phases),
    tools,
  });
  observer.phases.ended("depgraph_check");
  if (row === undefined) {
    const [last] = rows;
    if (last === undefined) observer.missed("context_not_found");
    else observer.missed("input_fingerprint_mismatch", { ...keyed, row: last, tools });
    return refusalForScratch(keyed.call) ?? "miss";
  }
  if (verification.isDue(keyed.call.environment)) {
    const entry = store.readEntry(row.resultKey);
    if (entry === undefined) return "miss";
    verification.next(keyed.call.environment);
    return { row, entry: entryFor(entry, keyed.call) };
  }
  const match = { call: keyed.call, row };
  const answer = await giveHit(match, visit);
  if (answer === "answered") memo?.keep(visit.request, match);
  else observer.missed("no_artifact_for_key");
  return answer;
}

/** Puts the outputs into place and tells the caller. */
async function giveHit({ call, row }: Match, visit: Visit): Promise<"answered" | "miss" | Refusal> {
  const { store, counters } = visit.services;
  const { phases } = visit.observer;
  const stored = store.readEntry(row.resultKey);
  if (stored === undefined) return "miss";
  const entry = entryFor(stored, call);
  phases.ended("artifact_lookup");
  const outcome = await deliverHit(entry, call, visit);
  phases.ended("write_output");
  if (outcome === "corrupt") {
    await store.drop(row.resultKey);
    return "miss";
  }
  if (outcome !== "delivered") return outcome;
  fault("daemon.delivered");
  visit.services.verification.next(call.environment);
  visit.observer.given(entry);
  visit.services.handOver.note();
  counters.countHit(call.plan, { tookMs: phases.elapsed(), runMs: entry.millis });
  visit.caller.answer({
    type: "Delivered",
    exit_code: entry.exitCode,
    stdout: entry.stdout,
    stderr: entry.stderr,
    merged: entry.layout === "merged",
  });
  phases.ended("bookkeeping");
  counters.phases.addHit(phases);
  return "answered";
}
