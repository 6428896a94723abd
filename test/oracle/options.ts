// Options for command lines, drawn from the tables of the compilers. Only what the real compiler takes for a language
// without a word is used, which it is asked once per option.

import { CLANG_OPTIONS, CLANG_ROWS, type ClangRow } from "../../src/compilers/tables/clang.ts";
import { GCC_OPTIONS, GCC_ROWS } from "../../src/compilers/tables/gcc.ts";
import { fileTree, type TemporaryTree } from "../support/file-tree.ts";
import { missingTool } from "../support/missing.ts";
import type { Random } from "../support/random.ts";
import { anyOf, oneIn, weighed } from "./chance.ts";
import { HEADERS } from "./content.ts";
import { MEASURING, STEADYING, VALUES } from "./option-values.ts";

/** Driver that is called. */
export type Tool = "clang" | "clang++" | "g++" | "gcc";

/** Tools of clang; they are left out where `CLANG_MISSING` says why. */
export const CLANG_TOOLS = ["clang", "clang++"] as const;

/** Why clang is not drawn, in words; undefined if it is. */
export const CLANG_MISSING: string | undefined = missingTool(...CLANG_TOOLS);

/** True for clang and clang++. */
export function isClang(tool: Tool): boolean {
  return tool === "clang" || tool === "clang++";
}

/** The arguments of one option, which stay together. */
export type Option = readonly string[];

/** What is drawn for one family of compilers. */
type Tables = {
  readonly plain: readonly ClangRow[];
  readonly valued: readonly ClangRow[];
  readonly refused: readonly ClangRow[];
  readonly byName: ReadonlyMap<string, ClangRow>;
};

const GCC = tablesFrom(GCC_ROWS, GCC_OPTIONS);
const CLANG = tablesFrom(CLANG_ROWS, CLANG_OPTIONS);

/** True if the table says that a call with this option is not cached. */
export function isRefused(tool: Tool, option: Option): boolean {
  const row = tablesOf(tool).byName.get(option[0] ?? "");
  return row?.refuse !== undefined && row.when === undefined;
}

/** Draws options that the real compilers accept. */
export class OptionSource implements Disposable {
  readonly #known = new Map<string, boolean>();
  readonly #tree: TemporaryTree = fileTree({
    "a.c": "int a;\n",
    "a.cc": "int a;\n",
    "cfg.h": "",
    "pre.h": "",
    "src/x": "",
    "inc0/x": "",
    "out/x": "",
  });

  constructor() {
    for (const name of HEADERS) this.#tree.write({ [`${name}.h`]: "" });
  }

  [Symbol.dispose](): void {
    this.#tree[Symbol.dispose]();
  }

  /** One option, or nothing if the one drawn is not for this compiler. */
  draw(random: Random, tool: Tool): Option | undefined {
    const tables = tablesOf(tool);
    const rows = weighed(random, [
      [20, tables.valued],
      [18, tables.plain],
      [1, tables.refused],
    ]);
    const row = anyOf(random, rows);
    const option = row === undefined ? undefined : spell(random, row);
    return option !== undefined && this.#accepts(tool, option) ? option : undefined;
  }

  #accepts(tool: Tool, option: Option): boolean {
    const name = [tool, ...option].join(" ");
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const source = tool.endsWith("++") ? "a.cc" : "a.c";
    const spelled = option.map((argument) => argument.replaceAll("@UP@", ""));
    const { exitCode, stderr } = Bun.spawnSync([tool, "-c", "-I.", ...spelled, source, "-o", "a.o"], {
      cwd: this.#tree.path,
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C" },
      stdin: "ignore",
      stdout: "ignore",
    });
    const accepted = exitCode === 0 && (stderr.length === 0 || isRefused(tool, option));
    this.#known.set(name, accepted);
    return accepted;
  }
}

function spell(random: Random, { name, value }: ClangRow): Option {
  const steadying = STEADYING[name];
  const more = steadying === undefined ? [] : [steadying];
  if (value === undefined) return [name, ...more];
  const drawn = anyOf(random, VALUES[name] ?? []) ?? "";
  const separate = value === "separate" || (value === "either" && oneIn(random, 2));
  return separate ? [name, drawn] : [`${name}${drawn}`, ...more];
}

function tablesOf(tool: Tool): Tables {
  return isClang(tool) ? CLANG : GCC;
}

/** @param rows Those with a meaning of their own, drawn more often. @param options All. */
function tablesFrom(rows: readonly ClangRow[], options: readonly ClangRow[]): Tables {
  const steady = (row: ClangRow): boolean => !MEASURING.test(row.name);
  return {
    plain: options
      .filter((row) => [row.refuse, row.value, row.act, row.clang].every((part) => part === undefined))
      .filter(steady),
    valued: rows.concat(options).filter(({ name }) => Object.hasOwn(VALUES, name)),
    refused: rows
      .filter((row) => row.refuse !== undefined && row.value === undefined && row.when === undefined)
      .filter(steady),
    byName: new Map(options.map((row) => [row.name, row])),
  };
}
