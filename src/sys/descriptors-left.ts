// How many more descriptors this process may open.

import { readdirSync, readFileSync } from "node:fs";

// At the limit Bun's accept loop spins, and neither files nor programs can be opened: so many are for the work itself.
const RESERVE = 32;

/** Descriptors that may be promised to clients, those that are open and a reserve left out (getrlimit(2)). */
export function descriptorsLeft(): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1")) ?? [];
  if (soft === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(0, Number(soft) - readdirSync("/proc/self/fd").length - RESERVE);
}
