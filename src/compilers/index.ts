// Registry of compilers: a new one is one file beside this one and one line below.

import type { RawText } from "../core/raw-text.ts";
import type { Compiler } from "./compiler.ts";
import { gcc } from "./gcc.ts";

export type { Compiler, ResponseFiles } from "./compiler.ts";

const COMPILERS: readonly Compiler[] = [gcc];

/**
 * The family that a tool belongs to, by the last part of its path.
 * @example A cross compiler is a gcc
 * ```ts
 * if (findCompiler("arm-none-eabi-gcc")?.name !== "gcc") throw new Error("unexpected family");
 * ```
 */
export function findCompiler(baseName: RawText): Compiler | undefined {
  return COMPILERS.find((compiler) => compiler.recognises(baseName));
}
