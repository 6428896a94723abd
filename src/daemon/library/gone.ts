// That a library client has gone away, as a signal: what the daemon runs for it ends at once then.

import { ZccacheError } from "../../core/errors.ts";
import type { ServerConnection } from "../../ipc/server-connection.ts";

const signals = new WeakMap<ServerConnection, AbortSignal>();

/** Aborted when the connection is closed. One signal a connection, however many calls come over it. */
export function goneSignal(connection: ServerConnection): AbortSignal {
  const known = signals.get(connection);
  if (known !== undefined) return known;
  const controller = new AbortController();
  void connection.closed.then(() => controller.abort());
  signals.set(connection, controller.signal);
  return controller.signal;
}

/** What a call ends with whose client is gone: nobody reads it. */
export function goneError(): ZccacheError {
  return new ZccacheError("CONNECTION_CLOSED", "Cannot go on: the client has left");
}
