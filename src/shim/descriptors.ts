// Descriptors above 2 that the caller left open for the tool, a job server's for example. Bun marks all of them
// close-on-exec at its start and opens two of its own (epoll, eventfd), which are anonymous inodes.

import { readdirSync, readlinkSync } from "node:fs";

/** Numbers of inherited descriptors. Only right before this process has opened any itself: call it first of all. */
export function inheritedDescriptors(): number[] {
  return readdirSync("/proc/self/fd").map(Number).filter(isInherited);
}

function isInherited(fd: number): boolean {
  if (fd <= 2) return false;
  try {
    return !readlinkSync(`/proc/self/fd/${fd}`).startsWith("anon_inode:");
  } catch {
    return false; // the one through which the directory was read
  }
}
