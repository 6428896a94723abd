// The memory that the processes of one traced run share with us.

import { closeSync, ftruncateSync, readSync, writeSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { createMemoryFile } from "../sys/libc.ts";
import type { SelfImage } from "../sys/self-image.ts";
import { BUFFER_MAGIC, HEADER, HEADER_BYTES } from "./record-format.ts";

/** Where one run writes its trace. */
export type TraceBuffer = Disposable & {
  /** Of the memory file, close-on-exec. */
  readonly fd: number;
  /** Value of ZCC_TRACE. Good for processes of the same user, in the same pid namespace, as long as the buffer is open. */
  readonly path: RawText;
  /** A copy of what has been written so far, header included: input of `readRecords` and `observe`. */
  read(): Uint8Array;
  /** As `read`, without the first `from` bytes; nothing if no more was written. */
  readFrom(from: number): Uint8Array;
};

/** 32 MiB, some 350,000 records. The file is sparse: only what is written takes memory. */
const CAPACITY = 32 << 20;

/**
 * Makes an empty buffer in memory. It is no file on disk, because a write to a mapped file on a full disk would be a
 * SIGBUS in the compiler.
 * @param capacity Of the file, in bytes.
 * @param self Our own executable: a traced program that starts it under a tool's name is led to the tool.
 * @throws {ZccacheError} `SYSTEM_CALL` when there are no descriptors left.
 */
export function createTraceBuffer(capacity: number = CAPACITY, self?: SelfImage): TraceBuffer {
  const fd = createMemoryFile("zccache-trace");
  ftruncateSync(fd, capacity);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(BUFFER_MAGIC, HEADER.magic);
  header.writeUInt32LE(capacity, HEADER.capacity);
  header.writeUInt32LE(HEADER_BYTES, HEADER.used);
  header.writeBigUInt64LE(self?.device ?? 0n, HEADER.self);
  header.writeBigUInt64LE(self?.inode ?? 0n, HEADER.self + 8);
  writeSync(fd, header, 0, HEADER_BYTES, 0);
  return {
    fd,
    path: `/proc/${process.pid}/fd/${fd}`,
    read: () => readTrace(fd),
    readFrom: (from) => readTrace(fd, from),
    [Symbol.dispose]: () => closeSync(fd),
  };
}

/** As `TraceBuffer.readFrom`, for whoever has only the descriptor. */
export function readTrace(fd: number, from = 0): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  readSync(fd, header, 0, HEADER_BYTES, 0);
  const used = Number(header.readBigUInt64LE(HEADER.used));
  const end = Math.min(used, header.readUInt32LE(HEADER.capacity), CAPACITY);
  // Of its own, so that numbers in it are aligned, and not zeroed: it is filled or cut.
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, end - from));
  let offset = 0;
  while (offset < bytes.length) {
    const got = readSync(fd, bytes, offset, bytes.length - offset, from + offset);
    if (got === 0) break;
    offset += got;
  }
  return bytes.subarray(0, offset);
}
