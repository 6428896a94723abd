// Runs the tool of a GenericToolExec: traced where its result may be stored, else as it is.

import { ZccacheError } from "../../core/errors.ts";
import type { Observation } from "../../core/observation.ts";
import type { RawText } from "../../core/raw-text.ts";
import { fileClockNs } from "../../sys/libc.ts";
import { createTraceBuffer } from "../../tracer/buffer.ts";
import { observeIn } from "../../workers/offload.ts";
import { QUIET_MS, RunProcesses } from "../run-processes.ts";
import type { Services } from "../services.ts";
import { tracerEnvironment } from "../tracer-environment.ts";
import type { ExecCall } from "./exec-call.ts";
import type { KeyedExec } from "./exec-key.ts";
import type { ToolEnd } from "./run-tool.ts";
import type { ToolClient, ToolRuns } from "./tool-runs.ts";

/** Who asked, and where its tool can run. */
export type ExecCaller = ToolClient & { readonly toolRuns: ToolRuns };

/** A run that ended. */
export type ExecRun = {
  readonly end: ToolEnd;
  /** Wall time. */
  readonly millis: number;
  /** Undefined for a run that was not traced. */
  readonly trace:
    | {
        readonly observation: Observation;
        /** Processes that had not ended long after the tool. */
        readonly lingering: readonly number[];
        /** Of `fileClockNs` and `performance.now()`, before the tool was started. */
        readonly startedNs: bigint;
        readonly startedMs: number;
      }
    | undefined;
};

const LINGER_MS = 1000;
const NO_TERMINAL = { terminal: false, terminalColumns: [0, 0], merged: false } as const;

/** Runs the tool without a tracer. @throws as `runTool`. */
export async function runPlain(call: ExecCall, caller: ExecCaller): Promise<ExecRun> {
  using place = await caller.toolRuns.enter(caller);
  const startedMs = performance.now();
  const end = await place.run(start(call, []));
  return { end, millis: performance.now() - startedMs, trace: undefined };
}

/** Runs the tool traced. @throws as `runTool`; all processes of the run have been killed then. */
export async function runTraced(
  { call, snapshot }: KeyedExec,
  services: Pick<Services, "self" | "tracer" | "pool">,
  caller: ExecCaller,
): Promise<ExecRun> {
  // Before the clock is read: what changes while it waits is no change during the run.
  using place = await caller.toolRuns.enter(caller);
  using buffer = createTraceBuffer(undefined, services.self);
  const processes = new RunProcesses(buffer);
  const tracer = { library: services.tracer.path(), buffer: buffer.path };
  const startedNs = await nextTick();
  snapshot.hold([]);
  const startedMs = performance.now();
  try {
    const tracing = tracerEnvironment({ environment: call.environment, ...NO_TERMINAL }, tracer);
    const end = await place.run(start(call, tracing));
    const millis = performance.now() - startedMs;
    if (end.signal !== undefined) await processes.kill(0);
    const lingering = end.signal === undefined ? await processes.ended(LINGER_MS, caller.pid) : [];
    const trace = { bytes: buffer.read(), fd: buffer.fd };
    const observation = await observeIn(services.pool)(trace, { cwd: call.cwd, tool: call.tool, widths: [0] });
    return { end, millis, trace: { observation, lingering, startedNs, startedMs } };
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "CONNECTION_CLOSED") await processes.kill(QUIET_MS);
    throw error;
  }
}

/**
 * Waits for the clock of file times to move, at most 10 ms: then whatever was written before is older than the start, and
 * can be told from what is written while the tool runs.
 */
async function nextTick(): Promise<bigint> {
  const before = fileClockNs();
  for (;;) {
    const now = fileClockNs();
    if (now !== before) return now;
    await Bun.sleep(1);
  }
}

function start({ tool, args, variables, cwd }: ExecCall, added: readonly (readonly [RawText, RawText])[]) {
  const names = new Set(added.map(([name]) => name));
  const environment = [...variables.filter(([name]) => !names.has(name)), ...added].map(
    ([name, value]) => `${name}=${value}`,
  );
  return { path: tool, argv: [tool, ...args], environment, cwd, stdinFile: undefined, nice: 0 };
}
