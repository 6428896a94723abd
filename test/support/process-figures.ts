// What a running process takes, as proc(5) has it.

import { readdirSync, readFileSync } from "node:fs";

/** Bytes of memory that are its own now (`VmRSS`). */
export function residentOf(pid: number): number {
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]);
}

/** Open descriptors. */
export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
