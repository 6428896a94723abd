// Telling "no daemon runs" from "there is one that can't be used".

import { connectDaemon } from "../broker/connect-daemon.ts";
import { isErrno, ZccacheError } from "../core/errors.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import { dial } from "../ipc/dial.ts";
import type { Places } from "../ipc/places.ts";
import { suspect } from "./suspect.ts";

/**
 * Connects to a daemon that runs. @returns undefined if none does.
 * @throws {ZccacheError} If there is one that can't be used, or that does not accept in time.
 */
export async function dialRunning(where: Places, timeoutMs: number): Promise<ClientConnection | undefined> {
  return await unlessNone(where, connectDaemon(where.endpoint, { timeoutMs, logs: where.logs }));
}

/** As `dialRunning`, for the daemon that is being started here: nobody else knows better where it is. */
export async function dialStarted(where: Places, timeoutMs: number): Promise<ClientConnection | undefined> {
  return await unlessNone(where, dial(where.endpoint, { timeoutMs }));
}

async function unlessNone(where: Places, dialled: Promise<ClientConnection>): Promise<ClientConnection | undefined> {
  try {
    return await dialled;
  } catch (error) {
    if (error instanceof ZccacheError && isErrno(error.cause, "ENOENT", "ECONNREFUSED")) return undefined;
    if (error instanceof ZccacheError && error.code === "TIMEOUT") suspect(where);
    throw error;
  }
}
