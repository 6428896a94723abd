// Puts the entry stub in front of the runtime's own entry in a compiled executable (elf(5)):
//
//   file ::= original file, entry and two program headers changed · zeros up to a page · segment · section table
//   segment ::= stub, its configuration filled in · original program headers · name of the dynamic loader
//   configuration ::= runtime's entry · address of the headers · address of the name · the stub's processor (4 × u64)
//
// The header PT_NOTE becomes the segment's PT_LOAD, and PT_INTERP becomes PT_NULL, so that the kernel enters the stub
// and not the loader (0.9 ms). Sections stay as they are: our mark is found by them (src/sys/self-image.ts). Their table
// is copied to the end, where it was before, so that a file that is cut off still has none.

import { ZccacheError } from "../core/errors.ts";

/** Where link.ld puts the stub: free below the runtime's first segment, which is at 0x200000. */
export const STUB_ADDRESS = 0x100000;

// AArch64 has pages of up to 64 KB, and x86-64 loses nothing by them.
const PAGE = 65_536;
const CONFIG_AT = 0x40;
const CONFIG_BYTES = 32;
const HEADER_BYTES = 56;

const PT_NULL = 0;
const PT_LOAD = 1;
const PT_INTERP = 3;
const PT_NOTE = 4;
const PT_PHDR = 6;
const READ_AND_EXECUTE = 5;

const ELF64_LITTLE_ENDIAN = Buffer.from("\x7fELF\x02\x01\x01", "latin1");
const ET_EXEC = 2;

// An executable must not be larger than a build machine's memory, and a stub has some kilobytes.
const MOST_STUB_BYTES = 1 << 16;

/** A program header and where it stands in the table. */
type Segment = {
  readonly at: number;
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
};

/**
 * The executable with the stub in it.
 * @throws {ZccacheError} `IO` naming what is not as expected: then the runtime's layout has changed.
 */
export function injectStub(executable: Uint8Array, stub: Uint8Array): Buffer {
  const image = Buffer.from(executable);
  expected(stub.length > CONFIG_AT + CONFIG_BYTES && stub.length < MOST_STUB_BYTES, "the stub has no stub's size");
  const code = pad(Buffer.from(stub), 8);
  const table = headerTable(image, Number(code.readBigUInt64LE(CONFIG_AT + 24)));
  const segments = segmentsOf(table);
  const loader = only(segments, PT_INTERP, "name of a dynamic loader");
  const note = only(segments, PT_NOTE, "note");
  const self = only(segments, PT_PHDR, "header of the header table");
  const lowest = Math.min(...segments.filter(({ type }) => type === PT_LOAD).map(({ address }) => address));
  const name = image.subarray(loader.offset, loader.offset + loader.fileBytes);
  expected(name.length > 1 && name.at(-1) === 0, "the dynamic loader's name is cut off");

  const headersAt = STUB_ADDRESS + code.length;
  const loaderAt = headersAt + table.length;
  const segment = Buffer.concat([code, table, name]);
  // The loader takes the difference between this address and where the table is for the load bias.
  for (const field of [16, 24]) segment.writeBigUInt64LE(BigInt(headersAt), code.length + self.at + field);
  [Number(image.readBigUInt64LE(24)), headersAt, loaderAt].forEach((value, index) => {
    segment.writeBigUInt64LE(BigInt(value), CONFIG_AT + 8 * index);
  });
  expected(STUB_ADDRESS + pad(segment, PAGE).length <= lowest, "the stub's addresses are not free");

  const whole = pad(image, PAGE);
  const tableAt = Number(image.readBigUInt64LE(32));
  whole.writeUInt32LE(PT_NULL, tableAt + loader.at);
  writeLoad(whole.subarray(tableAt + note.at), whole.length, segment.length);
  whole.writeBigUInt64LE(BigInt(STUB_ADDRESS), 24);
  const placed = pad(segment, 8);
  const sections = sectionTable(image);
  whole.writeBigUInt64LE(BigInt(whole.length + placed.length), 40);
  return Buffer.concat([whole, placed, sections]);
}

/** A copy of the program headers of an executable of the kind that we know. */
function headerTable(image: Buffer, machine: number): Buffer {
  expected(image.length > 64 && image.subarray(0, 7).equals(ELF64_LITTLE_ENDIAN), "it is no 64-bit ELF file");
  expected(image.readUInt16LE(18) === machine, "it is for another processor");
  expected(image.readUInt16LE(16) === ET_EXEC, "it is position-independent");
  expected(image.readUInt16LE(54) === HEADER_BYTES, "its program headers have another size");
  const start = Number(image.readBigUInt64LE(32));
  const end = start + image.readUInt16LE(56) * HEADER_BYTES;
  expected(end <= image.length, "it is cut off");
  return Buffer.from(image.subarray(start, end));
}

function sectionTable(image: Buffer): Buffer {
  const start = Number(image.readBigUInt64LE(40));
  const end = start + image.readUInt16LE(58) * image.readUInt16LE(60);
  expected(start > 0 && start < end && end <= image.length, "it has no section table");
  return image.subarray(start, end);
}

function segmentsOf(table: Buffer): Segment[] {
  return Array.from({ length: table.length / HEADER_BYTES }, (_, index) => {
    const at = index * HEADER_BYTES;
    return {
      at,
      type: table.readUInt32LE(at),
      offset: Number(table.readBigUInt64LE(at + 8)),
      address: Number(table.readBigUInt64LE(at + 16)),
      fileBytes: Number(table.readBigUInt64LE(at + 32)),
    };
  });
}

function only(segments: readonly Segment[], type: number, what: string): Segment {
  const [found, ...others] = segments.filter((segment) => segment.type === type);
  if (found === undefined || others.length > 0) throw unexpected(`it has not exactly one ${what}`);
  return found;
}

function writeLoad(header: Buffer, offset: number, bytes: number): void {
  header.writeUInt32LE(PT_LOAD, 0);
  header.writeUInt32LE(READ_AND_EXECUTE, 4);
  [offset, STUB_ADDRESS, STUB_ADDRESS, bytes, bytes, PAGE].forEach((value, index) => {
    header.writeBigUInt64LE(BigInt(value), 8 + 8 * index);
  });
}

/** The bytes, and zeros up to a multiple of `unit`. */
function pad(bytes: Buffer, unit: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((unit - (bytes.length % unit)) % unit)]);
}

function expected(holds: boolean, otherwise: string): void {
  if (!holds) throw unexpected(otherwise);
}

function unexpected(state: string): ZccacheError {
  return new ZccacheError("IO", `Cannot put the stub into the executable: ${state}`);
}
