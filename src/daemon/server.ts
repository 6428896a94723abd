// Requests of one connection after another: receive, dispatch, answer. One connection's failure never ends another.

import { describeError, ZccacheError } from "../core/errors.ts";
import type { InvokeRequest, Request } from "../ipc/messages.ts";
import type { ServerConnection } from "../ipc/server-connection.ts";
import type { Activity } from "./activity.ts";
import { Caller } from "./caller.ts";
import type { DrainWhileBusy } from "./drain-while-busy.ts";
import { serveInvoke } from "./pipeline.ts";
import type { Services } from "./services.ts";
import type { StatusSource } from "./status.ts";

/** What the server needs beside the services. */
export type ServerContext = {
  readonly services: Services;
  readonly activity: Activity;
  readonly status: StatusSource;
  /** Told of each request. */
  readonly draining: DrainWhileBusy;
  /** Starts a graceful end; called after the reply is on its way. */
  shutDown(): void;
};

// Between requests only: a client that runs a tool may take as long as the tool does (caller.ts).
const IDLE_CONNECTION_MS = 600_000;

/** Serves a connection until it is closed. Never rejects. */
export async function serveConnection(connection: ServerConnection, context: ServerContext): Promise<void> {
  const { log } = context.services;
  connection.setReceiveTimeout(IDLE_CONNECTION_MS);
  try {
    for (;;) {
      const request = await connection.receive();
      if (request === "closed") return;
      using _busy = context.activity.begin();
      context.draining.begin();
      await dispatch(request, connection, context);
    }
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "TIMEOUT") return;
    log.info("ipc", `connection of process ${connection.peer.pid} ended: ${describeError(error)}`);
  } finally {
    connection.close();
  }
}

async function dispatch(request: Request, connection: ServerConnection, context: ServerContext): Promise<void> {
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

async function invoke(
  request: InvokeRequest,
  connection: ServerConnection,
  { services }: ServerContext,
): Promise<void> {
  using caller = new Caller(connection);
  try {
    await serveInvoke({ request, caller, services, started: performance.now() });
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "CONNECTION_CLOSED") throw error;
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
  services.files.forget();
  services.counters.reset();
  return {
    artifacts_removed: cleared.artifactCount,
    metadata_cleared: cleared.metadataEntries,
    dep_graph_contexts_cleared: cleared.metadataEntries,
    on_disk_bytes_freed: cleared.bytes,
  };
}
