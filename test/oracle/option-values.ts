// What is drawn for options that take a value, and which options are not drawn as they are.

import { HEADERS } from "./content.ts";

/**
 * Values for options that take one; the others of that kind are not drawn. Those that name directories of the tree are
 * made in draw-command.ts.
 */
export const VALUES: Readonly<Record<string, readonly string[]>> = {
  "--param": ["max-inline-insns-auto=3", "max-unroll-times=2"],
  "--param=": ["max-inline-insns-auto=3"],
  "--std=": ["gnu11"],
  "-A": ["machine=odd"],
  "-D": ["NAME=1", "NAME=2", "FLAG_A=1", ...HEADERS.map((name) => `WHICH=<${name}.h>`), 'WHICH="h3.h"'],
  "-O": ["0", "1", "s", "g", "2"],
  "-U": ["NAME", "FLAG_A"],
  "-W": [
    "all",
    "extra",
    "error=parentheses",
    "no-unused",
    "pedantic",
    "unused",
    "shadow",
    "undef",
    "conversion",
    "error",
  ],
  "-Wa,": ["--noexecstack", "-I,data", "-n"],
  "-Wp,": ["-DNAME=3", "-UFLAG_A", "-DNAME=4,-DFLAG_A=0"],
  "-Xassembler": ["-n"],
  "-Xpreprocessor": ["-DNAME=5"],
  "-aux-info": ["@UP@out/a.aux"],
  "-fabi-version=": ["0", "11"],
  "-falign-functions=": ["16", "32"],
  "-fcallgraph-info": ["", "=su"],
  "-fdebug-prefix-map=": ["src=elsewhere"],
  "-fdiagnostics-": [
    "color=always",
    "color=never",
    "show-caret",
    "plain-output",
    "format=json",
    "minimum-margin-width=2",
  ],
  "-fdump-": ["tree-original", "rtl-expand", "ipa-cgraph"],
  "-ffile-prefix-map=": ["src=elsewhere", "inc0=nowhere"],
  "-fmacro-prefix-map=": ["src=elsewhere"],
  "-fmax-errors=": ["1"],
  "-fmessage-length=": ["0", "40"],
  "-fno-diagnostics-": ["show-option", "show-caret"],
  "-fopt-info": ["", "-all"],
  "-fpatchable-function-entry=": ["2"],
  "-frandom-seed=": ["1", "two"],
  "-fsave-optimization-record": ["", "=yaml"],
  "-fsanitize=": ["undefined", "bounds"],
  "-fstack-usage": [""],
  "-ftabstop=": ["2", "8"],
  "-ftls-model=": ["local-exec"],
  "-ftrivial-auto-var-init=": ["zero"],
  "-fvisibility=": ["hidden", "default"],
  "-g": ["", "1", "3", "gdb", "dwarf-4", "no-column-info"],
  "-gsplit-dwarf": ["", "=split", "=single"],
  "-imacros": ["cfg.h", "h1.h"],
  "-include": ["cfg.h", "h2.h", "pre.h", "pre.h"],
  "-m": ["avx2", "no-red-zone", "cmodel=large", "stackrealign"],
  "-march=": ["native", "x86-64-v2"],
  "-mtune=": ["generic", "native"],
  "-save-temps": ["", "=obj", "=cwd"],
  "-serialize-diagnostics": ["@UP@out/a.dia"],
  "-std=": ["c99", "gnu11", "gnu17", "c++17", "gnu++20"],
};

/** Options that another one makes the same twice. */
export const STEADYING: Readonly<Record<string, string>> = {
  "--coverage": "-frandom-seed=7",
  "-flto": "-frandom-seed=7",
};

/** Options that print times and sizes of memory, which are the same twice by chance only. */
export const MEASURING = /^-(?:Q|time|fstats|f.*-report)$/;
