// A connection to the daemon, which is started where there is none; or none, within the time that a build may lose.

import { connectDaemon } from "../broker/connect-daemon.ts";
import type { RawText } from "../core/raw-text.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import type { Places } from "../ipc/places.ts";
import type { Settings } from "../sys/environment.ts";
import { FIRST_SIGN_MS } from "./ask.ts";
import { canStartDaemon } from "./caller.ts";
import { dialRunning } from "./dial-running.ts";
import { isSuspect, trust } from "./suspect.ts";

/** A daemon, and how long it may be silent after the first question. */
export type Reached = { readonly connection: ClientConnection; readonly firstSignMs: number };

const CONNECT_MS = 1000;

// A daemon under suspicion has to show first, and quickly, that it is back.
const SUSPECT_MS = 10;

// Everything that a start may cost a build: until there is a connection, and until the first answer.
const START_MS = 5000;

/** Connects. @param environment The caller's, for a daemon that has to be started. @returns undefined if there is none. */
export async function reachDaemon(
  settings: Settings,
  where: Places,
  environment: readonly RawText[],
): Promise<Reached | undefined> {
  if (isSuspect(where)) return await reachSuspect(where);
  const running = await dialRunning(where, CONNECT_MS);
  if (running !== undefined) return { connection: running, firstSignMs: FIRST_SIGN_MS };
  if (settings.noSpawn || !canStartDaemon()) return undefined;
  const began = performance.now();
  const { startDaemon } = await import("./start-daemon.ts");
  const connection = await startDaemon(where, { environment, budgetMs: START_MS });
  if (connection === undefined) return undefined;
  return { connection, firstSignMs: Math.max(FIRST_SIGN_MS, START_MS - (performance.now() - began)) };
}

async function reachSuspect(where: Places): Promise<Reached | undefined> {
  const connection = await connectDaemon(where.endpoint, { timeoutMs: SUSPECT_MS, logs: where.logs });
  try {
    connection.send({ type: "Ping" });
    await connection.receive(SUSPECT_MS);
  } catch (error) {
    connection.close();
    throw error;
  }
  trust(where);
  return { connection, firstSignMs: FIRST_SIGN_MS };
}
