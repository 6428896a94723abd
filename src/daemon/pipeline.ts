// One invocation from call to answer: parse → key → look up → deliver, or run → ingest. Reads top to bottom.

import type { Digest } from "../core/entry.ts";
import { type Refusal, refuse } from "../core/plan.ts";
import { absolutePath, rawToBytes } from "../core/raw-text.ts";
import type { InvokeRequest } from "../ipc/messages.ts";
import { contextKey } from "../key/context-key.ts";
import type { Environment } from "../key/environment.ts";
import { matchManifest } from "../key/match-manifest.ts";
import { remapArguments } from "../key/remap.ts";
import { type Snapshot, takeSnapshot } from "../key/snapshot.ts";
import { fault } from "../sys/fault.ts";
import { type Call, type CompileCall, readCall } from "./call.ts";
import type { Caller } from "./caller.ts";
import { deliverHit } from "./deliver-hit.ts";
import { fileAttributes } from "./file-attributes.ts";
import type { RunEnd } from "./in-flight.ts";
import type { Match } from "./memo.ts";
import { sharesNamespace } from "./namespace.ts";
import { runMiss } from "./run-miss.ts";
import type { Services } from "./services.ts";

/** What is asked, who asks, what there is to answer with, and since when (`performance.now()`). */
export type Visit = {
  readonly request: InvokeRequest;
  readonly caller: Caller;
  readonly services: Services;
  readonly started: number;
};

/** A call with its key and the states of files that were looked at for it. */
export type KeyedCall = { readonly call: CompileCall; readonly context: Digest; readonly snapshot: Snapshot };

/** Answers one Invoke. Rejects only when the caller went away or the daemon itself is at fault. */
export async function serveInvoke(visit: Visit): Promise<void> {
  const { request, services, caller } = visit;
  const environment = services.environments.parse(request.env);
  if (await repeatHit(environment, visit)) return;
  const call = readCall(request, { environment, pid: caller.pid, self: services.self });
  const compile = asCompile(call, services);
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
  const match = await visit.services.memo?.recall(visit.request, environment);
  if (match === undefined || !sharesNamespace(visit.caller.pid)) return false;
  const { tool, toolState } = match.call;
  if (visit.services.tools.untraceable(tool, toolState) !== undefined) return false;
  if ((await giveHit(match, visit)) !== "answered") return false;
  visit.services.counters.countRepeat();
  return true;
}

/** Lets the real tool run as if zccache were not there, and counts why. */
function bypass(call: Call, refusal: Refusal, { caller, services }: Visit): void {
  services.counters.countRefusal(refusal);
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
  const toolState = services.files.state(tool, "content");
  const untraceable = services.tools.untraceable(tool, toolState);
  return untraceable === undefined ? { ...call, plan, tool, toolState } : refuse("untraceable", untraceable);
}

/** Hit, run, or wait for another's identical run and look again; ends after at most one run. */
async function serveCompile(call: CompileCall, visit: Visit): Promise<"served" | "bypassed"> {
  for (;;) {
    const keyed = await keyOf(call, visit.services);
    const answer = await answerFromCache(keyed, visit);
    if (answer === "answered") return "served";
    if (answer !== "miss") {
      bypass(call, answer, visit);
      return "bypassed";
    }
    visit.caller.mustBeThere();
    const turn = visit.services.inFlight.enter(keyed.context);
    if (turn.kind === "wait" && (await turn.ended) !== "not stored") continue;
    let end: RunEnd = "lost";
    try {
      end = await runMiss(keyed, visit);
    } finally {
      if (turn.kind === "run") turn.finish(end);
    }
    return "served";
  }
}

async function keyOf(call: CompileCall, services: Services): Promise<KeyedCall> {
  const snapshot = takeSnapshot(services.files);
  const fromStdin = call.plan.source === "-" && call.stdinFile !== undefined;
  const source = fromStdin ? call.stdinFile : absolutePath(call.plan.source, call.cwd);
  const [sourceState] = await snapshot.states([{ path: source, aspect: "content" }]);
  const { plan, remap } = call;
  const keyArguments = remap === undefined ? plan.keyArguments : remapArguments(plan.keyArguments, remap);
  const context = contextKey(
    { ...plan, keyArguments },
    {
      toolPath: call.tool,
      toolState: call.toolState,
      environment: call.environment,
      cwd: call.cwd,
      terminal: call.terminal ? `${call.terminalColumns.join(" and ")} columns` : undefined,
      stdinDigest: fromStdin ? sourceState : undefined,
      before: await statesBefore(call, snapshot),
    },
  );
  return { call, context, snapshot };
}

/** What the tool will change or copy the attributes of, as it is now. */
async function statesBefore(
  { plan: { previous = [], attributes = [] }, cwd, deployCommand }: CompileCall,
  snapshot: Snapshot,
) {
  const items = previous.map((path) => ({ path: absolutePath(path, cwd), aspect: "content" as const }));
  return [
    ...(await snapshot.states(items)),
    ...attributes.map((path) => fileAttributes(absolutePath(path, cwd))),
    ...(deployCommand === undefined ? [] : [`deployed by ${deployCommand}`]),
  ];
}

async function answerFromCache(keyed: KeyedCall, visit: Visit): Promise<"answered" | "miss" | Refusal> {
  const { store, memo } = visit.services;
  fault("daemon.planned");
  const row = await matchManifest(store.lookup(keyed.context), keyed.call, keyed.snapshot);
  if (row === undefined) return "miss";
  const match = { call: keyed.call, row };
  const answer = await giveHit(match, visit);
  if (answer === "answered") memo?.keep(visit.request, match);
  return answer;
}

/** Puts the outputs into place and tells the caller. */
async function giveHit({ call, row }: Match, visit: Visit): Promise<"answered" | "miss" | Refusal> {
  const { store, counters } = visit.services;
  const entry = store.readEntry(row.resultKey);
  if (entry === undefined) return "miss";
  visit.caller.mustBeThere();
  const outcome = await deliverHit(entry, call, visit.services);
  if (outcome === "corrupt") {
    await store.drop(row.resultKey);
    return "miss";
  }
  if (outcome !== "delivered") return outcome;
  fault("daemon.delivered");
  counters.countHit(call.plan, { tookMs: performance.now() - visit.started, runMs: entry.millis });
  visit.caller.answer({
    type: "Delivered",
    exit_code: entry.exitCode,
    stdout: entry.stdout,
    stderr: entry.stderr,
    merged: entry.layout === "merged",
  });
  return "answered";
}
