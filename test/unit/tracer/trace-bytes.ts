// Trace buffers made by hand, byte by byte as native/record.h lays them out.

import {
  BUFFER_MAGIC,
  HEADER,
  HEADER_BYTES,
  KINDS,
  RECORD,
  RECORD_HEAD_BYTES,
  type TraceKind,
} from "../../../src/tracer/record-format.ts";

/** A record to write: what is left out is pid 100, success, no flags, no text. */
export type HandMade = {
  readonly kind: TraceKind;
  readonly pid?: number;
  readonly error?: number;
  readonly flags?: number;
  readonly relative?: boolean;
  readonly text?: string;
  /** Inode of what was opened, on device 1. */
  readonly inode?: bigint;
};

const letters = new Map(Object.entries(KINDS).map(([letter, kind]) => [kind, letter]));

/** One record's bytes. */
export function recordBytes(record: HandMade): Buffer {
  const { kind, pid = 100, error = 0, flags = 0, relative = false, text = "", inode = 0n } = record;
  const size = (RECORD_HEAD_BYTES + text.length + 1 + 7) & ~7;
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32LE(size, RECORD.size);
  bytes.writeUInt32LE(pid, RECORD.pid);
  bytes.write(letters.get(kind) ?? "", RECORD.kind, "latin1");
  bytes.writeUInt8(relative ? 1 : 0, RECORD.relative);
  bytes.writeInt32LE(error, RECORD.error);
  bytes.writeUInt32LE(flags, RECORD.flags);
  bytes.writeUInt32LE(text.length, RECORD.length);
  bytes.writeBigUInt64LE(1n, RECORD.device);
  bytes.writeBigUInt64LE(inode, RECORD.inode);
  bytes.write(text, RECORD_HEAD_BYTES, "latin1");
  return bytes;
}

/** A whole buffer with these records. */
export function traceBytes(records: readonly HandMade[]): Buffer {
  const body = Buffer.concat(records.map(recordBytes));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(BUFFER_MAGIC, HEADER.magic);
  header.writeUInt32LE(1 << 20, HEADER.capacity);
  header.writeUInt32LE(HEADER_BYTES + body.length, HEADER.used);
  return Buffer.concat([header, body]);
}
