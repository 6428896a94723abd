// Is the endpoint served already? Asked before anything expensive is done, so that the losers of a race for it end at
// once and leave no trace.

import { readFileSync, statSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import { type RawText, rawFromString } from "../core/raw-text.ts";
import { dial } from "../ipc/dial.ts";
import type { Places } from "../ipc/places.ts";
import { fsPath } from "../sys/fs-path.ts";
import { isRunning, startedAtMs } from "../sys/process-kill.ts";
import { isOurs, type SelfImage } from "../sys/self-image.ts";

/** Longest wait for a connection. */
export const PROBE_MS = 500;

/** True if the lock file names a daemon that lives, is of this program, and accepts connections at the endpoint. */
export async function isServed({ lockFile, endpoint }: Places, self: SelfImage): Promise<boolean> {
  const lock = readLock(lockFile);
  if (lock === undefined || lock.pid === process.pid || !isDaemon(lock, self)) return false;
  return await accepts(endpoint);
}

/** True if somebody accepts connections at the endpoint. Nothing is sent. */
export async function accepts(endpoint: RawText): Promise<boolean> {
  try {
    const connection = await dial(endpoint, { timeoutMs: PROBE_MS });
    connection.close();
    return true;
  } catch {
    return false;
  }
}

/** Who a lock file says is the daemon, and since when it says so. */
export type Lock = { readonly pid: number; readonly writtenMs: number };

/** Reads a lock file: a process id in decimal. @returns undefined if there is none, or it holds something else. */
export function readLock(path: RawText): Lock | undefined {
  try {
    const text = readFileSync(fsPath(path), "latin1");
    if (!/^[1-9]\d{0,9}$/.test(text)) return undefined;
    return { pid: Number(text), writtenMs: statSync(fsPath(path)).mtimeMs };
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "EISDIR")) return undefined;
    throw error;
  }
}

// The kernel tells a start in hundredths of a second after a boot that it tells in seconds; a lock file may lie on
// another machine's disk, whose clock differs a little.
const CLOCKS_DIFFER_MS = 3000;

/** True if the process that wrote the lock lives, and not only another one that got its number since. */
function isDaemon({ pid, writtenMs }: Lock, self: SelfImage): boolean {
  if (!isRunning(pid)) return false;
  const started = startedAtMs(pid);
  if (started === undefined || started > writtenMs + CLOCKS_DIFFER_MS) return false;
  const program = rawFromString(`/proc/${pid}/exe`);
  try {
    return isOurs(program, statSync(fsPath(program), { bigint: true }), self);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ESRCH", "EACCES")) return false;
    throw error;
  }
}
