// Depfiles in make's syntax, as compilers and generators of all kinds write them, read for the names behind the colons:
//
// depfile ::= (rule | comment | empty line)*
// rule    ::= name+ ":" name* "\n"          a line goes on behind a backslash at its end
// name    ::= with "\ " for a blank, "\#" for "#", "\:" for ":", "$$" for "$"; other backslashes are themselves

import type { RawText } from "../../core/raw-text.ts";

/**
 * The files that the targets depend on, each once, in order.
 * @returns undefined for what is no depfile: no rule, a recipe, a variable that make would have to expand.
 * @example
 * ```ts
 * if (parseDepfile("a.o: a.c my\\ b.h\nb.h:\n")?.join() !== "a.c,my b.h") throw new Error("unexpected names");
 * ```
 */
export function parseDepfile(text: RawText): RawText[] | undefined {
  const names = new Set<RawText>();
  let rules = 0;
  for (const line of text.replace(/\\\r?\n/g, " ").split(/\r?\n/)) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    // A line that begins with a tab is a command of the rule above it.
    if (line.startsWith("\t") || /(?<!\$)(?:\$\$)*\$(?!\$)/.test(line)) return undefined;
    // A colon inside of a name is followed by more of it: C:/a.c, http://a.
    const colon = /(?<!\\)(?:\\\\)*:(?=\s|$)/.exec(line);
    if (colon === null || line.slice(0, colon.index).trim() === "") return undefined;
    rules += 1;
    for (const word of line.slice(colon.index + colon[0].length).match(WORD) ?? []) names.add(unquoted(word));
  }
  return rules === 0 ? undefined : [...names];
}

const WORD = /(?:\\[ \t]|\S)+/g;

function unquoted(word: RawText): RawText {
  return word.replace(/\\([ \t#:])/g, "$1").replaceAll("$$", "$");
}
