// Sets when a file was changed, to the nanosecond: what Bun and node:fs offer takes a double, which rounds to 240 of them.

import { dlopen, FFIType, ptr } from "bun:ffi";
import { checked } from "./libc-calls.ts";

let calls: ReturnType<typeof open> | undefined;

/** Sets the time of last change of an open file, in nanoseconds since 1970 (futimens(2)). Needs to be its owner. */
export function setChangeTime(fd: number, nanoseconds: bigint): void {
  const within = ((nanoseconds % SECOND) + SECOND) % SECOND;
  setTimes(fd, [0n, UTIME_OMIT, (nanoseconds - within) / SECOND, within]);
}

/**
 * Likewise, all its times, to what the kernel stamps a file with that is made now. Who watches it hears of attributes then;
 * setting one time alone is told as a write (fsnotify_change() of the kernel's fs/attr.c).
 */
export function setMadeNow(fd: number): void {
  setTimes(fd, [0n, UTIME_NOW, 0n, UTIME_NOW]);
}

const UTIME_NOW = (1n << 30n) - 1n;
const UTIME_OMIT = (1n << 30n) - 2n;

const SECOND = 1_000_000_000n;

/** @param times Two struct timespec: of the last access and of the last change. */
function setTimes(fd: number, times: readonly bigint[]): void {
  calls ??= open();
  checked("set the time of a file", calls.symbols.futimens(fd, ptr(new BigInt64Array(times))));
}

function open() {
  return dlopen("libc.so.6", { futimens: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 } });
}
