// System calls that neither Bun nor node:fs offers, through libc. The only file that uses bun:ffi, which Bun calls
// experimental: everything else sees typed functions that throw ZccacheError with the call's name and errno.
// Sources: the manual pages named at each function; constants are Linux's, equal on x86-64 and AArch64.

import { dlopen, FFIType, ptr, read } from "bun:ffi";
import { constants } from "node:os";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, rawFromBytes, rawToBytes } from "../core/raw-text.ts";

const { i32, i64, u32, u64, ptr: pointer } = FFIType;

const { symbols: libc } = dlopen("libc.so.6", {
  __errno_location: { args: [], returns: pointer },
  clock_gettime: { args: [i32, pointer], returns: i32 },
  dup2: { args: [i32, i32], returns: i32 },
  execve: { args: [pointer, pointer, pointer], returns: i32 },
  fcntl: { args: [i32, i32, i32], returns: i32 },
  flock: { args: [i32, i32], returns: i32 },
  getsockopt: { args: [i32, i32, i32, pointer, pointer], returns: i32 },
  ioctl: { args: [i32, u64, pointer], returns: i32 },
  kill: { args: [i32, i32], returns: i32 },
  memfd_create: { args: [pointer, u32], returns: i32 },
  poll: { args: [pointer, u64, i32], returns: i32 },
  posix_spawn: { args: [pointer, pointer, pointer, pointer, pointer, pointer], returns: i32 },
  posix_spawn_file_actions_adddup2: { args: [pointer, i32, i32], returns: i32 },
  posix_spawn_file_actions_destroy: { args: [pointer], returns: i32 },
  posix_spawn_file_actions_init: { args: [pointer], returns: i32 },
  posix_spawnattr_destroy: { args: [pointer], returns: i32 },
  posix_spawnattr_init: { args: [pointer], returns: i32 },
  posix_spawnattr_setflags: { args: [pointer, i32], returns: i32 },
  posix_spawnattr_setsigdefault: { args: [pointer, pointer], returns: i32 },
  readlink: { args: [pointer, pointer, u64], returns: i64 },
  setrlimit: { args: [i32, pointer], returns: i32 },
  signal: { args: [i32, pointer], returns: u64 },
  statx: { args: [i32, pointer, i32, u32, pointer], returns: i32 },
  syscall: { args: [i64, i64, i64, i64, i64], returns: i64 },
  waitpid: { args: [i32, pointer, i32], returns: i32 },
});

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

function errno(): number {
  const location = libc.__errno_location();
  return location === null ? 0 : read.i32(location, 0);
}

function failed(call: string, number = errno()): ZccacheError {
  const name = names.get(number) ?? `errno ${number}`;
  return new ZccacheError("SYSTEM_CALL", `Cannot ${call}: ${name}`, {
    cause: Object.assign(new Error(name), { code: name }),
  });
}

function checked(call: string, result: number): number {
  if (result < 0) throw failed(call);
  return result;
}

/** A NUL-terminated copy of `text`. */
function cString(text: RawText): Buffer {
  return rawToBytes(`${text}\0`);
}

/** A NULL-terminated array of C strings. The result keeps the strings alive as long as it is referenced itself. */
function cStrings(members: readonly RawText[]): { pointers: BigUint64Array; strings: Buffer[] } {
  const strings = members.map(cString);
  const pointers = new BigUint64Array(strings.length + 1);
  strings.forEach((bytes, index) => {
    pointers[index] = BigInt(ptr(bytes));
  });
  return { pointers, strings };
}

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
  const AT_FDCWD = -100;
  const STATX_INO = 0x100;
  const INODE_AT = 32; // of struct statx: stx_ino u64; the device as two u32 at 136
  const DEVICE_AT = 136;
  const found = Buffer.alloc(256);
  checked("look at a file", libc.statx(AT_FDCWD, ptr(cString(path)), 0, STATX_INO, ptr(found)));
  return `${found.readBigUInt64LE(DEVICE_AT)}:${found.readBigUInt64LE(INODE_AT)}`;
}

/** An anonymous file in memory, closed on exec (memfd_create(2)). */
export function createMemoryFile(name: string): number {
  const MFD_CLOEXEC = 1;
  return checked("create a memory file", libc.memfd_create(ptr(cString(name)), MFD_CLOEXEC));
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
  const CLOCK_REALTIME_COARSE = 5;
  const time = new BigInt64Array(2);
  checked("read the clock", libc.clock_gettime(CLOCK_REALTIME_COARSE, ptr(time)));
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

// Native code reads these buffers through bare pointers, which the garbage collector does not see.
const pinned: { strings: unknown } = { strings: undefined };

/** Sets how many descriptors this process and its children may have open (RLIMIT_NOFILE, setrlimit(2)). */
export function limitOpenFiles(soft: number, hard: number): void {
  const RLIMIT_NOFILE = 7;
  const limits = new BigUint64Array([BigInt(soft), BigInt(hard)]);
  checked("limit open files", libc.setrlimit(RLIMIT_NOFILE, ptr(limits)));
}

/** What to start: `argv[0]` included, the environment as `NAME=value` strings. */
export type Program = { path: RawText; argv: readonly RawText[]; environment: readonly RawText[] };

// Sizes of glibc's opaque types on 64-bit Linux are 80, 336 and 128 bytes; a little more is reserved.
const FILE_ACTIONS_BYTES = 128;
const ATTRIBUTES_BYTES = 512;
const SIGNAL_SET_BYTES = 128;

// Bun ignores these two for itself, and what is ignored stays so across exec (signal(7)).
const SIGNALS_BUN_IGNORES = [constants.signals.SIGPIPE, 25 /* SIGXFSZ */];

/**
 * Starts a program with raw bytes in its arguments, in the caller's process group and session (posix_spawn(3)).
 * @param descriptors Pairs [from, to]: descriptor `from` of this process becomes `to` in the child.
 * @returns The child's pid, for `waitForChild`.
 * @throws {ZccacheError} `SYSTEM_CALL` with the errno as cause when it cannot be started.
 */
export function spawnProgram(program: Program, descriptors: readonly (readonly [number, number])[]): number {
  const actions = Buffer.alloc(FILE_ACTIONS_BYTES);
  const attributes = Buffer.alloc(ATTRIBUTES_BYTES);
  const defaults = Buffer.alloc(SIGNAL_SET_BYTES);
  for (const number of SIGNALS_BUN_IGNORES) {
    const bit = number - 1;
    defaults.writeUInt8(defaults.readUInt8(bit >> 3) | (1 << (bit & 7)), bit >> 3);
  }
  const POSIX_SPAWN_SETSIGDEF = 4;
  libc.posix_spawn_file_actions_init(ptr(actions));
  libc.posix_spawnattr_init(ptr(attributes));
  try {
    for (const [from, to] of descriptors) libc.posix_spawn_file_actions_adddup2(ptr(actions), from, to);
    libc.posix_spawnattr_setflags(ptr(attributes), POSIX_SPAWN_SETSIGDEF);
    libc.posix_spawnattr_setsigdefault(ptr(attributes), ptr(defaults));
    const path = cString(program.path);
    const argv = cStrings(program.argv);
    const environment = cStrings(program.environment);
    const pid = new Int32Array(1);
    pinned.strings = [path, argv, environment];
    const result = libc.posix_spawn(
      ptr(pid),
      ptr(path),
      ptr(actions),
      ptr(attributes),
      ptr(argv.pointers),
      ptr(environment.pointers),
    );
    if (result !== 0) throw failed(`start "${program.path}"`, result);
    return pid[0] ?? -1;
  } finally {
    pinned.strings = undefined;
    libc.posix_spawn_file_actions_destroy(ptr(actions));
    libc.posix_spawnattr_destroy(ptr(attributes));
  }
}

/**
 * Blocks until a child has ended (waitpid(2)). Its exit code, or the signal that killed it; the code is 0 then.
 * The whole process waits: for the client this is the point, the daemon never calls it.
 */
export function waitForChild(pid: number): { exitCode: number; signal: number | undefined } {
  const status = new Int32Array(1);
  while (libc.waitpid(pid, ptr(status), 0) < 0) {
    const number = errno();
    if (number !== constants.errno.EINTR) throw failed("wait for a child", number);
  }
  const value = status[0] ?? 0;
  const signal = value & 0x7f;
  return signal === 0 ? { exitCode: (value >> 8) & 0xff, signal: undefined } : { exitCode: 0, signal };
}

/**
 * Replaces this process by a program (execve(2)); returns only by throwing.
 * @throws {ZccacheError} `SYSTEM_CALL` with the errno as cause.
 */
export function becomeProgram(program: Program): never {
  const SIG_DFL = null;
  for (const number of SIGNALS_BUN_IGNORES) libc.signal(number, SIG_DFL);
  const path = cString(program.path);
  const argv = cStrings(program.argv);
  const environment = cStrings(program.environment);
  pinned.strings = [path, argv, environment];
  libc.execve(ptr(path), ptr(argv.pointers), ptr(environment.pointers));
  throw failed(`run "${program.path}"`);
}

/**
 * A descriptor that stands for a process and never for a later one of the same pid, closed on exec (pidfd_open(2), which
 * older C libraries have no function for). @returns undefined if there is no such process.
 */
export function openProcess(pid: number): number | undefined {
  const SYS_pidfd_open = 434;
  const fd = Number(libc.syscall(SYS_pidfd_open, pid, 0, 0, 0));
  if (fd >= 0) return fd;
  const number = errno();
  if (number === constants.errno.ESRCH || number === constants.errno.EINVAL) return undefined;
  throw failed("open a process", number);
}

/** True if there is a process with this pid, be it one that only waits to be reaped. 1 µs (kill(2) with signal 0). */
export function processExists(pid: number): boolean {
  return libc.kill(pid, 0) === 0 || errno() !== constants.errno.ESRCH;
}

/** Signals the process that a descriptor of `openProcess` stands for; one that has ended is no error (pidfd_send_signal(2)). */
export function signalProcess(fd: number, signal: number): void {
  const SYS_pidfd_send_signal = 424;
  if (Number(libc.syscall(SYS_pidfd_send_signal, fd, signal, 0, 0)) >= 0) return;
  const number = errno();
  if (number !== constants.errno.ESRCH) throw failed("signal a process", number);
}

/** Ends this process by a signal with its default action, as the tool that it stands for ended. */
export function dieBySignal(signal: number): never {
  libc.signal(signal, null);
  process.kill(process.pid, signal);
  // Delivered at the latest when the call returns; a signal whose default is to be ignored falls through.
  process.exit(128 + signal);
}
