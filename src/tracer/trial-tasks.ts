// What tools are given to do in a trial, and on what.

import { mkdirSync, writeFileSync } from "node:fs";
import { baseName, type RawText } from "../core/raw-text.ts";

/** What a kind of tool is given to do, in a folder that `writeSources` has filled. */
export type Tasks = {
  /** A file of the folder that it reads if it does the first task at all. */
  readonly reads: string;
  readonly first: readonly string[];
  /** Of use where the first was done; each for itself. */
  readonly further: readonly (readonly string[])[];
};

/** @param tool Path of the program: its name says what it is. Whatever is not known is taken for a compiler driver. */
export function tasksOf(tool: RawText): Tasks {
  return OTHERS.find(([name]) => name.test(baseName(tool)))?.[1] ?? COMPILER;
}

/** Fills the folder of a trial. The folder has to be there and empty. */
export function writeSources(folder: string): void {
  for (const name of ["first", "second", "temporary"]) mkdirSync(`${folder}/${name}`);
  for (const name of ["trial.c", "trial.cc"]) writeFileSync(`${folder}/${name}`, SOURCE);
  writeFileSync(`${folder}/trial.rs`, 'pub const TRIAL: &str = include_str!("data.bin");\n');
  writeFileSync(`${folder}/second/here.h`, "#define HERE 1\n");
  writeFileSync(`${folder}/second/libhere.a`, "!<arch>\n");
  writeFileSync(`${folder}/data.bin`, "data");
}

/**
 * A folder that is passed over, one with a header, a header that is nowhere, and a file that the assembler reads.
 * Optimizing at link time is not tried: it takes twice as long as all the rest.
 */
const COMPILER: Tasks = {
  reads: "trial.c",
  first: ["-Ifirst", "-Isecond", "-c", "trial.c", "-o", "trial.o"],
  further: [
    ["-Ifirst", "-Isecond", "-c", "trial.cc", "-o", "other.o"],
    ["-shared", "-nostdlib", "-Isecond", "trial.c", "-Lfirst", "-Lsecond", "-lhere", "-o", "trial.so"],
  ],
};

// Some linkers ask for it where no object says for which processor they are to link.
const EMULATION: readonly string[] = process.arch === "x64" ? ["-m", "elf_x86_64"] : [];

/** Tools that callers name without a driver, by the last part of the path of the program. */
const OTHERS: readonly (readonly [name: RegExp, tasks: Tasks])[] = [
  [/(^|-)ar(-[0-9.]+)?$/, { reads: "data.bin", first: ["rcsD", "trial.a", "data.bin"], further: [] }],
  [/(^|-)ranlib(-[0-9.]+)?$/, { reads: "libhere.a", first: ["second/libhere.a"], further: [] }],
  [/(^|-)strip(-[0-9.]+)?$/, { reads: "libhere.a", first: ["-o", "trial.a", "second/libhere.a"], further: [] }],
  [/(^|-)objcopy(-[0-9.]+)?$/, { reads: "libhere.a", first: ["second/libhere.a", "trial.a"], further: [] }],
  [
    /(^|-)(?:ld(\.\w+)?|gold|lld|mold)$/,
    {
      reads: "libhere.a",
      first: [...EMULATION, "-shared", "-Lfirst", "-Lsecond", "-lhere", "-o", "trial.so"],
      further: [],
    },
  ],
  [/^rustc$/, { reads: "trial.rs", first: ["--crate-type=lib", "-Lsecond", "trial.rs"], further: [] }],
];

const SOURCE = `#include "here.h"
#ifdef __has_include
#if __has_include("nowhere.h")
#error it is there
#endif
#endif
__asm__(".incbin \\"data.bin\\"");
int trial = HERE;
`;
