// Why a daemon ends, when it does so by itself, and what the lifecycle log says of it.

import { type LifecycleEvent, logLifecycle } from "../ipc/lifecycle-log.ts";
import type { Places } from "../ipc/places.ts";
import type { Activity } from "./activity.ts";
import type { Owners } from "./library/owners.ts";

/** Why it ends; for a private one without owners, those that had died. */
export type Reason = "idle" | "shutdown" | { readonly removedPids: readonly number[] };

const IDLE_CHECK_MS = 60_000;
const OWNER_CHECK_MS = 5000;

/** Once a minute, and more often where that is more than was asked for. */
export function endWhenIdle(
  activity: Activity,
  seconds: number,
  end: (reason: Reason) => void,
): ReturnType<typeof setInterval> | undefined {
  if (seconds === 0) return undefined;
  return setInterval(
    () => {
      if (activity.idleSeconds() >= seconds) end("idle");
    },
    Math.min(seconds * 1000, IDLE_CHECK_MS),
  );
}

/** A private daemon is for its owners only, however long it is to be idle. */
export function endWithoutOwners(owners: Owners, end: (reason: Reason) => void): ReturnType<typeof setInterval> {
  return setInterval(() => {
    const removedPids = owners.isPrivate ? owners.sweep() : undefined;
    if (removedPids !== undefined) end({ removedPids });
  }, OWNER_CHECK_MS);
}

/** One event in each life. */
export function recordEnd(
  reason: Reason,
  where: Places,
  idle: { readonly idle_secs: number; readonly idle_timeout_secs: number },
): void {
  logLifecycle(where, eventOf(reason, idle));
}

/** In a word or two. */
export function showReason(reason: Reason): string {
  return typeof reason === "string" ? reason : "nobody owns it";
}

function eventOf(reason: Reason, idle: Parameters<typeof recordEnd>[2]): LifecycleEvent {
  if (typeof reason === "object") {
    return {
      event: "died-private-owner-exit",
      reason: "private-owner-pids-exited",
      removed_pids: reason.removedPids,
    };
  }
  return reason === "idle"
    ? { event: "died-idle", reason: "idle-timeout", ...idle }
    : { event: "died-shutdown", reason: "graceful-shutdown", uptime_secs: Math.floor(process.uptime()) };
}
