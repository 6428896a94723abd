// A daemon that has been silent over a compile for longer than any should take: is it busy, or does it hang? One that
// hangs is in the way of every build until somebody ends it.

import type { RawText } from "../core/raw-text.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import { dial } from "../ipc/dial.ts";
import { question } from "../ipc/question.ts";
import type { CallName } from "../ipc/schemas/calls.ts";
import type { Settings } from "../sys/environment.ts";
import { killIf, readProcess } from "../sys/process-kill.ts";

/** How long a client waits, and where it asks then. */
export type WedgeBudget = {
  readonly endpoint: RawText;
  /** Longest wait for the answer to a call of `WEDGE_CALLS`. */
  readonly receiveMs: number;
  /** Longest wait for a sign of life on another connection afterwards; 0: none is looked for. */
  readonly probeMs: number;
};

/** Calls that run a compiler or a linker. Other tools may take as long as they like. */
export const WEDGE_CALLS: ReadonlySet<CallName> = new Set(["Compile", "CompileEphemeral", "LinkEphemeral"]);

/** ZCCACHE_WEDGE_RECV_TIMEOUT_SECS and ZCCACHE_WEDGE_PROBE_BUDGET_MS for the daemon at `endpoint`. */
export function wedgeBudget(endpoint: RawText, { wedgeReceiveSecs, wedgeProbeMs }: Settings): WedgeBudget {
  return { endpoint, receiveMs: wedgeReceiveSecs * 1000, probeMs: wedgeProbeMs };
}

/**
 * After `silent` has got no answer in time: asks the daemon for a sign of life, and ends one that gives none. Never throws.
 * @returns what it was; `unknown` if that was not to be found out.
 */
export async function judgeSilence(
  silent: ClientConnection,
  { endpoint, probeMs }: WedgeBudget,
): Promise<"busy" | "hung" | "unknown"> {
  if (probeMs === 0) return "unknown";
  try {
    if (await answersPing(endpoint, probeMs)) return "busy";
    // As long as its end of our connection is open it is the process that the kernel named, and no later one. That it was
    // started to serve keeps programs safe that serve by themselves.
    const isIt = (pid: number) => !silent.hasLeft() && readProcess(pid, "cmdline").split("\0").includes("--foreground");
    return silent.peer.pid > 0 && killIf(silent.peer.pid, isIt) ? "hung" : "unknown";
  } catch {
    return "unknown";
  }
}

async function answersPing(endpoint: RawText, budgetMs: number): Promise<boolean> {
  const deadline = performance.now() + budgetMs;
  try {
    using connection = await dial(endpoint, { timeoutMs: budgetMs });
    await question(
      connection,
      { type: "Ping" },
      { type: "Pong", timeoutMs: Math.max(1, deadline - performance.now()) },
    );
    return true;
  } catch {
    return false;
  }
}
