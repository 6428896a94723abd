// System calls that neither Bun nor node:fs offers, through libc. Only this file and its neighbours libc-calls.ts,
// file-times.ts, read-lease.ts, newer-libc.ts, processes.ts, mounts.ts, statx.ts and inotify.ts use bun:ffi, which Bun
// calls experimental: everything else sees typed functions that throw ZccacheError with name and errno. Sources: the manual pages named at
// each function; constants are Linux's, equal on x86-64 and AArch64.

import { ptr } from "bun:ffi";
import { constants } from "node:os";
import { type RawText, rawFromBytes } from "../core/raw-text.ts";
import { checked, cString, errno, failed, libc } from "./libc-calls.ts";
import { statx } from "./statx.ts";

/**
 * Takes an exclusive advisory lock without waiting (flock(2)). It ends with the last descriptor of the open file.
 * @returns false if another open file holds it.
 */
export function lockExclusively(fd: number): boolean {
  const LOCK_EX_NB = 2 | 4;
  if (libc.flock(fd, LOCK_EX_NB) === 0) return true;
  const number = errno();
  if (number === constants.errno.EWOULDBLOCK) return false;
  throw failed("lock a file", number);
}

/** Process and user at the other end of a connected Unix socket, as of connect or listen (SO_PEERCRED, unix(7)). */
export function peerCredentials(fd: number): { pid: number; uid: number; gid: number } {
  const SOL_SOCKET = 1;
  const SO_PEERCRED = 17;
  const credentials = new Int32Array(3);
  const length = new Uint32Array([12]);
  checked("read the peer's credentials", libc.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ptr(credentials), ptr(length)));
  const [pid = 0, uid = -1, gid = -1] = credentials;
  return { pid, uid: uid >>> 0, gid: gid >>> 0 };
}

/** True if the other end of a connected socket is closed, now and not only once the event loop has heard of it (poll(2)). */
export function hasHungUp(fd: number): boolean {
  const POLLERR_HUP_RDHUP = 0x8 | 0x10 | 0x2000;
  const request = new Int32Array([fd, POLLERR_HUP_RDHUP]); // struct pollfd: int fd, short events, short revents
  if (libc.poll(ptr(request), 1, 0) <= 0) return false;
  return (request[1] ?? 0) >>> 16 !== 0;
}

/** The target of a symbolic link of at most 255 bytes, as `readlink(2)` gives it. 1 µs, where node:fs takes 10. */
export function readShortLink(path: RawText): RawText {
  const target = Buffer.allocUnsafe(256);
  const length = checked("read a link", Number(libc.readlink(ptr(cString(path)), ptr(target), target.length)));
  if (length === target.length) throw failed("read a link", constants.errno.ENAMETOOLONG);
  return rawFromBytes(target.subarray(0, length));
}

/** Device and inode of the file that a path leads to, as text (statx(2)). */
export function identityOf(path: RawText): string {
  const STATX_INO = 0x100;
  const INODE_AT = 32; // of struct statx: stx_ino u64; the device as two u32 at 136
  const DEVICE_AT = 136;
  const found = statx(path, STATX_INO);
  if (found === undefined) throw failed("look at a file");
  return `${found.readBigUInt64LE(DEVICE_AT)}:${found.readBigUInt64LE(INODE_AT)}`;
}

/** An anonymous file in memory, closed on exec (memfd_create(2)). */
export function createMemoryFile(name: string): number {
  const MFD_CLOEXEC = 1;
  return checked("create a memory file", libc.memfd_create(ptr(cString(name)), MFD_CLOEXEC));
}

/** A pipe, both ends closed on exec; a full one lets its writer go on with EAGAIN (pipe2(2)). */
export function createPipe(): { readEnd: number; writeEnd: number } {
  const O_CLOEXEC = 0o2000000;
  const F_SETFL = 4;
  const O_NONBLOCK = 0o4000;
  const ends = new Int32Array(2);
  checked("make a pipe", libc.pipe2(ptr(ends), O_CLOEXEC));
  const [readEnd = -1, writeEnd = -1] = ends;
  checked("change a descriptor", libc.fcntl(writeEnd, F_SETFL, O_NONBLOCK));
  return { readEnd, writeEnd };
}

/** Columns of the terminal that a descriptor leads to; 0 if it leads to none (TIOCGWINSZ, ioctl_tty(2)). */
export function terminalColumns(fd: number): number {
  const TIOCGWINSZ = 0x5413;
  const window = new Uint16Array(4);
  if (libc.ioctl(fd, TIOCGWINSZ, ptr(window)) < 0) return 0;
  return window[1] ?? 0;
}

/**
 * Nanoseconds since 1970 by the clock that the kernel stamps files with, which moves once a tick: a write after this call
 * is stamped with its result or with a later time (CLOCK_REALTIME_COARSE, clock_gettime(2)).
 */
export function fileClockNs(): bigint {
  return timeOf(CLOCK.realtimeCoarse);
}

/**
 * The same time, exactly. Kernels from 6.13 on stamp a file with it that was looked at since it was last changed, ahead of
 * the other clock (Documentation/filesystems/multigrain-ts.rst).
 */
export function wallClockNs(): bigint {
  return timeOf(CLOCK.realtime);
}

const CLOCK = { realtime: 0, realtimeCoarse: 5 };

function timeOf(clock: number): bigint {
  const time = new BigInt64Array(2);
  checked("read the clock", libc.clock_gettime(clock, ptr(time)));
  const [seconds = 0n, nanoseconds = 0n] = time;
  return seconds * 1_000_000_000n + nanoseconds;
}

/** Makes descriptor `to` the same open file as `from`; what `to` was is closed (dup2(2)). */
export function replaceDescriptor(from: number, to: number): void {
  checked("replace a descriptor", libc.dup2(from, to));
}

/** Lets a descriptor be inherited again; Bun marks all above 2 close-on-exec at its start. */
export function setInheritable(fd: number): void {
  const F_SETFD = 2;
  checked("change a descriptor", libc.fcntl(fd, F_SETFD, 0));
}

/** Sets how many descriptors this process and its children may have open (RLIMIT_NOFILE, setrlimit(2)). */
export function limitOpenFiles(soft: number, hard: number): void {
  const RLIMIT_NOFILE = 7;
  const limits = new BigUint64Array([BigInt(soft), BigInt(hard)]);
  checked("limit open files", libc.setrlimit(RLIMIT_NOFILE, ptr(limits)));
}
