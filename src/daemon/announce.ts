// What the owner of an endpoint does once it is bound, and nobody else: says that it serves, to people and to the next
// daemon, and what became of the one before.

import { describeError } from "../core/errors.ts";
import { showRaw } from "../core/raw-text.ts";
import { VERSION } from "../core/version.ts";
import { logLifecycle } from "../ipc/lifecycle-log.ts";
import { crashesIn, type Places } from "../ipc/places.ts";
import type { Logger } from "../sys/log.ts";
import { leaveDump, reportCrashes } from "./crash-guard.ts";
import { beginRun, type Unended, unendedRun } from "./last-run.ts";
import { writePidFile } from "./ownership.ts";

/** What is told of this daemon. */
export type Announcement = {
  readonly where: Places;
  /** 0 = never. */
  readonly idleSeconds: number;
  readonly logFile: string | undefined;
};

/** Writes the `spawn` event, the lock file and the note for the next daemon. What can't be written is warned of. */
export function announce({ where, idleSeconds, logFile }: Announcement, log: Logger): void {
  const step = (what: string, action: () => void): void => {
    try {
      action();
    } catch (error) {
      log.warn("daemon", `Cannot ${what}: ${describeError(error)}`);
    }
  };
  step("tell how the last daemon ended", () => succeed(where, unendedRun(where.state), log));
  logLifecycle(where, {
    event: "spawn",
    endpoint: showRaw(where.endpoint),
    idle_timeout: idleSeconds,
    version: VERSION,
    client_version: VERSION,
    client_binary_path: process.execPath,
  });
  step("write the lock file", () => writePidFile(where.lockFile));
  step("note that this daemon runs", () => beginRun(where.state, logFile));
  reportCrashes(crashesIn(where), log);
}

/** Takes over from a daemon that did not end as it should. */
function succeed(where: Places, last: Unended | undefined, log: Logger): void {
  if (last === undefined) return;
  const { pid, crash } = last;
  logLifecycle(where, {
    event: "daemon-died",
    reason: "takeover",
    pid,
    replaced_by_pid: process.pid,
    replaced_by_version: VERSION,
  });
  logLifecycle(where, {
    event: "pipe-handover",
    inbound_pid: process.pid,
    outbound_pid: pid,
    reason: "previous-died",
  });
  if (crash === undefined)
    log.warn("daemon", `the last daemon, process ${pid}, was ended without a word; this one takes over`);
  else leaveDump(crashesIn(where), { ...crash, pid }, log);
}
