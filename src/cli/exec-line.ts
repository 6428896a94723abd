// The command line of `zccache exec`: what is declared, and the tool with its arguments, which are not ours to look at.

import { type RawText, showRaw } from "../core/raw-text.ts";

/** What stands in front of `--`, by the flag's name; lists in order. */
export type ExecLine = {
  readonly values: ReadonlyMap<string, readonly RawText[]>;
  readonly switches: ReadonlySet<string>;
  /** The tool as it is spelled, and its arguments. */
  readonly command: readonly [tool: RawText, ...args: RawText[]];
};

/** Flags with a value, each any number of times unless `ONCE` has it, and what help says of them. */
export const VALUE_FLAGS: Readonly<Record<string, string>> = {
  "depfile <file>": "make-style list of inputs that the tool writes",
  "endpoint <socket>": "of the daemon",
  "include-dir <dir>": "where scanned files' headers are looked for, as -I",
  "include-scan <file>": "C-like file whose headers are inputs, transitively",
  "input-env <name>": "the tool gets this variable, and only those that are named so",
  "input-extra <text>": "part of the key",
  "input-file <file>": "input, whether the tool reads it or not",
  "input-file-list <file>": "names of inputs, one a line",
  "iquote-dir <dir>": "as -iquote",
  "key-args-filter <regex>": "arguments that match are not in the key",
  "output-file <file>":
    "what the tool writes; without any, it is all that it leaves in the directory, and times of inputs count, too",
  "system-include <dir>": "as -isystem",
  "tool-hash <sha256>": "identity of the tool, instead of its content",
};

/** Flags without. */
export const SWITCH_FLAGS: Readonly<Record<string, string>> = {
  "input-file-stdin": "names of inputs on standard input, one a line",
  "no-cache": "run the tool, look nothing up, store nothing",
  "no-cwd-in-key": "the result holds in any directory",
  "non-deterministic": "as --no-cache: two runs differ",
};

/** Flags that may be switched off by `=false`. */
export const STREAM_FLAGS: Readonly<Record<string, string>> = {
  "output-stderr": "keep standard error; =false drops it",
  "output-stdout": "keep standard output; =false drops it",
};

/** Reads the arguments behind `exec`. @returns what is wrong with them, for the user. */
export function readExecLine(args: readonly RawText[]): ExecLine | string {
  const values = new Map<string, RawText[]>();
  const switches = new Set<string>();
  for (let at = 0; at < args.length; ) {
    const word = args[at] ?? "";
    if (word === "--") return asLine({ values, switches }, args.slice(at + 1));
    const flag = readFlag(word, args[at + 1]);
    if (typeof flag === "string") return flag;
    if (flag.value === undefined) switches.add(flag.name);
    else values.set(flag.name, [...(values.get(flag.name) ?? []), flag.value]);
    at += flag.words;
  }
  return NO_TOOL;
}

/** One flag, and of how many words it is. Streams are wanted anyway: only `=false` says something. */
type Flag = { readonly name: string; readonly value?: RawText; readonly words: 1 | 2 };

function readFlag(word: RawText, next: RawText | undefined): Flag | string {
  const [, name = "", joined] = /^--([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
  if (SWITCHES.has(name) && joined === undefined) return { name, words: 1 };
  if (STREAMS.has(name)) {
    if (joined !== undefined && joined !== "true" && joined !== "false") return `"--${name}" is true or false`;
    return { name: joined === "false" ? `no-${name}` : name, words: 1 };
  }
  if (!VALUES.has(name)) return `"${showRaw(word)}" is no flag of it; the tool stands behind "--"`;
  if (joined !== undefined) return { name, value: joined, words: 1 };
  return next === undefined ? `"--${name}" is without its value` : { name, value: next, words: 2 };
}

const NO_TOOL = 'there is no tool: it stands behind "--"';
const VALUES = namesOf(VALUE_FLAGS);
const SWITCHES = namesOf(SWITCH_FLAGS);
const STREAMS = namesOf(STREAM_FLAGS);
const ONCE = ["depfile", "endpoint", "input-extra", "tool-hash"];

function namesOf(flags: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(Object.keys(flags).map((flag) => flag.split(" ")[0] ?? flag));
}

function asLine(flags: Pick<ExecLine, "values" | "switches">, command: readonly RawText[]): ExecLine | string {
  const [tool, ...args] = command;
  if (tool === undefined || tool === "") return NO_TOOL;
  const twice = ONCE.find((name) => (flags.values.get(name)?.length ?? 0) > 1);
  if (twice !== undefined) return `"--${twice}" is given twice`;
  const hash = flags.values.get("tool-hash")?.[0];
  if (hash !== undefined && !/^[0-9a-f]{64}$/i.test(hash)) return '"--tool-hash" is not 64 hexadecimal digits';
  return { ...flags, command: [tool, ...args] };
}
