// What a program's file says about whether it can be traced (elf(5)). The same questions are asked in native/target.c
// when a traced process starts another program.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";

/**
 * Why the program at `path` cannot be traced, in words; undefined if nothing speaks against it. Only a dynamic
 * executable of this machine loads a preloaded library, and what is made by Go talks to the kernel past it. A program
 * with file capabilities loads none either: it leaves no record at its first run, which tells.
 * @throws a system error of node:fs if it cannot be read.
 */
export function inspectProgram(path: RawText): string | undefined {
  const file = openSync(fsPath(path), "r");
  try {
    if ((fstatSync(file).mode & SET_USER_OR_GROUP_ID) !== 0) return "set-user-ID or set-group-ID";
    const head = readAt(file, 0, HEAD_BYTES);
    if (head.toString("latin1", 0, 2) === "#!") return undefined;
    return head.length < ELF_HEADER_BYTES || head.readUInt32LE(0) !== ELF_MAGIC
      ? "neither an ELF file nor a script"
      : inspectElf(file, head);
  } finally {
    closeSync(file);
  }
}

const SET_USER_OR_GROUP_ID = 0o6000;
const ELF_MAGIC = 0x464c457f;
const ELF_HEADER_BYTES = 64;
/** Holds the program headers of all that linkers make: 56 bytes each. */
const HEAD_BYTES = 4096;
const CLASS_64 = 2;
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };
const PT = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
const DT = { needed: 1, strings: 5 } as const;
/** Of all dynamic entries, of all notes: more is no sane program. */
const MOST_BYTES = 64 << 10;

type Segment = { readonly type: number; readonly offset: number; readonly address: number; readonly size: number };

function inspectElf(file: number, head: Buffer): string | undefined {
  if (head[4] !== CLASS_64) return "not a 64-bit executable";
  if (head.readUInt16LE(18) !== MACHINES[process.arch]) return "made for another processor";
  const segments = segmentsOf(head);
  if (!segments.some(({ type }) => type === PT.interpreter)) return "statically linked";
  const notes = segments.filter(({ type }) => type === PT.note);
  if (notes.some((note) => isGo(readAt(file, note.offset, note.size))))
    return "made by Go, which talks to the kernel itself";
  const sanitizer = neededLibraries(file, segments).find((name) => name.startsWith("libasan"));
  return sanitizer === undefined ? undefined : `${sanitizer} refuses to start behind a preloaded library`;
}

function segmentsOf(head: Buffer): Segment[] {
  const start = Number(head.readBigUInt64LE(32));
  const size = head.readUInt16LE(54);
  const count = head.readUInt16LE(56);
  const segments: Segment[] = [];
  for (let at = start; segments.length < count && at + 40 <= head.length; at += size) {
    const field = (offset: number): number => Number(head.readBigUInt64LE(at + offset));
    segments.push({ type: head.readUInt32LE(at), offset: field(8), address: field(16), size: field(32) });
  }
  return segments;
}

/** True if a note of the owner "Go" is there, as its linker leaves one. */
function isGo(notes: Buffer): boolean {
  const padded = (length: number): number => (length + 3) & ~3;
  for (let at = 0; at + 16 <= notes.length; ) {
    const ownerLength = notes.readUInt32LE(at);
    if (ownerLength === 4 && notes.toString("latin1", at + 12, at + 16) === "Go\0\0") return true;
    at += 12 + padded(ownerLength) + padded(notes.readUInt32LE(at + 4));
  }
  return false;
}

/** Names behind DT_NEEDED. */
function neededLibraries(file: number, segments: readonly Segment[]): string[] {
  const dynamic = segments.find(({ type }) => type === PT.dynamic);
  if (dynamic === undefined) return [];
  const bytes = readAt(file, dynamic.offset, dynamic.size);
  const entries = Array.from({ length: bytes.length >> 4 }, (_unused, index) => ({
    tag: Number(bytes.readBigUInt64LE(index * 16)),
    value: Number(bytes.readBigUInt64LE(index * 16 + 8)),
  }));
  const names = entries.find(({ tag }) => tag === DT.strings)?.value;
  const home = segments.find(
    ({ type, address, size }) => type === PT.load && names !== undefined && names >= address && names < address + size,
  );
  if (names === undefined || home === undefined) return [];
  const base = names - home.address + home.offset;
  return entries
    .filter(({ tag }) => tag === DT.needed)
    .map(
      ({ value }) =>
        readAt(file, base + value, 64)
          .toString("latin1")
          .split("\0", 1)[0] ?? "",
    );
}

function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(Math.min(length, MOST_BYTES));
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset));
}
