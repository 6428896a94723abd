// Registry of compilers: a new one is one file beside this one and one line below.

import type { RawText } from "../core/raw-text.ts";
import { archiver, indexer, llvmArchiver } from "./archiver.ts";
import { objcopy, otherBinaryTool, strip } from "./binary-tools.ts";
import { clang } from "./clang.ts";
import type { Compiler } from "./compiler.ts";
import { gcc } from "./gcc.ts";
import { linker } from "./linker.ts";
import { msvcLibrarian, msvcLinker } from "./msvc.ts";
import { clippy, rustc } from "./rustc.ts";
import { rustdoc } from "./rustdoc.ts";
import { rustfmt } from "./rustfmt.ts";

export type { Compiler, Surroundings } from "./compiler.ts";

const COMPILERS: readonly Compiler[] = [
  clang,
  gcc,
  linker,
  archiver,
  llvmArchiver,
  indexer,
  strip,
  objcopy,
  otherBinaryTool,
  msvcLibrarian,
  msvcLinker,
  rustc,
  clippy,
  rustdoc,
  rustfmt,
];

/**
 * The family that a tool belongs to, by base names: the one it was called by, which some family must know, and the one
 * of its file behind all symbolic links, which decides where a family knows it: `cc` is clang on some systems.
 * @example A cross compiler is a gcc
 * ```ts
 * if (findCompiler("arm-none-eabi-gcc")?.name !== "gcc") throw new Error("unexpected family");
 * ```
 */
export function findCompiler(called: RawText, real: RawText = called): Compiler | undefined {
  const family = COMPILERS.find((compiler) => compiler.recognises(called));
  if (family === undefined || family.byCalledName === true) return family;
  return COMPILERS.find((compiler) => compiler.recognises(real)) ?? family;
}
