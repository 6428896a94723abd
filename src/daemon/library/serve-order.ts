// One order of a library client through the pipeline that all calls take. The client has its result as soon as it can go
// on; what is stored is stored behind its back, as for stand-ins.

import { rmSync, writeFileSync } from "node:fs";
import { describeError } from "../../core/errors.ts";
import { type RawText, rawToBytes } from "../../core/raw-text.ts";
import { fsPath } from "../../sys/fs-path.ts";
import type { Activity } from "../activity.ts";
import { serveInvoke } from "../pipeline.ts";
import type { Services } from "../services.ts";
import type { Visit } from "../visit.ts";
import { CallRecord } from "./call-record.ts";
import { DaemonCaller, type ToolResult } from "./daemon-caller.ts";
import { goneSignal } from "./gone.ts";
import type { CallContext } from "./handlers.ts";
import { NO_TOOL } from "./journal-line.ts";
import { asLinkOrder } from "./link-order.ts";
import { redactingLogger } from "./redact.ts";
import type { Session } from "./session.ts";
import { invokeRequest, type ToolOrder } from "./tool-order.ts";
import type { ToolRuns } from "./tool-runs.ts";

/** What orders are served with. */
export type OrderParts = { readonly services: Services; readonly activity: Activity; readonly toolRuns: ToolRuns };

/** Who orders, and the session that counts it. */
export type OrderContext = CallContext & { readonly session: Session | undefined };

/**
 * Gives what is stored, or runs the tool.
 * @throws {ZccacheError} `BAD_REQUEST` naming the tool if it cannot be started, `CONNECTION_CLOSED` if the client has left.
 */
export async function serveOrder(
  order: ToolOrder,
  { connection, replied, session }: OrderContext,
  { services, activity, toolRuns }: OrderParts,
): Promise<{ result: ToolResult; record: CallRecord }> {
  const record = new CallRecord();
  const stdinFile = spooled(order, services);
  const waiting = toolRuns.mayWait(connection.peer.pid);
  const caller = new DaemonCaller(order, { connection, toolRuns, waiting, spool: services.spool, stdinFile });
  const visit = visitOf(order, { caller, record, services, session });
  // Counts as work until the result is stored.
  const busy = activity.begin();
  const filed = throughPipeline(visit, caller, stdinFile).finally(() => {
    if (stdinFile !== undefined) services.spool.remove(stdinFile);
    waiting[Symbol.dispose]();
    busy[Symbol.dispose]();
  });
  /** The client has its reply first. */
  const told = async (exitCode: number) => {
    await Promise.all([filed, replied]);
    services.endedCalls.tell({ call: order, record, exitCode }, session);
  };
  try {
    const result = await caller.result;
    const counted = told(result.exitCode).then(() => ({ record, exitCode: result.exitCode }));
    // Bookkeeping is nobody's reason to end.
    counted.catch((error) => services.log.error("daemon", `A call was not written down: ${describeError(error)}`));
    session?.countWhen(counted);
    removeFilesOfGone(result, goneSignal(connection));
    return { result, record };
  } catch (error) {
    const failed = told(NO_TOOL).then(() => Promise.reject(error));
    // Without a session nobody counts it.
    failed.catch(() => {});
    session?.countWhen(failed);
    throw error;
  }
}

/** Asks as a stand-in would, and does what it would have to do. Never rejects: the caller's result tells a failure. */
async function throughPipeline(visit: Visit, caller: DaemonCaller, stdinFile: RawText | undefined): Promise<void> {
  try {
    await served(visit, caller, stdinFile);
  } catch (error) {
    const { log } = visit.services;
    log.info("daemon", `A library client's call failed: ${describeError(error)}`);
    await caller.afterFailure(error).catch((cause: unknown) => caller.fail(cause));
  }
  // Only if the pipeline ended without a word.
  caller.fail(new Error("it was not answered"));
}

async function served(visit: Visit, caller: DaemonCaller, stdinFile: RawText | undefined): Promise<void> {
  await serveInvoke(visit);
  const wish = caller.takeWish();
  if (wish?.type === "Bypass") return await caller.runAsIs(wish);
  if (wish === undefined) return;
  const path = stdinFile ?? wish.path;
  if (stdinFile === undefined) writeFileSync(fsPath(path), "", { mode: 0o600, flag: "wx" });
  try {
    await serveInvoke({ ...visit, request: { ...visit.request, stdin_file: rawToBytes(path) } });
    const bypass = caller.takeWish();
    if (bypass?.type === "Bypass") await caller.runAsIs(bypass);
  } finally {
    visit.services.spool.remove(path);
  }
}

type VisitParts = {
  readonly caller: DaemonCaller;
  readonly record: CallRecord;
  readonly services: Services;
  readonly session: Session | undefined;
};

function visitOf(order: ToolOrder, { caller, record, services, session }: VisitParts): Visit {
  const isSecretive = session !== undefined && session.settings.environment.length > 0;
  return {
    request: invokeRequest(order),
    caller,
    services: isSecretive ? { ...services, log: redactingLogger(services.log, session.redact) } : services,
    observer: record,
    ...(order.isLink ? { narrow: asLinkOrder } : {}),
  };
}

/** Puts what the tool is to read into a file. */
function spooled({ stdin }: ToolOrder, { spool }: Services): RawText | undefined {
  if (stdin.length === 0) return undefined;
  const path = spool.newPath();
  writeFileSync(fsPath(path), stdin, { mode: 0o600, flag: "wx" });
  return path;
}

/** Nobody else would remove them. */
function removeFilesOfGone({ stdoutFile, stderrFile }: ToolResult, gone: AbortSignal): void {
  if (!gone.aborted) return;
  for (const path of [stdoutFile, stderrFile]) if (path !== undefined) rmSync(fsPath(path), { force: true });
}
