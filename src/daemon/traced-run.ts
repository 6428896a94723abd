// The run of a miss, from the buffer for its trace to what that says. Where that is not needed to know all outputs, the
// caller is let go before.

import type { ToolOutcome, ToolRun } from "../core/executor.ts";
import type { Observation } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import type { Snapshot } from "../key/snapshot.ts";
import { fault } from "../sys/fault.ts";
import { fileClockNs } from "../sys/libc.ts";
import { turns } from "../sys/turn.ts";
import { createTraceBuffer } from "../tracer/buffer.ts";
import { rootProgram } from "../tracer/root-program.ts";
import { writtenPaths } from "../tracer/written-paths.ts";
import { observeIn } from "../workers/offload.ts";
import { type CompileCall, readResponseFile } from "./call.ts";
import { runDeployHook } from "./deploy-hook.ts";
import { EarlyCopies } from "./early-copies.ts";
import type { KeyedCall } from "./keyed-call.ts";
import { readingOutputs } from "./read-again.ts";
import { QUIET_MS, RunProcesses } from "./run-processes.ts";
import type { ToolCaller } from "./tool-caller.ts";
import { tracerEnvironment } from "./tracer-environment.ts";
import type { Visit } from "./visit.ts";

// The caller waits as long: processes that outlive a tool are rare, and one that leaves them is not traced again.
const LINGER_MS = 1000;

/** A run that ended, with its trace read. */
export type FinishedRun = {
  readonly outcome: ToolOutcome;
  readonly observation: Observation;
  /** What the tool became by exec, or the tool itself, where its trial is due; else undefined. */
  readonly onTrial: RawText | undefined;
  /** Processes that had not ended long after the tool. */
  readonly lingering: readonly number[];
  readonly copies: EarlyCopies;
  /** A response file that was not the same any more when the tool had ended. */
  readonly changedResponse: RawText | undefined;
  /** The caller was let go before the trace was read. */
  readonly released: boolean;
  /** Of `fileClockNs`, before the tool was started. */
  readonly startedNs: bigint;
  /** Of `performance.now()`, likewise. */
  readonly startedMs: number;
  /** Wall time as the caller saw it. */
  readonly millis: number;
  /** As `shortLivedStates`, once the outputs have been copied. */
  shortLived?: ReadonlyMap<string, string>;
};

/** Has the caller run the tool. Rejects only if it could not be run, or the caller has gone. */
export async function runTraced(
  { call, snapshot, expected }: KeyedCall,
  { caller, services, observer }: Visit,
): Promise<FinishedRun> {
  using buffer = createTraceBuffer(undefined, services.self);
  if (call.plan.link === true) await services.handOver.isOver();
  snapshot.hold([...call.responseFiles.keys()]);
  const startedNs = fileClockNs();
  const startedMs = performance.now();
  fault("daemon.exec");
  const processes = new RunProcesses(buffer);
  const tracer = { library: services.tracer.path(), buffer: buffer.path };
  const tool = {
    path: call.tool,
    skip: call.skip,
    setEnvironment: tracerEnvironment(call, tracer),
    stdinFile: call.stdinFile,
  };
  observer.phases.skip();
  const outcome = await runOrKill(caller, tool, processes);
  observer.ran(outcome);
  const millis = performance.now() - startedMs;
  if (outcome.exitCode === 0) await runDeployHook(call, { client: caller.pid, tracer, log: services.log });
  const lingering = await endOf(outcome, processes, caller.pid);
  observer.phases.ended("compiler_exec");
  const changedResponse = responseThatChanged(call, snapshot);
  const copies = new EarlyCopies(services.store, readingOutputs(call.plan, services.watch));
  const isWhole = !hasFailed(outcome) && lingering.length === 0;
  if (isWhole && changedResponse === undefined) copies.begin(call);
  const run = { outcome, lingering, copies, changedResponse, startedNs, startedMs, millis };
  if (hasFailed(outcome) && expected === undefined)
    return { ...run, observation: UNREAD, onTrial: undefined, released: false };
  const bytes = buffer.read();
  const released = (await copies.complete(() => writtenIfMany(call, bytes))) && letGo({ caller, services });
  const options = { cwd: call.cwd, tool: call.tool, widths: call.terminalColumns };
  const observation = await observeIn(services.pool)({ bytes, fd: buffer.fd }, options);
  const onTrial = services.tools.needsTrial(call.tool, call.toolState) ? rootProgram(bytes, call.tool) : undefined;
  observer.phases.ended("include_scan");
  if (!released && turns.isLong) await turns.next("answer");
  return { ...run, observation, onTrial, released };
}

function hasFailed({ exitCode, signal }: ToolOutcome): boolean {
  return exitCode !== 0 || signal !== undefined;
}

/** What stands for a trace that nobody needs: nothing that a tool did is stored once it has failed, and its caller waits. */
const UNREAD: Observation = {
  incomplete: "the tool failed: its trace was not read",
  looks: [],
  environment: [],
  wholeEnvironment: false,
  written: [],
  changedInPlace: [],
  renamed: [],
  removed: [],
  folders: [],
  usedDate: false,
  usedNetwork: false,
  usedRandom: false,
};

// A link of a few objects leaves 45 KB, and an archiver 70, whose traces are read within a millisecond.
const LONG_TRACE_BYTES = 96 << 10;

/**
 * What the run has written, if it had more inputs than can be looked at before the build goes on anyway. Else nothing: the
 * sooner after the end of the caller they are looked at, the better, as libtool removes what it has put into an archive the
 * next moment, and configure the source that it has made a program of.
 */
function writtenIfMany({ plan }: CompileCall, bytes: Uint8Array): readonly RawText[] | undefined {
  if (plan.previous !== undefined || plan.compiles) return undefined;
  return bytes.length > LONG_TRACE_BYTES ? writtenPaths(bytes) : undefined;
}

/** Build tools remove response files as soon as the caller has left. */
function responseThatChanged({ responseFiles }: CompileCall, snapshot: Snapshot): RawText | undefined {
  for (const [path, content] of responseFiles)
    if (readResponseFile(path) !== content || !snapshot.held(path)) return path;
  return undefined;
}

/** False if the caller has left already: what is there may be another's by now. */
function letGo(visit: Pick<Visit, "caller" | "services">): boolean {
  try {
    fault("daemon.release");
    visit.caller.mustBeThere();
  } catch {
    return false;
  }
  release(visit);
  return true;
}

/** Tells the caller that it may go on. */
export function release({ caller, services }: Pick<Visit, "caller" | "services">): void {
  services.handOver.note();
  caller.answer({ type: "Released" });
}

/** A client that dies leaves nobody to want what its tool does. */
async function runOrKill(caller: ToolCaller, tool: ToolRun, processes: RunProcesses): Promise<ToolOutcome> {
  try {
    return await caller.run(tool);
  } catch (error) {
    await processes.kill(QUIET_MS);
    throw error;
  }
}

/** Outputs are whole only when all who may write them have ended. @returns those that have not. */
async function endOf(outcome: ToolOutcome, processes: RunProcesses, client: number): Promise<readonly number[]> {
  if (outcome.signal !== undefined) await processes.kill(0);
  return outcome.signal === undefined && outcome.exitCode === 0 ? await processes.ended(LINGER_MS, client) : [];
}
