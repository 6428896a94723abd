// Which language gcc takes an input for, and what that means for a compile with -c (gcc(1), "-x language").

import { type Refusal, refuse } from "../core/plan.ts";
import { baseName, type RawText, showRaw } from "../core/raw-text.ts";

/** A language whose compilation is modelled. */
export type Language = {
  /** False: the input is preprocessed already, so options of the preprocessor, -MD among them, do nothing. */
  readonly preprocesses: boolean;
  /** True: the input's own directives decide whether the working directory shows in the object. */
  readonly assembly: boolean;
  /** True: it becomes a precompiled header, with or without -c. */
  readonly header?: boolean;
};

/** Value of -x that goes back to judging inputs by their names. */
export const BY_NAME = "none";

const SOURCE: Language = { preprocesses: true, assembly: false };
const PREPROCESSED: Language = { preprocesses: false, assembly: false };
const HEADER: Language = { preprocesses: true, assembly: false, header: true };

/** By the values of -x. */
const LANGUAGES = new Map<RawText, Language>([
  ["assembler", { preprocesses: false, assembly: true }],
  ["assembler-with-cpp", { preprocesses: true, assembly: true }],
  ["c", SOURCE],
  ["c++", SOURCE],
  ["c++-cpp-output", PREPROCESSED],
  ["c++-header", HEADER],
  // Of clang, for the interface of a module.
  ["c++-module", SOURCE],
  ["c-header", HEADER],
  ["cpp-output", PREPROCESSED],
  // Of clang, for LLVM's own text and bitcode.
  ["ir", PREPROCESSED],
  ["objective-c", SOURCE],
  ["objective-c++", SOURCE],
  ["objective-c++-cpp-output", PREPROCESSED],
  ["objective-c++-header", HEADER],
  ["objective-c-cpp-output", PREPROCESSED],
  ["objective-c-header", HEADER],
  // Of clang, for the compiled interface of a module.
  ["pcm", PREPROCESSED],
]);

/** By what stands behind the last dot. g++ takes .c and .i for C++, which makes no difference here. */
const EXTENSIONS = new Map<RawText, RawText>([
  ["C", "c++"],
  ["CPP", "c++"],
  ["H", "c++-header"],
  ["HPP", "c++-header"],
  ["M", "objective-c++"],
  ["S", "assembler-with-cpp"],
  ["c", "c"],
  ["c++", "c++"],
  ["cc", "c++"],
  ["cp", "c++"],
  ["cpp", "c++"],
  ["cxx", "c++"],
  ["h", "c-header"],
  ["h++", "c++-header"],
  ["hh", "c++-header"],
  ["hp", "c++-header"],
  ["hpp", "c++-header"],
  ["hxx", "c++-header"],
  ["i", "cpp-output"],
  ["ii", "c++-cpp-output"],
  ["m", "objective-c"],
  ["mi", "objective-c-cpp-output"],
  ["mii", "objective-c++-cpp-output"],
  ["mm", "objective-c++"],
  ["s", "assembler"],
  ["sx", "assembler-with-cpp"],
  ["tcc", "c++-header"],
]);

/** Endings that one family of compilers knows beside those of gcc, and the values of -x that they stand for. */
export type MoreLanguages = ReadonlyMap<RawText, RawText>;

/**
 * The language of an input.
 * @param named Value of the last -x before it, or `BY_NAME`.
 * @returns `language` for what is not modelled, standard input without -x among it, `modules` for header units.
 */
export function languageOf(path: RawText, named: RawText, more?: MoreLanguages): Language | Refusal {
  const extension = extensionOf(path);
  const name = named === BY_NAME ? (EXTENSIONS.get(extension) ?? more?.get(extension)) : named;
  const language = LANGUAGES.get(name ?? "");
  if (language !== undefined) return language;
  const input = `input "${showRaw(path)}"`;
  if (name === "c++-system-header" || name === "c++-user-header") return refuse("modules", input);
  return refuse("language", named === BY_NAME ? input : `${input} as ${showRaw(named)}`);
}

function extensionOf(path: RawText): RawText {
  const name = baseName(path);
  // gcc compiles "./.c" and hands ".c" to the linker: names of an extension alone are left to it.
  return name.lastIndexOf(".") > 0 ? name.slice(name.lastIndexOf(".") + 1) : "";
}
