// Ending a daemon: asking it, or telling it by signal where it speaks another protocol, and waiting until it has ended.

import { ZccacheError } from "../core/errors.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import { question } from "../ipc/question.ts";
import { isRunning } from "../sys/process-kill.ts";

const POLL_MS = 20;

/**
 * Has the daemon begin to end; it finishes what it is at.
 * @throws {ZccacheError} as `question`, for a daemon that does not answer as one.
 */
export async function askToEnd(daemon: ClientConnection, timeoutMs: number): Promise<void> {
  try {
    await question(daemon, { type: "Shutdown" }, { type: "ShuttingDown", timeoutMs });
  } catch (error) {
    if (!(error instanceof ZccacheError) || error.code !== "VERSION_MISMATCH") throw error;
    // It has just answered, as a daemon of ours does: the kernel tells who that is, and dial() that it is our user.
    process.kill(daemon.peer.pid, "SIGTERM");
  }
}

/** Waits until a process has ended. @returns false if it still runs after `limitMs`. */
export async function hasEnded(pid: number, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await Bun.sleep(POLL_MS);
  }
  return true;
}
