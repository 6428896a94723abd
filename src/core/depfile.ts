// Depfiles as gcc writes them (mkdeps.cc of libcpp), and how the name of the object in one is exchanged:
//
// depfile ::= <target> ":" dependency* "\n" <rules for -MP>
// dependency ::= (" " | " \" "\n" " ") <name>        broken before a name that would end behind column 72

import type { RawText } from "./raw-text.ts";

/**
 * True if all versions of gcc write the name into a depfile as it is spelled, a leading `./` aside. Blanks, `$`, `#`,
 * `:` and backslashes are quoted, not always in the same way.
 */
export function isPlainTarget(name: RawText): boolean {
  return /^[\w./+,@=~^-]+$/.test(name) && shortened(name) !== "";
}

/**
 * The depfile that gcc would have written had the object been named `to` instead of `from`, both plain.
 * @returns undefined if `content` does not begin with a rule for `from`.
 * @example
 * ```ts
 * if (retarget("a.o: a.c\n", "./a.o", "out/b.o") !== "out/b.o: a.c\n") throw new Error("unexpected depfile");
 * ```
 */
export function retarget(content: RawText, from: RawText, to: RawText): RawText | undefined {
  const head = `${shortened(from)}:`;
  const rule = FIRST_RULE.exec(content)?.[0];
  if (rule === undefined || !rule.startsWith(head)) return undefined;
  const dependencies = rule.slice(head.length, -1).match(DEPENDENCY) ?? [];
  return `${rewrapped(shortened(to), dependencies)}\n${content.slice(rule.length)}`;
}

/** True for all kinds of depfiles. */
export function isDepfile(role: string | undefined): role is "depfile" | "link-depfile" | "crate-depfile" {
  return role === "depfile" || role === "link-depfile" || role === "crate-depfile";
}

/**
 * As `retarget`, for any kind. Linkers write the name of their output as it is spelled, and fold nothing by it; rustc names
 * every output and input, and what is exchanged is the directory of the build that they are in.
 */
export function retargetAs(role: string, content: RawText, { from, to }: { from: RawText; to: RawText }) {
  if (role === "crate-depfile") return moved(content, from, to);
  if (role !== "link-depfile") return retarget(content, from, to);
  return content.startsWith(`${from}:`) ? to + content.slice(from.length) : undefined;
}

/** Text with paths below one directory, of plain characters, put below another. */
export function moved(text: RawText, from: RawText, to: RawText): RawText {
  if (from === to || !text.includes(from)) return text;
  // Not the end of a longer path.
  return text.replace(new RegExp(`(?<![\\w./+@,~-])${from.replace(/[.+]/g, "\\$&")}(?=/)`, "g"), () => to);
}

const WIDTH = 72;
const FIRST_RULE = /^(?:[^\n]* \\\n)*[^\n]*\n/;
const DEPENDENCY = /(?:\\[^\n]|[^ \\\n])+/g;

function rewrapped(target: RawText, dependencies: readonly RawText[]): RawText {
  let rule = `${target}:`;
  let column = rule.length;
  for (const name of dependencies) {
    if (column + name.length > WIDTH) {
      rule += " \\\n";
      column = 0;
    }
    rule += ` ${name}`;
    column += 1 + name.length;
  }
  return rule;
}

/** As gcc takes it: without a leading `./`, with the slashes that follow it. */
function shortened(target: RawText): RawText {
  return target.replace(/^(?:\.\/+)+/, "");
}
