// The kernel's file change notifications (inotify(7)) and mount notifications (poll on /proc/self/mountinfo, proc(5)),
// both read when asked for and never by an event loop: what changed before a request was sent is in the queue when the
// request is there. Beside libc.ts the only user of bun:ffi, with buffers of its own that live as long as the process.

import { dlopen, FFIType, ptr, read } from "bun:ffi";
import { openSync } from "node:fs";
import { ZccacheError } from "../core/errors.ts";
import { type RawText, rawToBytes } from "../core/raw-text.ts";

const { i32, i64_fast, u32, u64, ptr: pointer } = FFIType;

/** Bits of an event's mask, and of the mask that a watch is added with (inotify(7); equal on all architectures). */
export const EVENT = {
  modify: 0x2,
  attributes: 0x4,
  closeWrite: 0x8,
  movedFrom: 0x40,
  movedTo: 0x80,
  create: 0x100,
  delete: 0x200,
  overflow: 0x4000,
  ignored: 0x8000,
  onlyDirectory: 0x0100_0000,
  dontFollow: 0x0200_0000,
  exceptUnlinked: 0x0400_0000,
} as const;

/** One event: `name` is empty if it happened to the watched file itself. */
export type OnEvent = (watch: number, mask: number, name: RawText) => void;

/** One queue of changes. */
export type ChangeQueue = Disposable & {
  /** Watches the file at `path`. @returns a number ≥ 0 that its events carry, equal for equal files; -1 on any error. */
  add(path: RawText, mask: number): number;
  /** Ends a watch. Events of it that are queued still come. */
  remove(watch: number): void;
  /** Hands over everything that is queued. The kernel queues an event before the call that causes it returns. 0.4 µs. */
  drain(onEvent: OnEvent): void;
  /** True if something was mounted, unmounted or moved since the last time. 0.3 µs. */
  mountsChanged(): boolean;
};

// struct inotify_event: int wd, u32 mask, u32 cookie, u32 len, then len bytes of NUL-padded name.
const HEADER_BYTES = 16;
const BUFFER_BYTES = 64 * 1024;
/** A read that leaves this much room has emptied the queue: the longest event takes 16 + 256 bytes. */
const FULL_BYTES = BUFFER_BYTES - 4096;

/** Opens a queue. @throws {ZccacheError} `SYSTEM_CALL` where the kernel gives none (limit of instances reached). */
export function openChangeQueue(): ChangeQueue {
  const { symbols: libc } = dlopen("libc.so.6", {
    __errno_location: { args: [], returns: pointer },
    close: { args: [i32], returns: i32 },
    inotify_add_watch: { args: [i32, pointer, u32], returns: i32 },
    inotify_init1: { args: [i32], returns: i32 },
    inotify_rm_watch: { args: [i32, i32], returns: i32 },
    poll: { args: [pointer, u64, i32], returns: i32 },
    read: { args: [i32, pointer, u64], returns: i64_fast },
  });
  const IN_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
  const queue = libc.inotify_init1(IN_NONBLOCK_CLOEXEC);
  if (queue < 0) {
    const location = libc.__errno_location();
    throw new ZccacheError(
      "SYSTEM_CALL",
      `Cannot watch files: errno ${location === null ? "unknown" : read.i32(location, 0)}`,
    );
  }
  const bytes = Buffer.alloc(BUFFER_BYTES);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, BUFFER_BYTES / 4);
  const mounts = mountPoll();
  const bufferAt = ptr(bytes);
  const mountsAt = ptr(mounts);
  return {
    add: (path, mask) => libc.inotify_add_watch(queue, ptr(rawToBytes(`${path}\0`)), mask),
    remove: (watch) => void libc.inotify_rm_watch(queue, watch),
    drain(onEvent) {
      for (;;) {
        const length = Number(libc.read(queue, bufferAt, BUFFER_BYTES));
        if (length <= 0) return;
        for (let at = 0; at < length; ) {
          const word = at >> 2;
          const nameBytes = words[word + 3] ?? 0;
          onEvent(words[word] ?? -1, words[word + 1] ?? 0, nameAt(bytes, at + HEADER_BYTES, nameBytes));
          at += HEADER_BYTES + nameBytes;
        }
        if (length < FULL_BYTES) return;
      }
    },
    mountsChanged() {
      if (libc.poll(mountsAt, 1, 0) <= 0) return false;
      return (((mounts[1] ?? 0) >>> 16) & POLLPRI) !== 0;
    },
    [Symbol.dispose]: () => void libc.close(queue),
  };
}

const POLLPRI = 0x2;

/** struct pollfd { int fd; short events, revents; }. The descriptor stays open as long as the process lives. */
function mountPoll(): Int32Array {
  return new Int32Array([openSync("/proc/self/mountinfo", "r"), POLLPRI]);
}

function nameAt(bytes: Buffer, start: number, length: number): RawText {
  if (length === 0) return "";
  let end = start;
  while (end < start + length && bytes[end] !== 0) end += 1;
  return bytes.toString("latin1", start, end);
}
