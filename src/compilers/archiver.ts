// Archivers: ar, gcc-ar and llvm-ar that add members, and ranlib, which gives an archive its index (ar(1), ranlib(1)).
// What was in the archive before is an input like the members are.

import { type OutputRole, type Plan, type Refusal, refuse } from "../core/plan.ts";
import { baseName, type RawText, showRaw } from "../core/raw-text.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { isStream, namesCallerStream } from "./default-outputs.ts";
import { linkTool, nondeterminism, plainArguments } from "./link-tool.ts";
import { expandResponseFiles } from "./response-files.ts";

const ARCHIVER = /^(?:(?!(?:eu|rust)-)[\w.+]+-){0,4}ar(?:-\d+(?:\.\d+)*)?$/;
const INDEXER = /^(?:(?!(?:eu|llvm|rust)-)[\w.+]+-){0,4}ranlib(?:-\d+(?:\.\d+)*)?$/;
const OF_LLVM = /^llvm-ar/;

/** The archivers of binutils and gcc. */
export const archiver: Compiler = linkTool({
  name: "ar",
  recognises: (name) => ARCHIVER.test(name) && !OF_LLVM.test(name),
  parse: (args, around) => parseArchiver(args, around, "direct"),
});

/** LLVM's archiver, which renames a temporary file over the old archive: nothing of the old file stays. */
export const llvmArchiver: Compiler = linkTool({
  name: "llvm-ar",
  recognises: (name) => OF_LLVM.test(name),
  parse: (args, around) => parseArchiver(args, around, "object"),
});

/** ranlib, and `ar s`. */
export const indexer: Compiler = linkTool({
  name: "ranlib",
  recognises: (name) => INDEXER.test(name),
  parse: parseIndexer,
});

function parseArchiver(args: readonly RawText[], around: Surroundings, role: OutputRole): Plan {
  const plain = plainArguments(args, around);
  if ("reason" in plain) return plain;
  const line = readArchiverLine(plain);
  if ("reason" in line) return line;
  return line.letters.includes("M") ? planScript(plain) : planArchive(line, role);
}

type ArchiverLine = {
  /** Letters of the operation and its modifiers. */
  readonly letters: RawText;
  /** --thin, --plugin FILE and the like. */
  readonly long: readonly RawText[];
  readonly positionals: readonly RawText[];
};

/** Long options with a value of their own, which may also be joined by "=". */
const VALUED = new Set<RawText>(["--output", "--plugin", "--record-libdeps", "--rsp-quoting", "--target"]);
const INFORMATION = new Set<RawText>(["--help", "--version", "-V", "-h"]);

/** Letters may come with or without a dash, and further ones later with one. */
function readArchiverLine(args: readonly RawText[]): ArchiverLine | Refusal {
  const information = args.find((arg) => INFORMATION.has(arg));
  if (information !== undefined) return refuse("library", showRaw(information));
  const long: RawText[] = [];
  const rest: RawText[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg.startsWith("--")) long.push(arg, ...(VALUED.has(arg) ? [args[++at] ?? ""] : []));
    else rest.push(arg);
  }
  const [operation = "", ...others] = rest;
  const isLetters = (arg: RawText): boolean => arg.startsWith("-") && arg.length > 1;
  const letters = [operation, ...others.filter(isLetters)].map((arg) => arg.replace(/^-/, "")).join("");
  return { letters, long, positionals: others.filter((arg) => !isLetters(arg)) };
}

function planArchive(line: ArchiverLine, role: OutputRole): Plan {
  const { letters, long, positionals } = line;
  // Before the archive's name: the member that others are put beside (a, b, i), and which of several (N).
  const places = (/[abi]/.test(letters) ? 1 : 0) + (letters.includes("N") ? 1 : 0);
  const [archive, ...members] = positionals.slice(places);
  const refusal = refuseOperation(line) ?? refuseMembers(letters, archive, members);
  if (refusal !== undefined || archive === undefined) return refusal ?? refuse("no-source", "no archive");
  const thin = letters.includes("T") || long.includes("--thin");
  // Without c the archiver says which archive it makes; the members of a thin one are told relative to it.
  const namesArchive = thin || !letters.includes("c");
  return {
    kind: "compile",
    source: members[0] ?? archive,
    keyArguments: [
      `archive ${letters}`,
      String(long.length),
      ...long,
      ...positionals.slice(0, places),
      ...(namesArchive ? ["named", archive] : ["any name"]),
      ...members,
    ],
    outputs: [{ role, path: archive }],
    sideOutputs: false,
    cwdInKey: thin,
    previous: [archive],
    repeatable: isRepeatable(line, members),
    ...(letters.includes("U") ? { attributes: members } : { timeless: true }),
    ...(/[rq]/.test(letters) && !isDeterministic(letters) ? { warning: nondeterminism("D") } : {}),
  };
}

/** Not every archiver leaves times out by itself. Of U and D the last one wins. */
function isDeterministic(letters: RawText): boolean {
  return letters.lastIndexOf("D") > letters.lastIndexOf("U");
}

/** Letters with which members take the place of those of the same name, or which add none (`ar s`). */
const REPLACING = /^[DSUcrsuv]*$/;

/** False where the second run adds members again, and where members of one name are told apart by their order. */
function isRepeatable({ letters, long }: ArchiverLine, members: readonly RawText[]): boolean {
  const names = new Set(members.map(baseName));
  return REPLACING.test(letters) && long.length === 0 && names.size === members.length;
}

const LETTERS = /^[DLMNOPSTUVabcdfilmopqrstuvx]*$/;

function refuseOperation({ letters, long }: ArchiverLine): Refusal | undefined {
  // gcc-ar's -BDIR and whatever else is no letter of ar(1).
  if (!LETTERS.test(letters)) return refuse("unknown-option", showRaw(letters));
  const [operation] = /[dmptx]/.exec(letters) ?? [];
  if (operation !== undefined) return refuse("archive-operation", operation);
  if (!/[rqs]/.test(letters)) return refuse("archive-operation", "neither r nor q nor s");
  // Newer members only: times are compared. Where archives hold no times, ar takes no notice of it.
  if (letters.includes("u") && letters.includes("U")) return refuse("unsupported-option", "u with U");
  const takesList = letters.includes("l") || long.some((option) => option.startsWith("--record-libdeps"));
  return takesList ? refuse("unsupported-option", "l") : undefined;
}

function refuseMembers(letters: RawText, archive: RawText | undefined, members: readonly RawText[]) {
  const adds = /[rq]/.test(letters);
  if (archive === undefined || (adds && members.length === 0)) return refuse("no-source", "no members");
  return !adds && members.length > 0 ? refuse("many-sources", "several archives") : undefined;
}

/** `ar -M` takes its orders, the names of archives among them, from standard input. */
function planScript(line: readonly RawText[]): Plan {
  return {
    kind: "compile",
    source: "-",
    keyArguments: ["archive script", ...line],
    outputs: [],
    sideOutputs: true,
    cwdInKey: true,
    timeless: true,
  };
}

function parseIndexer(args: readonly RawText[], around: Surroundings): Plan {
  const expanded = expandResponseFiles(args, around);
  if ("reason" in expanded) return expanded;
  const options = expanded.filter((arg) => arg.startsWith("-"));
  const information = options.find((option) => /^-[vVhH]|^--(?:help|version)/.test(option));
  if (information !== undefined) return refuse("library", showRaw(information));
  // -t sets a time, -U keeps the present one.
  const odd = options.find((option) => option !== "-D" && !option.startsWith("--plugin="));
  if (odd !== undefined) return refuse("unsupported-option", showRaw(odd));
  const archives = expanded.filter((arg) => !arg.startsWith("-"));
  const [archive] = archives;
  if (archive === undefined) return refuse("no-source", "no archive");
  if (archives.length > 1) return refuse("many-sources", "several archives");
  if (namesCallerStream(archive) || isStream(archive)) return refuse("caller-stream", showRaw(archive));
  return {
    kind: "compile",
    source: archive,
    keyArguments: ["index", ...options],
    outputs: [{ role: "direct", path: archive }],
    sideOutputs: false,
    cwdInKey: false,
    previous: [archive],
    repeatable: true,
    timeless: true,
  };
}
