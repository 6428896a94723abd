// Mounts of this process's namespace: which one a path leads into, and whether any came or went.

import { ptr } from "bun:ffi";
import { openSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { libc } from "./libc-calls.ts";
import { statx } from "./statx.ts";

/**
 * Number of the mount that a path leads into, which no other mount ever gets until the next boot (STATX_MNT_ID_UNIQUE,
 * statx(2)); undefined before Linux 6.8, or if there is nothing.
 */
export function mountOf(path: RawText): bigint | undefined {
  const STATX_MNT_ID_UNIQUE = 0x4000;
  const MOUNT_AT = 144; // of struct statx: stx_mnt_id u64; stx_mask, which tells what is filled in, at 0
  const found = statx(path, STATX_MNT_ID_UNIQUE);
  if (found === undefined) return undefined;
  return (found.readUInt32LE(0) & STATX_MNT_ID_UNIQUE) === 0 ? undefined : found.readBigUInt64LE(MOUNT_AT);
}

/**
 * Makes a function that tells whether anything was mounted, unmounted or moved since it was made or called last (poll on
 * /proc/self/mountinfo, proc(5)). 0.3 µs; always true where that can't be told. Its descriptor lives as long as the process.
 */
export function mountChanges(): () => boolean {
  const POLLPRI = 0x2;
  try {
    // struct pollfd { int fd; short events, revents; }
    const request = new Int32Array([openSync("/proc/self/mountinfo", "r"), POLLPRI]);
    return () => libc.poll(ptr(request), 1, 0) > 0 && (((request[1] ?? 0) >>> 16) & POLLPRI) !== 0;
  } catch {
    return () => true;
  }
}
