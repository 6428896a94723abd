// Connecting to the daemon. Nothing is sent before the server is known to run as the same user.

import { ZccacheError } from "../core/errors.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import { ownUserId } from "../sys/private-directory.ts";
import { ClientConnection } from "./client-connection.ts";
import { endpointDirectory, isDirect, openEndpointDirectory } from "./socket-path.ts";
import { socketHandlers, type WireConnection } from "./wire-connection.ts";

/** Longest wait for a connection unless the caller has another budget. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 30_000;

/**
 * Connects to the daemon at `endpoint`.
 * @param options.timeoutMs Budget for the whole attempt.
 * @param options.serverUser The one user id that may serve.
 * @throws {ZccacheError} `IO` with the system's error as cause (ENOENT and ECONNREFUSED: no daemon), `TIMEOUT`, or
 * `ENDPOINT` for an unusable path or a server of another user.
 */
export async function dial(
  endpoint: RawText,
  options: { timeoutMs?: number; serverUser?: number } = {},
): Promise<ClientConnection> {
  const { timeoutMs = DEFAULT_CONNECT_TIMEOUT_MS, serverUser = ownUserId() } = options;
  endpointDirectory(endpoint);
  using directory = isDirect(endpoint) ? undefined : openEndpointDirectory(endpoint);
  const wire = await connect(directory?.socket ?? endpoint, endpoint, timeoutMs);
  if (wire.peer.uid === serverUser) return new ClientConnection(wire);
  wire.close();
  throw new ZccacheError("ENDPOINT", `Cannot use "${showRaw(endpoint)}": it is served by user ${wire.peer.uid}`);
}

// A full queue of a busy listener is EAGAIN to connect(2), which Bun reports as ECONNREFUSED: it cannot be told apart.
async function connect(unix: string, endpoint: RawText, timeoutMs: number): Promise<WireConnection> {
  const { promise, resolve, reject } = Promise.withResolvers<WireConnection>();
  const failed = (cause: unknown) =>
    reject(new ZccacheError("IO", `Cannot connect to "${showRaw(endpoint)}"`, { cause }));
  const timer = setTimeout(
    () => reject(new ZccacheError("TIMEOUT", `Cannot connect to "${showRaw(endpoint)}" within ${timeoutMs} ms`)),
    timeoutMs,
  );
  const handlers = socketHandlers(resolve);
  handlers.connectError = (_socket, error) => failed(error);
  const socket = Bun.connect({ unix, socket: handlers, data: undefined });
  socket.catch(failed);
  try {
    return await promise;
  } catch (error) {
    socket.then((late) => late.terminate()).catch(() => {}); // the caller knows already that it failed
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
