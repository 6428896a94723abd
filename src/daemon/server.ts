// Requests of one connection after another: receive, dispatch, answer. One connection's failure never ends another.

import { describeError, ZccacheError } from "../core/errors.ts";
import { PROTOCOL, VERSION } from "../core/version.ts";
import type { LifecycleEvent } from "../ipc/lifecycle-log.ts";
import type { InvokeRequest, Request } from "../ipc/messages.ts";
import { type CallRequest, isCallName } from "../ipc/schemas/calls.ts";
import type { ServerConnection } from "../ipc/server-connection.ts";
import type { Activity } from "./activity.ts";
import type { Admission } from "./admission.ts";
import { Caller } from "./caller.ts";
import type { DrainWhileBusy } from "./drain-while-busy.ts";
import { followStandIn } from "./library/follow-stand-in.ts";
import type { Handlers } from "./library/handlers.ts";
import { serveCall } from "./library/serve-call.ts";
import type { Sessions } from "./library/sessions.ts";
import type { ToolRuns } from "./library/tool-runs.ts";
import { serveInvoke } from "./pipeline.ts";
import type { Services } from "./services.ts";
import type { StatusSource } from "./status.ts";

/** What the server needs beside the services. */
export type ServerContext = {
  readonly services: Services;
  readonly library: Handlers;
  readonly sessions: Sessions;
  /** Tools that run here for clients; a stand-in may be below one. */
  readonly toolRuns: Pick<ToolRuns, "mayWait">;
  readonly activity: Activity;
  readonly admission: Admission;
  readonly status: StatusSource;
  /** Told of each request. */
  readonly draining: DrainWhileBusy;
  /** Writes down what people may ask for later. */
  record(event: LifecycleEvent): void;
  /** Starts a graceful end; called after the reply is on its way. */
  shutDown(): void;
};

/** Longest time between two requests; a client that runs a tool may take as long as the tool does (caller.ts). */
export const IDLE_CONNECTION_MS = 600_000;

// Calls that have a tool run, as an Invoke does.
const TOOL_CALLS: ReadonlySet<string> = new Set(["Compile", "CompileEphemeral", "GenericToolExec", "LinkEphemeral"]);

/** Serves a connection until it is closed, or nothing was asked for `idleMs`. Never rejects. */
export async function serveConnection(
  connection: ServerConnection,
  context: ServerContext,
  idleMs = IDLE_CONNECTION_MS,
): Promise<void> {
  const { log } = context.services;
  connection.setReceiveTimeout(idleMs);
  try {
    for (;;) {
      const request = await connection.receive();
      if (request === "closed") return;
      using _busy = context.activity.begin();
      context.draining.begin();
      log.debug("ipc", `process ${connection.peer.pid} asks ${request.type}`);
      await dispatch(request, connection, context);
    }
  } catch (error) {
    context.record(departure(error, connection));
    if (error instanceof ZccacheError && error.code === "TIMEOUT") return;
    log.info("ipc", `connection of process ${connection.peer.pid} ended: ${describeError(error)}`);
  } finally {
    connection.close();
  }
}

/** What the end of a connection by an error is in the lifecycle log. */
function departure(error: unknown, { peer, refusedProtocol }: ServerConnection): LifecycleEvent {
  const event = "client-disconnected";
  const client_pid = peer.pid;
  const code = error instanceof ZccacheError ? error.code : undefined;
  switch (code) {
    case "VERSION_MISMATCH":
      return {
        event: "version_mismatch",
        daemon_crate_version: VERSION,
        daemon_protocol_version: PROTOCOL,
        client_protocol_version: refusedProtocol ?? "",
        reason: "client-protocol-differs",
      };
    case "TIMEOUT":
      return { event, cause: "timeout", client_pid };
    case "CONNECTION_CLOSED":
      return { event, cause: "pipe-closed-mid-write", client_pid };
    default:
      return { event, cause: "comm-error", client_pid };
  }
}

async function dispatch(
  request: Request | CallRequest,
  connection: ServerConnection,
  context: ServerContext,
): Promise<void> {
  if (isCall(request)) return await call(request, connection, context);
  switch (request.type) {
    case "Ping":
      return connection.send({ type: "Pong" });
    case "Status":
      return connection.send({ type: "Status", ...context.status.report() });
    case "Clear":
      return connection.send({ type: "Cleared", ...(await clear(context.services)) });
    case "Shutdown":
      connection.send({ type: "ShuttingDown" });
      return context.shutDown();
    case "Invoke":
      return await invoke(request, connection, context);
    case "ExecDone":
      return connection.send({
        type: "Error",
        message: `Cannot take ExecDone of job ${request.job}: it is not running`,
      });
    default:
      return request satisfies never;
  }
}

function isCall(request: Request | CallRequest): request is CallRequest {
  return isCallName(request.type);
}

async function call(
  request: CallRequest,
  connection: ServerConnection,
  { admission, library }: ServerContext,
): Promise<void> {
  if (!TOOL_CALLS.has(request.type)) return await serveCall(request, library, { connection });
  const place = admission.enter();
  if ("type" in place) return connection.send(place);
  using _place = place;
  await serveCall(request, library, { connection });
}

async function invoke(
  request: InvokeRequest,
  connection: ServerConnection,
  { admission, services, sessions, toolRuns, record }: ServerContext,
): Promise<void> {
  const place = admission.enter();
  if ("type" in place) return connection.send(place);
  using _place = place;
  using waiting = toolRuns.mayWait(connection.peer.pid);
  using caller = new Caller(connection, waiting);
  using followed = followStandIn(request, sessions, services);
  try {
    await serveInvoke({ request, caller, services, observer: followed.record });
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "CONNECTION_CLOSED") {
      record({ event: "client_cancelled", kind: request.type, client_pid: connection.peer.pid });
      services.log.info("daemon", describeError(error));
      return connection.close(); // a client that does not read must see that it is on its own
    }
    // The client runs the tool itself when it reads this.
    services.log.error("daemon", `An invocation failed: ${describeError(error)}`);
    connection.send({ type: "Error", message: `Cannot serve this call: ${describeError(error)}` });
  }
}

async function clear(services: Services): Promise<{
  artifacts_removed: number;
  metadata_cleared: number;
  dep_graph_contexts_cleared: number;
  on_disk_bytes_freed: number;
}> {
  const cleared = await services.store.clear();
  await services.depgraph.forget();
  services.counters.reset();
  services.execTally.reset();
  return {
    artifacts_removed: cleared.artifactCount,
    metadata_cleared: cleared.metadataEntries,
    dep_graph_contexts_cleared: cleared.metadataEntries,
    on_disk_bytes_freed: cleared.bytes,
  };
}
