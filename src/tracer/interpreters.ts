// Programs that can read any environment variable without being seen: they take the whole block at their start, or have
// a getenv of their own.

import { baseName, type RawText } from "../core/raw-text.ts";

/** True if the executable at `path` reads the environment as a whole, by its base name: /usr/bin/python3.11 is one. */
export function isInterpreter(path: RawText): boolean {
  const name = /^(.*?)-?[0-9.]*$/.exec(baseName(path))?.[1] ?? "";
  return INTERPRETERS.has(name);
}

const INTERPRETERS: ReadonlySet<string> = new Set([
  "ash",
  "awk",
  "bash",
  "bun",
  "busybox",
  "csh",
  "dash",
  "deno",
  "env",
  "fish",
  "gawk",
  "gmake",
  "java",
  "julia",
  "ksh",
  "make", // every variable becomes a make variable
  "mawk",
  "mksh",
  "node",
  "nodejs",
  "original-awk",
  "perl",
  "php",
  "printenv",
  "pypy",
  "python",
  "rbash",
  "ruby",
  "sh",
  "tclsh",
  "tcsh",
  "wish",
  "zsh",
]);
