// Descriptors above 2 that the caller left open for the tool, a job server's for example. Bun marks all of them
// close-on-exec at its start and opens two of its own (epoll, eventfd), which are anonymous inodes.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { limitOpenFiles, setInheritable } from "../sys/libc.ts";

/** Numbers of inherited descriptors. Only right before this process has opened any itself: call it first of all. */
export function inheritedDescriptors(): number[] {
  return readdirSync("/proc/self/fd").map(Number).filter(isInherited);
}

/** Position and flags of the open file behind a descriptor, close-on-exec included (/proc/self/fdinfo, proc(5)). */
export function openFile(fd: number): { position: number; flags: number } {
  const text = readFileSync(`/proc/self/fdinfo/${fd}`, "latin1");
  const [, position = "0"] = /^pos:\s*(\d+)$/m.exec(text) ?? [];
  const [, flags = "0"] = /^flags:\s*([0-7]+)$/m.exec(text) ?? [];
  return { position: Number(position), flags: Number.parseInt(flags, 8) };
}

/** To be called right before the tool is started: gives it these descriptors, and the caller's limit on their number. */
export function handOverDescriptors(inherited: readonly number[]): void {
  for (const fd of inherited) setInheritable(fd);
  const limit = limitOfCaller();
  if (limit !== undefined) limitOpenFiles(limit.soft, limit.hard);
}

/**
 * Bun raises its soft limit of open files to the hard one. What it was before can only be told from the process that
 * started us, and only if that has the same hard limit.
 */
function limitOfCaller(): { soft: number; hard: number } | undefined {
  const own = openFilesLimit("self");
  const callers = openFilesLimit(process.ppid);
  return own !== undefined && callers?.hard === own.hard && callers.soft < own.soft ? callers : undefined;
}

/** The line `Max open files` of /proc/PID/limits (proc(5)); undefined where it is unlimited or can't be read. */
function openFilesLimit(pid: number | "self"): { soft: number; hard: number } | undefined {
  try {
    const limits = readFileSync(`/proc/${pid}/limits`, "latin1");
    const [, soft, hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(limits) ?? [];
    return soft === undefined || hard === undefined ? undefined : { soft: Number(soft), hard: Number(hard) };
  } catch {
    return undefined; // the caller has gone, or is somebody else's
  }
}

function isInherited(fd: number): boolean {
  if (fd <= 2) return false;
  try {
    return !readlinkSync(`/proc/self/fd/${fd}`).startsWith("anon_inode:");
  } catch {
    return false; // the one through which the directory was read
  }
}
