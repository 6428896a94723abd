// Telling "no daemon runs" from "there is one that can't be used".

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
  try {
    return await dial(where.endpoint, { timeoutMs });
  } catch (error) {
    if (error instanceof ZccacheError && isErrno(error.cause, "ENOENT", "ECONNREFUSED")) return undefined;
    if (error instanceof ZccacheError && error.code === "TIMEOUT") suspect(where);
    throw error;
  }
}
