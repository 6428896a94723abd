// Which files are this program: the very executable (device and inode, through any symbolic link), or a copy or another
// version of it, told by a mark. Stand-ins must never take one of them for the real tool.

import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "./fs-path.ts";

/** The executable that this process runs. */
export type SelfImage = { readonly device: bigint; readonly inode: bigint };

/** What stat(2) says about a file, with 64-bit numbers. */
export type FileIdentity = { readonly dev: bigint; readonly ino: bigint; readonly size: bigint };

// The runtime inside of every copy of us has about 100 MB. Smaller files need not be opened.
const SMALLEST_COPY_BYTES = 20_000_000n;

// The bundler names the program's first module after its output file, which build.ts always calls "zccache".
const MARK = Buffer.from("\0/$bunfs/root/zccache\0");

// Names stand behind all contents, in front of a table with 52 bytes a module and some kilobytes of the runtime's own.
const NAMES_BYTES = 64 * 1024;

/** Our own executable, whatever it is called and even if its file has been replaced since. */
export function identifySelf(): SelfImage {
  const { dev, ino } = statSync("/proc/self/exe", { bigint: true });
  return { device: dev, inode: ino };
}

/** True if this file is our executable, a copy or another version of it. 2 µs for small files, 60 µs for large ones. */
export function isOurs(path: RawText, identity: FileIdentity, self: SelfImage): boolean {
  if (identity.dev === self.device && identity.ino === self.inode) return true;
  return identity.size >= SMALLEST_COPY_BYTES && hasMark(path);
}

/** True if an ELF file's section `.bun`, where the bundler puts its modules, names one like ours (elf(5)). */
function hasMark(path: RawText): boolean {
  let fd: number | undefined;
  try {
    fd = openSync(fsPath(path), "r");
    const section = findBunSection(fd);
    if (section === undefined) return false;
    const length = Math.min(section.size, NAMES_BYTES);
    return read(fd, section.offset + section.size - length, length).includes(MARK);
  } catch {
    return false; // a file that can't be read, or that is no well-formed ELF file, is none of ours
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

const ELF64_LITTLE_ENDIAN = Buffer.from("\x7fELF\x02\x01", "latin1");
const HEADER_BYTES = 64;
const SECTION_BYTES = 64;

type Section = { readonly name: number; readonly offset: number; readonly size: number };

function findBunSection(fd: number): Section | undefined {
  const header = read(fd, 0, HEADER_BYTES);
  if (!header.subarray(0, ELF64_LITTLE_ENDIAN.length).equals(ELF64_LITTLE_ENDIAN)) return undefined;
  const count = header.readUInt16LE(60);
  const table = read(fd, Number(header.readBigUInt64LE(40)), count * SECTION_BYTES);
  const sections = Array.from({ length: count }, (_, index) => sectionAt(table, index * SECTION_BYTES));
  const namesAt = sections[header.readUInt16LE(62)];
  if (namesAt === undefined) return undefined;
  const names = read(fd, namesAt.offset, Math.min(namesAt.size, NAMES_BYTES)).toString("latin1");
  const size = fstatSync(fd).size;
  return sections.find(({ name, offset, size: length }) => names.startsWith(".bun\0", name) && offset + length <= size);
}

function sectionAt(table: Buffer, at: number): Section {
  return {
    name: table.readUInt32LE(at),
    offset: Number(table.readBigUInt64LE(at + 24)),
    size: Number(table.readBigUInt64LE(at + 32)),
  };
}

function read(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, position));
}
