// The parts of docs/correctness.md that say what the tables of the source say.
//
//     bun test/support/correctness-tables.ts    writes them anew between their marks

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OptionRow } from "../../src/compilers/options.ts";
import { OBJCOPY_OPTIONS, STRIP_OPTIONS } from "../../src/compilers/tables/binary-tools.ts";
import { CLANG_OPTIONS } from "../../src/compilers/tables/clang.ts";
import { CC1_ROWS } from "../../src/compilers/tables/clang-cc1.ts";
import { GCC_OPTIONS } from "../../src/compilers/tables/gcc.ts";
import { LD_OPTIONS } from "../../src/compilers/tables/ld.ts";
import { REFUSAL_REASONS } from "../../src/core/refusal-reasons.ts";
import { IGNORED_VARIABLES, READ_BY_LIBC } from "../../src/key/environment.ts";
import { repository } from "./built-binary.ts";

/** Where the document is. */
export const DOCUMENT = join(repository, "docs/correctness.md");

const TABLES: Readonly<Record<string, readonly OptionRow[]>> = {
  gcc: GCC_OPTIONS,
  clang: CLANG_OPTIONS,
  "clang -cc1": CC1_ROWS,
  "ld, gold, lld, mold": LD_OPTIONS,
  strip: STRIP_OPTIONS,
  objcopy: OBJCOPY_OPTIONS,
};

const PARTS: Readonly<Record<string, () => string>> = {
  reasons: () =>
    table(
      ["reason", "meaning"],
      Object.entries(REFUSAL_REASONS).map(([name, text]) => [code(name), text]),
    ),
  "refused options": () =>
    table(
      ["tool", "options by reason"],
      Object.entries(TABLES).map(([tool, rows]) => [tool, refusedOf(rows)]),
    ),
  "options that show places": () =>
    table(
      ["tool", "the working directory, or names of outputs"],
      Object.entries(TABLES).map(([tool, rows]) => [tool, showing(rows)]),
    ),
  "variables left out": () =>
    table(
      ["variable", "because"],
      Object.entries(IGNORED_VARIABLES).map(([name, why]) => [code(name), why]),
    ),
  "variables read unseen": () => [...[...READ_BY_LIBC].sort(), "LC_*", "LD_*"].map(code).join(", "),
};

/** The document with these parts as the tables are now. @throws {Error} if a mark is missing. */
export function withTables(text: string): string {
  return Object.entries(PARTS).reduce((whole, [name, make]) => {
    const [begin, end] = [`<!-- table: ${name} -->`, "<!-- end -->"];
    const from = whole.indexOf(begin) + begin.length;
    const to = whole.indexOf(end, from);
    if (from < begin.length || to < 0) throw new Error(`Cannot find the place of "${name}" in docs/correctness.md`);
    return `${whole.slice(0, from)}\n\n${make()}\n\n${whole.slice(to)}`;
  }, text);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

function refusedOf(rows: readonly OptionRow[]): string {
  const byReason = new Map<string, string[]>();
  for (const { name, value, refuse, when } of rows) {
    if (refuse === undefined) continue;
    const options = byReason.get(refuse) ?? [];
    byReason.set(refuse, options);
    options.push(code(name + (value === "joined" ? "…" : "")) + (when === undefined ? "" : " with some values"));
  }
  return [...byReason].map(([reason, options]) => `${reason}: ${options.join(" ")}`).join("; ") || "none";
}

function showing(rows: readonly OptionRow[]): string {
  const names = rows.filter(({ shows, refuse }) => shows !== undefined && refuse === undefined);
  return names.map(({ name, value }) => code(name + (value === "joined" ? "…" : ""))).join(" ") || "none";
}

if (import.meta.main) writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, "utf8")));
