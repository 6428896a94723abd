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
 * @param wanted Says which records are; without it all.
 * @returns The records in the order in which room for them was taken, and undefined or what is wrong with the buffer, in
 * words; the records are those before the damage then.
 */
export function readRecords(
  bytes: Uint8Array,
  wanted?: (kind: TraceKind, error: number, flags: number) => boolean,
): { records: TraceRecord[]; damage: string | undefined } {
  if (bytes.length < HEADER_BYTES) return { records: [], damage: "no header" };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(HEADER.magic, true) !== BUFFER_MAGIC) return { records: [], damage: "not a trace buffer" };
  const lost = view.getUint32(HEADER.lost, true) !== 0;
  const used = Number(view.getBigUint64(HEADER.used, true));
  const records: TraceRecord[] = [];
  const end = Math.min(used, bytes.length);
  // Decoded as a whole: a text is a piece of it then, where a decoder for each record takes half of the time.
  const trace: Trace = { view, end, all: Buffer.from(bytes.buffer, bytes.byteOffset, end).toString("latin1") };
  let offset = HEADER_BYTES;
  while (offset < end) {
    const record = readRecord(trace, offset, wanted);
    if (typeof record === "string") return { records, damage: lost ? "records lost" : record };
    if (record !== undefined) records.push(record);
    offset += view.getUint32(offset + RECORD.size, true);
  }
  return { records, damage: lost ? "records lost" : used > bytes.length ? "buffer cut short" : undefined };
}

/** The used part of a buffer, as numbers and as one text. */
type Trace = { readonly view: DataView; readonly end: number; readonly all: RawText };

/** One record, undefined if it is not wanted, or what is wrong with it. */
function readRecord(
  { view, end, all }: Trace,
  offset: number,
  wanted: Parameters<typeof readRecords>[1],
): TraceRecord | string | undefined {
  if (offset + RECORD_HEAD_BYTES > end) return "record cut short";
  const size = view.getUint32(offset + RECORD.size, true);
  if (size === 0) return "record not finished";
  const length = view.getUint32(offset + RECORD.length, true);
  if (size % 8 !== 0 || RECORD_HEAD_BYTES + length + 1 > size || offset + size > end)
    return "record of impossible size";
  const kind = KIND_BY_CODE[view.getUint8(offset + RECORD.kind)];
  if (kind === undefined) return "record of unknown kind";
  const error = view.getInt32(offset + RECORD.error, true);
  const flags = view.getUint32(offset + RECORD.flags, true);
  if (wanted?.(kind, error, flags) === false) return undefined;
  const whole = all.slice(offset + RECORD_HEAD_BYTES, offset + RECORD_HEAD_BYTES + length);
  const cut = whole.indexOf("\0");
  return {
    kind,
    pid: view.getUint32(offset + RECORD.pid, true),
    error,
    flags,
    relative: view.getUint8(offset + RECORD.relative) !== 0,
    text: cut < 0 ? whole : whole.slice(0, cut),
    second: cut < 0 ? "" : whole.slice(cut + 1),
    file: kind === "open" && error === 0 ? identity(view, offset) : undefined,
  };
}

function identity(view: DataView, offset: number): FileIdentity | undefined {
  const inode = view.getBigUint64(offset + RECORD.inode, true);
  return inode === 0n ? undefined : { device: view.getBigUint64(offset + RECORD.device, true), inode };
}

const KIND_BY_CODE: readonly (TraceKind | undefined)[] = Array.from({ length: 256 }, (_, code) =>
  new Map<string, TraceKind>(Object.entries(KINDS)).get(String.fromCharCode(code)),
);
