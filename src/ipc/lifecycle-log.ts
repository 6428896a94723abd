// The lifecycle log: one JSON line for each start and end of a daemon, and for what goes wrong between it and its
// clients. Daemons and clients of one state directory share it.

import { closeSync, fstatSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { lockExclusively } from "../sys/libc.ts";
import type { Places } from "./places.ts";

/** Why a client starts a daemon, or waits for one that another client starts. */
export type SpawnReason = "initial-start" | "replaced-stale-version" | "replaced-comm-error" | "replaced-unreachable";

/** Events and their fields beside the envelope, which fields may override. */
export type LifecycleEvent =
  | {
      readonly event: "spawn";
      readonly endpoint: string;
      /** Seconds; 0 = never. */
      readonly idle_timeout: number;
      readonly version: string;
      readonly client_version: string;
      readonly client_binary_path: string;
    }
  | { readonly event: "spawn-attempt" | "spawn-parked"; readonly reason: SpawnReason; readonly version: string }
  | {
      readonly event: "died-idle";
      readonly reason: "idle-timeout";
      readonly idle_secs: number;
      readonly idle_timeout_secs: number;
    }
  | { readonly event: "died-shutdown"; readonly reason: "graceful-shutdown"; readonly uptime_secs: number }
  | {
      readonly event: "died-private-owner-exit";
      readonly reason: "private-owner-pids-exited";
      readonly removed_pids: readonly number[];
    }
  | {
      readonly event: "daemon-died";
      readonly reason: "takeover";
      /** Of the daemon that died. */
      readonly pid: number;
      readonly replaced_by_pid: number;
      readonly replaced_by_version: string;
    }
  | {
      readonly event: "pipe-handover";
      readonly inbound_pid: number;
      readonly outbound_pid: number;
      readonly reason: "previous-died";
    }
  | {
      readonly event: "client-disconnected";
      readonly cause: "comm-error" | "pipe-closed-mid-write" | "timeout" | "replaced-by-other-version";
      readonly client_pid: number;
    }
  | {
      readonly event: "version_mismatch";
      readonly daemon_crate_version: string;
      readonly daemon_protocol_version: number;
      /** What the client sent, shortened, if that is no number. */
      readonly client_protocol_version: number | string;
      readonly reason: string;
    }
  | { readonly event: "client_cancelled"; readonly kind: string; readonly client_pid: number };

// A line stays below PIPE_BUF, so one append is never mixed with another's; the file is rotated above this size.
const MAX_LINE_BYTES = 4095;
const ROTATE_BYTES = 1 << 20;

/** Appends one event. Failing to write is never the caller's problem: the log is for people only. */
export function logLifecycle(where: Pick<Places, "logs" | "lifecycleLog" | "namespace">, event: LifecycleEvent): void {
  const { logs, lifecycleLog: path, namespace } = where;
  try {
    mkdirSync(fsPath(logs), { recursive: true, mode: 0o700 });
    rotate(path);
    append(path, lineOf({ ts_ms: Date.now(), pid: process.pid, daemon_namespace: namespace, ...event }));
  } catch {
    // Read-only or full: whoever writes goes on all the same.
  }
}

/** One line, its texts shortened as far as they must be. */
function lineOf(record: Readonly<Record<string, unknown>>): Buffer {
  for (let longest = MAX_LINE_BYTES; ; longest = Math.floor(longest / 2)) {
    const shorten = (_key: string, value: unknown) => (typeof value === "string" ? value.slice(0, longest) : value);
    const line = Buffer.from(`${JSON.stringify(record, shorten)}\n`);
    if (line.length <= MAX_LINE_BYTES || longest === 0) return line;
  }
}

function append(path: RawText, line: Buffer): void {
  const fd = openSync(fsPath(path), "a", 0o600);
  try {
    writeSync(fd, line);
  } finally {
    closeSync(fd);
  }
}

/** One process renames; were it two, the second would put the new log over the archive that the first one made. */
function rotate(path: RawText): void {
  if ((statSync(fsPath(path), { throwIfNoEntry: false })?.size ?? 0) <= ROTATE_BYTES) return;
  const fd = openSync(fsPath(path), "r");
  try {
    if (!lockExclusively(fd)) return;
    const isStillIt = statSync(fsPath(path), { throwIfNoEntry: false })?.ino === fstatSync(fd).ino;
    if (isStillIt) renameSync(fsPath(path), fsPath(`${path}.1`));
  } finally {
    closeSync(fd);
  }
}
