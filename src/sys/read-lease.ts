// Read leases (fcntl(2), "Leases"): whether somebody has a file open for writing, mapped or not, and the certainty that
// nobody opens it so for a moment.

import { libc } from "./libc-calls.ts";

/**
 * Does something with a file while nobody has it open for writing; whoever opens it meanwhile waits until this returns, so
 * it must be short. Only the file's owner can have that.
 * @param fd Open for reading only.
 * @returns undefined if somebody has it open for writing, or the file system can't tell.
 */
export function whileNobodyWrites<T>(fd: number, work: () => T): T | undefined {
  // Whoever has to wait makes the kernel send us a signal: SIGIO, which ends a process, unless it is told of another one.
  if (libc.fcntl(fd, F_SETSIG, SIGURG) < 0 || libc.fcntl(fd, F_SETLEASE, F_RDLCK) < 0) return undefined;
  try {
    return work();
  } finally {
    libc.fcntl(fd, F_SETLEASE, F_UNLCK);
  }
}

const F_SETSIG = 10;
const F_SETLEASE = 1024;
const F_RDLCK = 0;
const F_UNLCK = 2;
/** Ignored unless somebody handles it (signal(7)). */
const SIGURG = 23;
