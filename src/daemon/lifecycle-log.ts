// The lifecycle log: one JSON line per start and end of a daemon, shared by all processes of a state directory.

import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import type { Places } from "../ipc/places.ts";
import { fsPath } from "../sys/fs-path.ts";

/** Events and their fields beside the envelope. */
export type LifecycleEvent =
  | {
      event: "spawn";
      endpoint: string;
      idle_timeout: number;
      version: string;
      client_version: string;
      client_binary_path: string;
    }
  | { event: "died-idle"; reason: "idle-timeout"; idle_secs: number; idle_timeout_secs: number }
  | { event: "died-shutdown"; reason: "graceful-shutdown"; uptime_secs: number }
  | { event: "version_mismatch"; daemon_protocol_version: number; client_protocol_version: number; reason: string };

// A line stays below PIPE_BUF, so one append is never mixed with another's; the file is rotated above this size.
const ROTATE_BYTES = 1 << 20;

/** Appends one event. Failing to write is never the caller's problem: the log is for people only. */
export function logLifecycle({ logs, lifecycleLog: path, namespace }: Places, event: LifecycleEvent): void {
  try {
    mkdirSync(fsPath(logs), { recursive: true, mode: 0o700 });
    rotate(path);
    const line = JSON.stringify({ ts_ms: Date.now(), pid: process.pid, daemon_namespace: namespace, ...event });
    appendFileSync(fsPath(path), `${line}\n`, { mode: 0o600 });
  } catch {
    // Read-only or full: the daemon serves all the same.
  }
}

function rotate(path: RawText): void {
  const size = statSync(fsPath(path), { throwIfNoEntry: false })?.size ?? 0;
  if (size > ROTATE_BYTES) renameSync(fsPath(path), fsPath(`${path}.1`));
}
