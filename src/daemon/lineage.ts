// Who is whose child, told to what the daemon itself starts, and how urgent that is.

import { setPriority } from "node:os";
import { type RawText, rawFromString } from "../core/raw-text.ts";
import type { Environment } from "../key/environment.ts";

/**
 * Variables laid over the client's. `10>20` becomes `10>20>client>daemon`; no pid stands twice in a row.
 * @param session Name of the client's session, if it has one.
 */
export function lineage(environment: Environment, client: number, session?: string): [RawText, RawText][] {
  const daemon = String(process.pid);
  const pids = (environment.get("ZCCACHE_LINEAGE") ?? "").split(">").filter((pid) => pid !== "");
  for (const pid of [String(client), daemon]) if (pids.at(-1) !== pid) pids.push(pid);
  return [
    ["ZCCACHE_LINEAGE", rawFromString(pids.join(">"))],
    ["ZCCACHE_PARENT_PID", daemon],
    ["ZCCACHE_DAEMON_PID", daemon],
    ["ZCCACHE_CLIENT_PID", String(client)],
    ...(session === undefined ? [] : [["ZCCACHE_SESSION_ID", session] satisfies [RawText, RawText]]),
    ["RUNNING_PROCESS_ORIGINATOR", environment.get("RUNNING_PROCESS_ORIGINATOR") ?? `zccache:${daemon}`],
  ];
}

const NICE: Readonly<Record<string, number>> = { low: 10, idle: 19, high: -5, normal: 0, auto: 0 };

/**
 * Nice value that the variables ask for (ZCCACHE_COMPILE_PRIORITY, before which ZCCACHE_COMPILE_PRIORITY_LINK goes for
 * links). Unknown words mean low. `auto` is normal: the build that waits is what keeps the machine busy.
 */
export function niceOf(environment: Environment, isLink: boolean): number {
  const ofLinks = isLink ? environment.get("ZCCACHE_COMPILE_PRIORITY_LINK") : undefined;
  const wanted = ofLinks ?? environment.get("ZCCACHE_COMPILE_PRIORITY") ?? "auto";
  return NICE[wanted] ?? NICE["low"] ?? 0;
}

/** Gives a process a nice value (setpriority(2)), if it still runs and may have it: it is a matter of speed only. */
export function beNice(pid: number, nice: number): void {
  if (nice === 0) return;
  try {
    setPriority(pid, nice);
  } catch {
    // As said.
  }
}
