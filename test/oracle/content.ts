// What stands in the files of the tree. Every header defines a macro whose value shows in the objects, so that taking
// the wrong one, or an old one, cannot go unseen. No system header is needed: a compile takes 15 ms.

import type { Random } from "../support/random.ts";
import { anyOf, oneIn, shuffled, someOf } from "./chance.ts";

/** Names of headers without suffix. Later ones never include earlier ones, so there are no cycles. */
export const HEADERS = ["h0", "h1", "h2", "h3", "h4", "h5"] as const;

/** Switches in the header `cfg.h`. */
const FLAGS = ["FLAG_A", "FLAG_B", "FLAG_C"] as const;

/** Text of a header. */
export function headerText(random: Random, name: string): string {
  const value = `V_${name}`;
  const define = `#undef ${value}\n#define ${value} ${100 + random.below(900)}\n`;
  const parts = [define, ...someOf(random, [nextHeader(name), flagged(random, value), laterHeader(random, name)], 3)];
  return `${guarded(random, name, shuffled(random, parts).join(""))}${comment(random)}`;
}

/** Text of `cfg.h`: every switch, on or off. */
export function switchesText(random: Random): string {
  return FLAGS.map((flag) => `#undef ${flag}\n#define ${flag} ${random.below(2)}\n`).join("");
}

/** Text of a header that stands twice in the tree, byte for byte, and counts how often it is read. */
export function twinText(random: Random): string {
  return `#pragma once\n#ifdef TWIN\n#undef TWIN\n#define TWIN ${2 + random.below(7)}\n#else\n#define TWIN 1\n#endif\n`;
}

/** What a source file is for, beside its includes. */
export type SourceTraits = { readonly dated?: boolean; readonly includesBlob?: boolean; readonly twins?: boolean };

/** Text of a C or C++ source; both languages take it. `unit` names its symbols. */
export function sourceText(random: Random, unit: string, traits: SourceTraits = {}): string {
  const used = HEADERS.filter(() => !oneIn(random, 3));
  const lines = [
    comment(random),
    oneIn(random, 2) ? '#include "cfg.h"' : "",
    ...used.map((name) => includeOf(random, name)),
    "#ifdef WHICH\n#include WHICH\n#endif",
    traits.twins ? '#include "../inc0/twin.h"\n#include "../inc1/twin.h"' : "",
    ...["TWIN", ...HEADERS.map((name) => `V_${name}`)].map((name) => `#ifndef ${name}\n#define ${name} -1\n#endif`),
    `int ${unit}_number = ${100 + random.below(900)};`,
    `int ${unit}_values[] = { TWIN, ${HEADERS.map((name) => `V_${name}`).join(", ")} };`,
    `#ifdef NAME\nint ${unit}_named = NAME;\n#endif`,
    traits.dated ? `const char ${unit}_date[] = __DATE__ " " __TIME__;` : "",
    traits.includesBlob
      ? '#define BLOB "data/" "blob.bin"\n__asm__(".section .rodata\\n.incbin \\"" BLOB "\\"\\n.text");'
      : "",
    ...someOf(random, OBSERVABLE, 2).map((text) => text.replaceAll("@", unit)),
  ];
  return `${lines.filter((line) => line !== "").join("\n")}\n`;
}

/** Text of an assembler source that includes further ones and goes through the preprocessor. */
export function assemblyText(random: Random): string {
  return `#include <h0.h>\n .data\n .long V_h0\n .incbin "data/blob.bin"\n .include "data/more.inc"\n .long ${random.below(1000)}\n`;
}

/** Bytes for `.incbin`. */
export function blobText(random: Random): string {
  return `blob ${1000 + random.below(9000)}\n`;
}

// @ stands for the unit's name.
const OBSERVABLE = [
  "const char @_file[] = __FILE__;",
  "int @_line = __LINE__;",
  "int @_warned(int a) { int unused; if (a = 1) return a; return 0; }",
  "#if defined FLAG_A && FLAG_A\nint @_flag_a = 1;\n#endif",
  "#ifdef __OPTIMIZE__\nint @_optimized;\n#endif",
  "#ifdef __cplusplus\ntemplate <int N> struct @_box { static const int n = N; };\nint @_boxed = @_box<V_h1>::n;\n#endif",
  "#if defined __has_include\n#if __has_include(<h5.h>)\nint @_has_h5;\n#endif\n#endif",
  "static int @_unused(void) { return 1; }",
  'char @_text[] = "text"; long @_size = sizeof(long) + sizeof(@_text);',
];

function includeOf(random: Random, name: string): string {
  const forms = [`"${name}.h"`, `<${name}.h>`, `<${name}.h>`, `<sub/${name}.h>`];
  const form = anyOf(random, forms) ?? `<${name}.h>`;
  if (oneIn(random, 4))
    return `#define HERE_${name} ${form}\n#if __has_include(HERE_${name})\n#include HERE_${name}\n#endif`;
  return oneIn(random, 5) && !form.includes("/")
    ? `#include ${form}`
    : `#if __has_include(${form})\n#include ${form}\n#endif`;
}

function nextHeader(name: string): string {
  return `#if __has_include_next(<${name}.h>)\n#include_next <${name}.h>\n#endif\n`;
}

function laterHeader(random: Random, name: string): string {
  const later = anyOf(
    random,
    HEADERS.filter((other) => other > name),
  );
  return later === undefined ? "" : `#if __has_include("${later}.h")\n#include "${later}.h"\n#endif\n`;
}

function flagged(random: Random, value: string): string {
  const flag = anyOf(random, FLAGS);
  return `#if defined ${flag} && ${flag}\n#undef ${value}\n#define ${value} ${random.below(100)}\n#endif\n`;
}

function guarded(random: Random, name: string, body: string): string {
  if (oneIn(random, 3)) return `#pragma once\n${body}`;
  const guard = `GUARD_${name}_${random.below(1000)}`;
  return oneIn(random, 2) ? `#ifndef ${guard}\n#define ${guard}\n${body}#endif\n` : body;
}

function comment(random: Random): string {
  return `/* comment ${1000 + random.below(9000)} */\n`;
}
