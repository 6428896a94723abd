// Starting, awaiting and ending processes through libc, with raw bytes in their arguments. Sources as in libc.ts.

import { ptr } from "bun:ffi";
import { constants } from "node:os";
import type { RawText } from "../core/raw-text.ts";
import { cString, cStrings, errno, failed, libc } from "./libc-calls.ts";
import { newerLibc, newestLibc } from "./newer-libc.ts";

// Native code reads these buffers through bare pointers, which the garbage collector does not see.
const pinned: { strings: unknown } = { strings: undefined };

/** What to start: `argv[0]` included, the environment as `NAME=value` strings. */
export type Program = { path: RawText; argv: readonly RawText[]; environment: readonly RawText[] };

// Sizes of glibc's opaque types on 64-bit Linux are 80, 336 and 128 bytes; a little more is reserved.
const FILE_ACTIONS_BYTES = 128;
const ATTRIBUTES_BYTES = 512;
const SIGNAL_SET_BYTES = 128;

const STANDARD_DESCRIPTORS = 3;

// Bun ignores these two for itself, and what is ignored stays so across exec (signal(7)).
const SIGNALS_BUN_IGNORES = [constants.signals.SIGPIPE, 25 /* SIGXFSZ */];

/**
 * Starts a program with raw bytes in its arguments, in the caller's process group and session (posix_spawn(3)).
 * @param descriptors Pairs [from, to]: descriptor `from` of this process becomes `to` in the child.
 * @param cwd Where it starts, as the first of a process group of its own; unless given, here and in ours.
 * @returns The child's pid, for `waitForChild`.
 * @throws {ZccacheError} `SYSTEM_CALL` with the errno as cause when it cannot be started.
 */
export function spawnProgram(
  program: Program,
  descriptors: readonly (readonly [number, number])[],
  cwd?: RawText,
): number {
  const actions = Buffer.alloc(FILE_ACTIONS_BYTES);
  const attributes = Buffer.alloc(ATTRIBUTES_BYTES);
  const defaults = Buffer.alloc(SIGNAL_SET_BYTES);
  for (const number of SIGNALS_BUN_IGNORES) {
    const bit = number - 1;
    defaults.writeUInt8(defaults.readUInt8(bit >> 3) | (1 << (bit & 7)), bit >> 3);
  }
  const POSIX_SPAWN_SETPGROUP = 2;
  const POSIX_SPAWN_SETSIGDEF = 4;
  libc.posix_spawn_file_actions_init(ptr(actions));
  libc.posix_spawnattr_init(ptr(attributes));
  try {
    for (const [from, to] of descriptors) libc.posix_spawn_file_actions_adddup2(ptr(actions), from, to);
    if (cwd !== undefined) {
      newerLibc().posix_spawn_file_actions_addchdir_np(ptr(actions), ptr(cString(cwd)));
      // All of ours are closed on exec, but for one that somebody else may have opened in this process.
      newestLibc()?.posix_spawn_file_actions_addclosefrom_np(ptr(actions), STANDARD_DESCRIPTORS);
    }
    const flags = POSIX_SPAWN_SETSIGDEF | (cwd === undefined ? 0 : POSIX_SPAWN_SETPGROUP);
    libc.posix_spawnattr_setflags(ptr(attributes), flags);
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
 * The whole process waits: for the client this is the point, the daemon only asks for one that has ended.
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
  const fd = Number(libc.syscall(SYS_pidfd_open, pid, 0, 0, 0, 0));
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
  if (Number(libc.syscall(SYS_pidfd_send_signal, fd, signal, 0, 0, 0)) >= 0) return;
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
