// The C library's functions that we call, and what every call needs: its errors as ours, and strings as it wants them. For
// the calls of this folder only.

import { dlopen, FFIType, ptr, read } from "bun:ffi";
import { constants } from "node:os";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, rawToBytes } from "../core/raw-text.ts";

const { i32, i64, u32, u64, ptr: pointer } = FFIType;

/** By name. */
export const { symbols: libc } = dlopen("libc.so.6", {
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
  pipe2: { args: [pointer, i32], returns: i32 },
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
  syscall: { args: [i64, i64, i64, i64, i64, i64], returns: i64 },
  waitpid: { args: [i32, pointer, i32], returns: i32 },
});

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** Of the call before, unless it went well. */
export function errno(): number {
  const location = libc.__errno_location();
  return location === null ? 0 : read.i32(location, 0);
}

/** `SYSTEM_CALL`, the errno its cause. @param call What was to be done, as in «Cannot …». */
export function failed(call: string, number = errno()): ZccacheError {
  const name = names.get(number) ?? `errno ${number}`;
  return new ZccacheError("SYSTEM_CALL", `Cannot ${call}: ${name}`, {
    cause: Object.assign(new Error(name), { code: name }),
  });
}

/** The result of a call that says by a negative one that it failed. @throws as `failed`. */
export function checked(call: string, result: number): number {
  if (result < 0) throw failed(call);
  return result;
}

/** A NUL-terminated copy of `text`. */
export function cString(text: RawText): Buffer {
  return rawToBytes(`${text}\0`);
}

/** A NULL-terminated array of C strings. The result keeps the strings alive as long as it is referenced itself. */
export function cStrings(members: readonly RawText[]): { pointers: BigUint64Array; strings: Buffer[] } {
  const strings = members.map(cString);
  const pointers = new BigUint64Array(strings.length + 1);
  strings.forEach((bytes, index) => {
    pointers[index] = BigInt(ptr(bytes));
  });
  return { pointers, strings };
}
