// statx(2), which tells more of a file than the runtime's stat, and about a path in any bytes.

import { ptr } from "bun:ffi";
import type { RawText } from "../core/raw-text.ts";
import { cString, libc } from "./libc-calls.ts";

// The system call itself: musl has had a function for it since 1.2.5 only.
const SYS_statx = process.arch === "arm64" ? 291 : 332;
const STATX_BYTES = 256;

/** struct statx of what `path` leads to, with the fields of `mask` if the kernel knows them; undefined after an error (`errno`). */
export function statx(path: RawText, mask: number): Buffer | undefined {
  const AT_FDCWD = -100;
  const name = cString(path);
  const found = Buffer.alloc(STATX_BYTES);
  return Number(libc.syscall(SYS_statx, AT_FDCWD, ptr(name), 0, mask, ptr(found))) < 0 ? undefined : found;
}
