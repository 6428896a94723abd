// GenericToolExec: any tool, cached by what its caller declares and by what its trace shows beyond. Key, look up, give; or
// run, reply and file.

import type { Digest, ManifestRow } from "../../core/entry.ts";
import { describeError } from "../../core/errors.ts";
import { type RawText, withoutEmptySteps } from "../../core/raw-text.ts";
import type { CallReply } from "../../ipc/schemas/calls.ts";
import { matchManifest } from "../../key/match-manifest.ts";
import { BoundedMap } from "../../sys/bounded-map.ts";
import { readSettings } from "../../sys/environment.ts";
import { InFlight, type RunEnd } from "../in-flight.ts";
import { sharesNamespace } from "../namespace.ts";
import type { Services } from "../services.ts";
import { type ExecCall, readExecCall } from "./exec-call.ts";
import { deliverExec } from "./exec-deliver.ts";
import { fileExec } from "./exec-file.ts";
import { IncludeScanner } from "./exec-includes.ts";
import { type KeyedExec, keyExec } from "./exec-key.ts";
import { modesFit } from "./exec-modes.ts";
import { shownName } from "./exec-outputs.ts";
import { replyTo } from "./exec-reply.ts";
import { type ExecCaller, type ExecRun, runPlain, runTraced } from "./exec-run.ts";
import { sendCaptured } from "./exec-streams.ts";
import type { ExecTally, NotStored } from "./exec-tally.ts";
import { goneError, goneSignal } from "./gone.ts";
import type { Handlers } from "./handlers.ts";
import { refused } from "./refused.ts";
import type { ToolRuns } from "./tool-runs.ts";

type Reply = CallReply<"GenericToolExec">;

/** What all calls share. */
type Shared = {
  readonly services: Services;
  readonly scanner: IncludeScanner;
  readonly inFlight: InFlight;
  readonly tally: ExecTally;
  /** Calls that showed by what they were traced: they are not traced again, so that they show what they would alone. */
  readonly untraced: BoundedMap<Digest, NotStored>;
  readonly waitMs: number;
};

const UNTRACED_KEPT = 1000;

/** The handler. */
export function execHandlers(
  services: Services,
  toolRuns: ToolRuns,
  waitMs: number = readSettings().execCoalesceWaitMs,
): Handlers<"GenericToolExec"> {
  const untraced = new BoundedMap<Digest, NotStored>(UNTRACED_KEPT);
  const tally = services.execTally;
  const shared = { services, scanner: new IncludeScanner(), inFlight: new InFlight(), tally, untraced, waitMs };
  return {
    GenericToolExec: async (request, { connection }) => {
      const call = readExecCall(request);
      const { pid } = connection.peer;
      if (!sharesNamespace(pid)) throw refused(`run a tool for process ${pid}`, "it sees other mounts or processes");
      return await serveExec(call, { pid, gone: goneSignal(connection), toolRuns }, shared);
    },
  };
}

async function serveExec(call: ExecCall, caller: ExecCaller, shared: Shared): Promise<Reply> {
  const deadline = performance.now() + shared.waitMs;
  for (;;) {
    const keyed = await keyExec(call, shared.services.files, shared.scanner);
    const underWay = shared.inFlight.running(keyed.context);
    const hit = call.looksUp ? await giveHit(keyed, shared) : undefined;
    if (hit !== undefined) return hit;
    if (!call.stores) return await runForReply(keyed, caller, shared);
    const turn = shared.inFlight.enter(keyed.context, underWay);
    if (turn.kind === "run") return await runForAll(keyed, caller, { ...shared, finish: turn.finish });
    using _waiting = caller.toolRuns.mayWait(caller.pid);
    const end = await within(turn.ended, caller.gone, deadline - performance.now());
    // Stored: it is a hit now, unless an input has changed since. Lost: one of those who wait runs.
    if (end === "not stored" || end === "too late") return await runForReply(keyed, caller, shared);
  }
}

/** Runs while others wait for what becomes of it. */
async function runForAll(
  keyed: KeyedExec,
  caller: ExecCaller,
  shared: Shared & { finish: (end: RunEnd) => void },
): Promise<Reply> {
  let end: RunEnd = "lost";
  try {
    const reply = await runForReply(keyed, caller, shared);
    end = reply.not_stored === undefined ? "stored" : "not stored";
    return reply;
  } finally {
    shared.finish(end);
  }
}

/** How another's run ended, or that it takes too long. @throws {ZccacheError} `CONNECTION_CLOSED` once our client is gone. */
async function within(ended: Promise<RunEnd>, gone: AbortSignal, waitMs: number): Promise<RunEnd | "too late"> {
  const { promise, resolve, reject } = Promise.withResolvers<"too late">();
  const timer = setTimeout(() => resolve("too late"), Math.max(0, waitMs));
  const leave = () => reject(goneError());
  gone.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([ended, promise]);
  } finally {
    clearTimeout(timer);
    gone.removeEventListener("abort", leave);
  }
}

/** The reply from the store; undefined if no result holds. */
async function giveHit(keyed: KeyedExec, { services, tally }: Shared): Promise<Reply | undefined> {
  const { call, context, plan, snapshot } = keyed;
  const { store, searches } = services;
  const request = { arguments: call.args, cwd: call.cwd, plan, environment: call.environment, merged: false };
  const rows = store.lookup(context).filter((other) => modesFit(other, call.cwd));
  const row = await matchManifest(rows, request, { snapshot, tools: searches });
  const entry = row && store.readEntry(row.resultKey);
  if (row === undefined || entry === undefined) return undefined;
  const delivered = await deliverExec(entry, call, services);
  if (delivered === "corrupt") await store.drop(row.resultKey);
  if (typeof delivered === "string") return undefined;
  tally.countHit();
  const names = entry.outputs.map(({ name = "" }) => shownName(name, call)).filter((name) => name !== undefined);
  const { exitCode } = entry;
  const answer = { exitCode, signal: undefined, ...delivered, cached: true, outputs: names, notStored: undefined };
  return replyTo({ ...answer, key: row.resultKey }, call.cwd);
}

async function runForReply(keyed: KeyedExec, caller: ExecCaller, shared: Shared): Promise<Reply> {
  const { call } = keyed;
  const { run, filed } = await runAndFile(keyed, caller, shared);
  using end = run.end;
  shared.tally.countRun(filed === "not wanted" ? filed : "reason" in filed ? filed.reason : "stored");
  const refused = filed !== "not wanted" && "reason" in filed ? filed : undefined;
  const found = run.trace?.observation.written ?? [];
  return replyTo(
    {
      exitCode: end.exitCode,
      signal: end.signal,
      stdout: sendCaptured(end.stdout, call.streams.stdout, shared.services),
      stderr: sendCaptured(end.stderr, call.streams.stderr, shared.services),
      cached: false,
      outputs: call.findsOutputs ? below(call.cwd, found) : call.outputs,
      key: filed !== "not wanted" && "resultKey" in filed ? filed.resultKey : keyed.context,
      notStored: refused && `${refused.reason}: ${refused.detail}`,
    },
    call.cwd,
  );
}

type Filed = ManifestRow | NotStored | "not wanted";

async function runAndFile(
  keyed: KeyedExec,
  caller: ExecCaller,
  { services, untraced }: Shared,
): Promise<{ run: ExecRun; filed: Filed }> {
  const { call, toolState } = keyed;
  if (!call.stores) return { run: await runPlain(call, caller), filed: "not wanted" };
  const untraceable = services.tools.untraceable(call.tool, toolState);
  const known =
    untraceable === undefined ? untraced.get(keyed.context) : { reason: "untraceable" as const, detail: untraceable };
  if (known !== undefined) return { run: await runPlain(call, caller), filed: known };
  const run = await runTraced(keyed, services, caller);
  const { trace } = run;
  if (trace === undefined) return { run, filed: "not wanted" };
  try {
    const filed = await fileExec({ ...run, trace }, keyed, services);
    if ("reason" in filed) services.log.debug("artifact", `exec not stored: ${filed.reason} (${filed.detail})`);
    if ("reason" in filed && filed.reason === "shows-tracer") untraced.set(keyed.context, filed);
    return { run, filed };
  } catch (error) {
    services.log.error("artifact", `A result was not stored: ${describeError(error)}`);
    return { run, filed: { reason: "store-failed", detail: describeError(error) } };
  }
}

function below(cwd: RawText, paths: readonly RawText[]): RawText[] {
  const base = withoutEmptySteps(`${cwd}/`);
  return paths.filter((path) => path.startsWith(base)).map((path) => path.slice(base.length));
}
