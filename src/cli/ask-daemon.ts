// A command's connection to a daemon that runs.

import type { ClientConnection } from "../ipc/client-connection.ts";
import type { Places } from "../ipc/places.ts";
import { dialRunning } from "../shim/dial-running.ts";
import type { Settings } from "../sys/environment.ts";

/** Connects for a command. @returns undefined if no daemon runs. @throws as `dialRunning`. */
export async function connect(settings: Settings, where: Places): Promise<ClientConnection | undefined> {
  return await dialRunning(where, settings.statusProbeSecs * 1000);
}
