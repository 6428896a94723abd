// Options for command lines, drawn from the tables of the compilers. Only what the real compiler takes for a language
// without a word is used, which it is asked once per option.

import { join } from "node:path";
import type { OptionRow } from "../../src/compilers/options.ts";
import { GCC_OPTIONS, GCC_ROWS } from "../../src/compilers/tables/gcc.ts";
import { fileTree, type TemporaryTree } from "../support/file-tree.ts";
import type { Random } from "../support/random.ts";
import { anyOf, oneIn, weighed } from "./chance.ts";
import { HEADERS } from "./content.ts";

/** Driver that is called. */
export type Tool = "g++" | "gcc";

/** The arguments of one option, which stay together. */
export type Option = readonly string[];

// Values for options that need one; the others of that kind are not drawn. Those that name directories of the tree are
// made in commands.ts.
const VALUES: Readonly<Record<string, readonly string[]>> = {
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
  "-fabi-version=": ["0", "11"],
  "-falign-functions=": ["16", "32"],
  "-fdebug-prefix-map=": ["src=elsewhere"],
  "-fdiagnostics-": [
    "color=always",
    "color=never",
    "show-caret",
    "plain-output",
    "format=json",
    "minimum-margin-width=2",
  ],
  "-ffile-prefix-map=": ["src=elsewhere", "inc0=nowhere"],
  "-fmacro-prefix-map=": ["src=elsewhere"],
  "-fmax-errors=": ["1"],
  "-fmessage-length=": ["0", "40"],
  "-fno-diagnostics-": ["show-option", "show-caret"],
  "-fpatchable-function-entry=": ["2"],
  "-frandom-seed=": ["1", "two"],
  "-fsanitize=": ["undefined", "bounds"],
  "-ftabstop=": ["2", "8"],
  "-ftls-model=": ["local-exec"],
  "-ftrivial-auto-var-init=": ["zero"],
  "-fvisibility=": ["hidden", "default"],
  "-g": ["", "1", "3", "gdb", "dwarf-4", "no-column-info"],
  "-imacros": ["cfg.h", "h1.h"],
  "-include": ["cfg.h", "h2.h"],
  "-m": ["avx2", "no-red-zone", "cmodel=large", "stackrealign"],
  "-march=": ["native", "x86-64-v2"],
  "-mtune=": ["generic", "native"],
  "-std=": ["c99", "gnu11", "gnu17", "c++17", "gnu++20"],
};

// Also beside another option that makes the bytes the same twice.
const STEADYING: Readonly<Record<string, string>> = { "-flto": "-frandom-seed=7" };

const PLAIN = GCC_OPTIONS.filter((row) => row.refuse === undefined && row.value === undefined && row.act === undefined);
const VALUED = GCC_ROWS.concat(GCC_OPTIONS).filter(({ name }) => Object.hasOwn(VALUES, name));
const REFUSED = GCC_ROWS.filter((row) => row.refuse !== undefined && row.value === undefined && row.when === undefined);
const ROWS = new Map(GCC_OPTIONS.map((row) => [row.name, row]));

/** True if the table says that a call with this option is not cached. */
export function isRefused(option: Option): boolean {
  const row = ROWS.get(option[0] ?? "");
  return row?.refuse !== undefined && row.when === undefined;
}

/** Draws options that the real compilers accept. */
export class OptionSource implements Disposable {
  readonly #known = new Map<string, boolean>();
  readonly #tree: TemporaryTree = fileTree({
    "a.c": "int a;\n",
    "a.cc": "int a;\n",
    "cfg.h": "",
    "src/x": "",
    "inc0/x": "",
  });

  constructor() {
    for (const name of HEADERS) this.#tree.write({ [`${name}.h`]: "" });
  }

  [Symbol.dispose](): void {
    this.#tree[Symbol.dispose]();
  }

  /** One option, or nothing if the one drawn is not for this compiler. */
  draw(random: Random, tool: Tool): Option | undefined {
    const rows = weighed(random, [
      [20, VALUED],
      [18, PLAIN],
      [1, REFUSED],
    ]);
    const row = anyOf(random, rows);
    const option = row === undefined ? undefined : spell(random, row);
    return option !== undefined && this.#accepts(tool, option) ? option : undefined;
  }

  #accepts(tool: Tool, option: Option): boolean {
    const name = [tool, ...option].join(" ");
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const source = tool === "gcc" ? "a.c" : "a.cc";
    const { exitCode, stderr } = Bun.spawnSync(
      [tool, "-c", "-I.", ...option, source, "-o", join(this.#tree.path, "a.o")],
      {
        cwd: this.#tree.path,
        env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C" },
        stdin: "ignore",
        stdout: "ignore",
      },
    );
    const accepted = exitCode === 0 && (stderr.length === 0 || isRefused(option));
    this.#known.set(name, accepted);
    return accepted;
  }
}

function spell(random: Random, { name, value }: OptionRow): Option {
  const steadying = STEADYING[name];
  const more = steadying === undefined ? [] : [steadying];
  if (value === undefined) return [name, ...more];
  const drawn = anyOf(random, VALUES[name] ?? []) ?? "";
  const separate = value === "separate" || (value === "either" && oneIn(random, 2));
  return separate ? [name, drawn] : [`${name}${drawn}`, ...more];
}
