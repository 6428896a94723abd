// Response files: an argument `@file` stands for the arguments written in that file (gcc(1), "@file").
//
// file     ::= (space* argument)* space*
// argument ::= (plain | "\" any | "'" (not "'")* "'" | '"' ('\' any | not '"')* '"')+

import { type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Surroundings } from "./compiler.ts";
import { namesCallerStream } from "./default-outputs.ts";

const DEEPEST = 16;
/** Bounds files that name themselves twice, which would double with every level. */
const MOST_FILES = 2000;

/**
 * Replaces every `@file` by its arguments, those within such files too, keeping the order.
 * @returns `bad-response-file` for a file that can't be read (gcc takes the argument literally then), that is nested
 *   deeper than 16 levels, or whose quoting means different things to different versions of gcc.
 */
export function expandResponseFiles(args: readonly RawText[], files: ResponseFiles): readonly RawText[] | Refusal {
  if (!args.some((arg) => arg.startsWith("@"))) return args;
  const expanded: RawText[] = [];
  const refusal = expandInto(expanded, args, { files, depth: 0, count: { left: MOST_FILES } });
  return refusal ?? expanded;
}

/** All that an expansion asks its surroundings for. */
type ResponseFiles = Pick<Surroundings, "read">;

type Expansion = { readonly files: ResponseFiles; readonly depth: number; readonly count: { left: number } };

function expandInto(expanded: RawText[], args: readonly RawText[], expansion: Expansion): Refusal | undefined {
  for (const arg of args) {
    if (!arg.startsWith("@")) {
      expanded.push(arg);
      continue;
    }
    const inner = argumentsOf(arg, expansion);
    if ("reason" in inner) return inner;
    const refusal = expandInto(expanded, inner, { ...expansion, depth: expansion.depth + 1 });
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function argumentsOf(arg: RawText, { files, depth, count }: Expansion): readonly RawText[] | Refusal {
  const name = showRaw(arg);
  if (depth === DEEPEST || count.left-- === 0) return refuse("bad-response-file", `${name} is nested too deep`);
  if (namesCallerStream(arg)) return refuse("caller-stream", name);
  const content = files.read(arg.slice(1));
  if (content === undefined) return refuse("bad-response-file", `${name} cannot be read`);
  return splitArguments(content) ?? refuse("bad-response-file", `${name} is quoted in a way that differs by version`);
}

// A backslash quotes any character, even between apostrophes, up to gcc 13; gcc 14 took the shell's rules. What the
// two read differently, and NUL, where gcc stops reading, is left to the tool.
const ARGUMENT = /(?:[^ \t\n\v\f\r\\'"\0]+|\\[^\n\0]|'[^'\\\0]*'|"(?:[^"\\\0]|\\[$`"\\])*")+/y;
const BLANKS = /[ \t\n\v\f\r]*/y;
const QUOTED = /\\.|'[^']*'|"(?:[^"\\]|\\.)*"/gs;
const ESCAPED = /\\(.)/gs;

/** Arguments in the content of a response file; undefined if its quoting is not the same for all versions of gcc. */
export function splitArguments(content: RawText): readonly RawText[] | undefined {
  const args: RawText[] = [];
  for (let at = skip(BLANKS, content, 0); at < content.length; ) {
    const end = skip(ARGUMENT, content, at);
    const next = skip(BLANKS, content, end);
    if (end === at || (next === end && end < content.length)) return undefined;
    args.push(unquote(content.slice(at, end)));
    at = next;
  }
  return args;
}

function unquote(argument: RawText): RawText {
  return argument.replace(QUOTED, (piece) => {
    if (piece.startsWith("'")) return piece.slice(1, -1);
    if (piece.startsWith('"')) return piece.slice(1, -1).replace(ESCAPED, "$1");
    return piece.slice(1);
  });
}

/** Position behind the match of a sticky pattern at `at`; `at` itself if there is none. */
function skip(pattern: RegExp, text: RawText, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
