// Reads the trace buffer. Its writers are processes that may die at any point, so nothing in it is taken on trust.

import type { FileIdentity } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import {
  BUFFER_MAGIC,
  HEADER,
  HEADER_BYTES,
  KINDS,
  RECORD,
  RECORD_HEAD_BYTES,
  type TraceKind,
} from "./record-format.ts";

/** One thing that one process did. */
export type TraceRecord = {
  readonly kind: TraceKind;
  readonly pid: number;
  /** errno of the call; 0 if it succeeded. */
  readonly error: number;
  /** By kind: bits of `OPEN`, a pid, a descriptor … (record-format.ts, native/record.h). */
  readonly flags: number;
  /** True if the path was spelled relative to the current directory of its process; `text` is absolute all the same. */
  readonly relative: boolean;
  /** A path, a name; "" if there is none. */
  readonly text: RawText;
  /** The new name, of `rename` and `hard-link` only; else "". */
  readonly second: RawText;
  /** Which file was opened, where that was asked. */
  readonly file: FileIdentity | undefined;
};

/**
 * Takes a trace buffer apart.
 * @param bytes The used part of the buffer: `TraceBuffer.read()`.
 * @returns The records in the order in which room for them was taken, and undefined or what is wrong with the buffer, in
 * words; the records are those before the damage then.
 */
export function readRecords(bytes: Uint8Array): { records: TraceRecord[]; damage: string | undefined } {
  if (bytes.length < HEADER_BYTES) return { records: [], damage: "no header" };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(HEADER.magic, true) !== BUFFER_MAGIC) return { records: [], damage: "not a trace buffer" };
  const lost = view.getUint32(HEADER.lost, true) !== 0;
  const used = Number(view.getBigUint64(HEADER.used, true));
  const records: TraceRecord[] = [];
  const end = Math.min(used, bytes.length);
  let offset = HEADER_BYTES;
  while (offset < end) {
    const record = readRecord(view, offset, end);
    if (typeof record === "string") return { records, damage: lost ? "records lost" : record };
    records.push(record.record);
    offset += record.size;
  }
  return { records, damage: lost ? "records lost" : used > bytes.length ? "buffer cut short" : undefined };
}

type SizedRecord = { record: TraceRecord; size: number };

/** One record, or what is wrong with it. */
function readRecord(view: DataView, offset: number, end: number): SizedRecord | string {
  if (offset + RECORD_HEAD_BYTES > end) return "record cut short";
  const field = (at: number): number => view.getUint32(offset + at, true);
  const size = field(RECORD.size);
  if (size === 0) return "record not finished";
  const length = field(RECORD.length);
  if (size % 8 !== 0 || RECORD_HEAD_BYTES + length + 1 > size || offset + size > end)
    return "record of impossible size";
  const kind = kinds.get(String.fromCharCode(view.getUint8(offset + RECORD.kind)));
  if (kind === undefined) return "record of unknown kind";
  const all = Buffer.from(view.buffer, view.byteOffset + offset + RECORD_HEAD_BYTES, length).toString("latin1");
  const cut = all.indexOf("\0");
  const [text, second] = cut < 0 ? [all, ""] : [all.slice(0, cut), all.slice(cut + 1)];
  const error = view.getInt32(offset + RECORD.error, true);
  const relative = view.getUint8(offset + RECORD.relative) !== 0;
  const file = kind === "open" && error === 0 ? identity(view, offset) : undefined;
  const record = { kind, pid: field(RECORD.pid), error, flags: field(RECORD.flags), relative, text, second, file };
  return { record, size };
}

function identity(view: DataView, offset: number): FileIdentity | undefined {
  const inode = view.getBigUint64(offset + RECORD.inode, true);
  return inode === 0n ? undefined : { device: view.getBigUint64(offset + RECORD.device, true), inode };
}

const kinds: ReadonlyMap<string, TraceKind> = new Map(Object.entries(KINDS));
