// A shared object with functions taken out: what the loader does not find there, it takes from the next object.

import { readFileSync } from "node:fs";

const SECTION_BYTES = 64;
const SYMBOL_BYTES = 24;
const SHT_DYNSYM = 11;

/**
 * The bytes of the ELF file `path`, its dynamic symbols `names` without their names (elf(5)).
 * @throws if one of them is not defined there, so that no test goes on with a complete library.
 */
export function withoutSymbols(path: string, names: readonly string[]): Buffer {
  const elf = readFileSync(path);
  const section = (index: number): { type: number; offset: number; size: number; link: number } => {
    const at = Number(elf.readBigUInt64LE(40)) + index * SECTION_BYTES;
    const [offset, size] = [Number(elf.readBigUInt64LE(at + 24)), Number(elf.readBigUInt64LE(at + 32))];
    return { type: elf.readUInt32LE(at + 4), offset, size, link: elf.readUInt32LE(at + 40) };
  };
  const sections = Array.from({ length: elf.readUInt16LE(60) }, (_unused, index) => section(index));
  const symbols = sections.find(({ type }) => type === SHT_DYNSYM);
  if (symbols === undefined) throw new Error(`"${path}" has no dynamic symbols`);
  const strings = section(symbols.link).offset;
  const left = new Set(names);
  for (let at = symbols.offset; at < symbols.offset + symbols.size; at += SYMBOL_BYTES) {
    const start = strings + elf.readUInt32LE(at);
    if (left.delete(elf.toString("latin1", start, elf.indexOf(0, start)))) elf.writeUInt32LE(0, at);
  }
  if (left.size > 0) throw new Error(`"${path}" does not define ${[...left].join(", ")}`);
  return elf;
}
