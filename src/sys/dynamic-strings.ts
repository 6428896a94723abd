// The names that a shared library imports and exports: the table of strings of its dynamic symbols (elf(5), 64 bits, least
// significant byte first).

import { closeSync, constants as fs, openSync, readSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "./fs-path.ts";

const HEADER = { size: 64, magic: "7f454c460201", sections: 40, sectionSize: 58, sectionCount: 60 };
const SECTION = { size: 64, type: 4, offset: 24, bytes: 32, link: 40 };
const SHT_DYNSYM = 11;
/** A library with more names than fit is none that we can tell anything of. */
const MOST_BYTES = 4 << 20;

/** Each between zeros. Undefined if there is no such table, or it can't be read as one. 20 µs. */
export function dynamicStrings(path: RawText): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(fsPath(path), fs.O_RDONLY | fs.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    return tableIn(fd);
  } catch {
    // A directory, or numbers that lead out of the file.
    return undefined;
  } finally {
    closeSync(fd);
  }
}

function tableIn(fd: number): Buffer | undefined {
  const header = readAt(fd, 0, HEADER.size);
  if (header?.toString("hex", 0, HEADER.magic.length / 2) !== HEADER.magic) return undefined;
  const size = header.readUInt16LE(HEADER.sectionSize);
  if (size !== SECTION.size) return undefined;
  const count = header.readUInt16LE(HEADER.sectionCount);
  const sections = readAt(fd, Number(header.readBigUInt64LE(HEADER.sections)), size * count);
  if (sections === undefined) return undefined;
  const starts = Array.from({ length: count }, (_, index) => index * size);
  const symbols = starts.find((start) => sections.readUInt32LE(start + SECTION.type) === SHT_DYNSYM);
  const strings = symbols === undefined ? undefined : starts[sections.readUInt32LE(symbols + SECTION.link)];
  if (strings === undefined) return undefined;
  const [offset, bytes] = [SECTION.offset, SECTION.bytes].map((at) => Number(sections.readBigUInt64LE(strings + at)));
  return readAt(fd, offset ?? 0, bytes ?? 0);
}

function readAt(fd: number, offset: number, bytes: number): Buffer | undefined {
  if (bytes > MOST_BYTES) return undefined;
  const buffer = Buffer.alloc(bytes);
  return readSync(fd, buffer, 0, bytes, offset) === bytes ? buffer : undefined;
}
