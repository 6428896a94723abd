// A daemon that kept a pipe of its starter open would stop whoever reads that pipe to its end.

import { closeSync, openSync, readdirSync, readlinkSync } from "node:fs";
import { isErrno } from "../core/errors.ts";
import { replaceDescriptor } from "../sys/libc.ts";

/** Standard input becomes the null device, output and errors the log file, or the null device where there is none. */
export function redirectStreams(logFile: string | undefined): void {
  const nothing = openSync("/dev/null", "r+");
  const output = openLog(logFile) ?? nothing;
  replaceDescriptor(nothing, 0);
  replaceDescriptor(output, 1);
  replaceDescriptor(output, 2);
  if (output !== nothing) closeSync(output);
  closeSync(nothing);
}

/**
 * Closes what the starter had open above 2: a pipe among it would keep its reader waiting. To be called before this
 * process has opened anything itself; what the runtime has open by then are anonymous inodes (epoll, eventfd).
 */
export function closeInherited(): void {
  for (const name of readdirSync("/proc/self/fd")) {
    const fd = Number(name);
    try {
      if (fd > 2 && !readlinkSync(`/proc/self/fd/${fd}`).startsWith("anon_inode:")) closeSync(fd);
    } catch (error) {
      if (!isErrno(error, "ENOENT", "EBADF")) throw error; // the one through which the directory was read
    }
  }
}

function openLog(path: string | undefined): number | undefined {
  if (path === undefined) return undefined;
  try {
    return openSync(path, "a", 0o600);
  } catch {
    return undefined; // the daemon serves without a log rather than not at all
  }
}
