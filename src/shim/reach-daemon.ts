// A connection to the daemon, which is started where there is none; or none, within the time that a build may lose.

import { connectDaemon } from "../broker/connect-daemon.ts";
import type { RawText } from "../core/raw-text.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import type { Places } from "../ipc/places.ts";
import type { Settings } from "../sys/environment.ts";
import { canStartDaemon } from "./caller.ts";
import { dialRunning } from "./dial-running.ts";
import { type Patience, patienceOf } from "./patience.ts";
import { isSuspect, trust } from "./suspect.ts";

/** A daemon, and how long it may be silent after the first question. */
export type Reached = { readonly connection: ClientConnection; readonly firstSignMs: number };

/** Connects. @param environment The caller's, for a daemon that has to be started. @returns undefined if there is none. */
export async function reachDaemon(
  settings: Settings,
  where: Places,
  environment: readonly RawText[],
): Promise<Reached | undefined> {
  const patience = patienceOf(settings);
  const { firstSignMs, startMs } = patience;
  if (isSuspect(where)) return await reachSuspect(where, patience);
  const running = await dialRunning(where, patience.connectMs);
  if (running !== undefined) return { connection: running, firstSignMs };
  if (settings.noSpawn || !canStartDaemon()) return undefined;
  const began = performance.now();
  const { startDaemon } = await import("./start-daemon.ts");
  const connection = await startDaemon(where, { environment, budgetMs: startMs });
  if (connection === undefined) return undefined;
  return { connection, firstSignMs: Math.max(firstSignMs, startMs - (performance.now() - began)) };
}

async function reachSuspect(where: Places, { backMs, firstSignMs }: Patience): Promise<Reached | undefined> {
  const connection = await connectDaemon(where.endpoint, { timeoutMs: backMs, logs: where.logs });
  try {
    connection.send({ type: "Ping" });
    await connection.receive(backMs);
  } catch (error) {
    connection.close();
    throw error;
  }
  trust(where);
  return { connection, firstSignMs };
}
