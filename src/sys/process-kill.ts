// Killing a process that was known by its pid, without ever hitting another that got the same pid since.

import { closeSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { isErrno } from "../core/errors.ts";
import { openProcess, processExists, signalProcess } from "./processes.ts";

/**
 * Sends SIGKILL to process `pid` if `isMeant` says so. It is asked while a pidfd holds on to the process: should that one
 * end meanwhile, nobody is hit, whatever was looked at.
 * @returns false if there is no such process, or it is not meant.
 * @throws {ZccacheError} `SYSTEM_CALL` if it must not be killed, or there are no descriptors left.
 */
export function killIf(pid: number, isMeant: (pid: number) => boolean): boolean {
  const fd = openProcess(pid);
  if (fd === undefined) return false;
  try {
    if (!isMeant(pid)) return false;
    signalProcess(fd, constants.signals.SIGKILL);
    return true;
  } finally {
    closeSync(fd);
  }
}

/** Content of /proc/PID/NAME, one code unit per byte; "" once the process is gone, or if it is not ours (proc(5)). */
export function readProcess(pid: number, name: "children" | "cmdline" | "environ" | "maps" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${name === "children" ? `task/${pid}/children` : name}`, "latin1");
  } catch (error) {
    if (isErrno(error, "ENOENT", "ESRCH", "EACCES", "EPERM")) return "";
    throw error;
  }
}

/** What /proc/PID/stat has of a process (proc(5)). */
export type ProcessStat = {
  /** A letter; `Z` for one that only waits to be reaped. */
  readonly state: string;
  readonly parent: number;
  /** The process group, by its leader. */
  readonly group: number;
  /** Clock ticks from the machine's start to its own: a pid alone may be another process's by now. */
  readonly startTicks: string;
};

/** @returns undefined once the process is gone. */
export function processStat(pid: number): ProcessStat | undefined {
  const stat = readProcess(pid, "stat");
  // The name, in parentheses, may hold anything; the state behind it is the third field, then parent and group; the start
  // is the 22nd.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent, group] = fields;
  const startTicks = fields[19] ?? "";
  return startTicks === "" ? undefined : { state, parent: Number(parent), group: Number(group), startTicks };
}

/** True for a process that runs or may run again, false for one that only waits to be reaped (states of proc(5)). */
export function isRunning(pid: number): boolean {
  // Most that are asked for have ended: an exception for a missing file takes 50 times as long.
  if (!processExists(pid)) return false;
  const stat = processStat(pid);
  return stat !== undefined && !"ZXx".includes(stat.state);
}

// Clock ticks are hundredths of a second wherever Linux tells them to programs (USER_HZ, times(2)).
const MS_A_TICK = 10;

/** When a process started, in milliseconds since 1970, give or take a second; undefined once it is gone (proc(5)). */
export function startedAtMs(pid: number): number | undefined {
  const stat = processStat(pid);
  const [, boot] = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "latin1")) ?? [];
  if (stat === undefined || boot === undefined) return undefined;
  return Number(boot) * 1000 + Number(stat.startTicks) * MS_A_TICK;
}
