// Sets when a file was changed, to the nanosecond: what Bun and node:fs offer takes a double, which rounds to 240 of them.

import { dlopen, FFIType, ptr } from "bun:ffi";
import { checked } from "./libc-calls.ts";

let calls: ReturnType<typeof open> | undefined;

/** Sets the time of last change of an open file, in nanoseconds since 1970 (futimens(2)). Needs to be its owner. */
export function setChangeTime(fd: number, nanoseconds: bigint): void {
  const within = ((nanoseconds % SECOND) + SECOND) % SECOND;
  setTimes(fd, (nanoseconds - within) / SECOND, within);
}

/** Likewise, to what the kernel stamps a file with that is written now. */
export function setChangedNow(fd: number): void {
  const UTIME_NOW = (1n << 30n) - 1n;
  setTimes(fd, 0n, UTIME_NOW);
}

const SECOND = 1_000_000_000n;

function setTimes(fd: number, seconds: bigint, nanoseconds: bigint): void {
  const UTIME_OMIT = (1n << 30n) - 2n;
  // Two struct timespec: of the last access, which stays, and of the last change.
  const times = new BigInt64Array([0n, UTIME_OMIT, seconds, nanoseconds]);
  calls ??= open();
  checked("set the time of a file", calls.symbols.futimens(fd, ptr(times)));
}

function open() {
  return dlopen("libc.so.6", { futimens: { args: [FFIType.i32, FFIType.ptr], returns: FFIType.i32 } });
}
