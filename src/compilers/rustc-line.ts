// Reads the command line of rustc into what a plan needs to know of it.

import { type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Surroundings } from "./compiler.ts";
import { namesCallerStream } from "./default-outputs.ts";
import {
  HARMLESS_UNSTABLE,
  PRINTED_ALONG,
  RUST_OPTIONS,
  type RustAct,
  type RustOption,
  TELLING_CODEGEN,
} from "./tables/rustc.ts";

/** What a command line says; lists are in its order. */
export type RustLine = {
  /** All of it, those in files in their places. */
  readonly args: readonly RawText[];
  readonly inputs: RawText[];
  readonly crateTypes: RawText[];
  /** By kind; undefined: the file's name is rustc's to choose. */
  readonly emits: Map<RawText, RawText | undefined>;
  crateName: RawText | undefined;
  extraFilename: RawText;
  outDir: RawText | undefined;
  output: RawText | undefined;
  target: RawText | undefined;
  incremental: RawText | undefined;
  test: boolean;
  /** Information is asked for; nothing is compiled. */
  asks: boolean;
  native: boolean;
  /** Directories in which crates are looked for that other crates need, and none that the source names itself. */
  readonly dependencyDirectories: RawText[];
  /** Files of crates. */
  readonly externs: RawText[];
  /** Those of other kinds. */
  readonly otherDirectories: RawText[];
};

/** Reads the arguments, those in files (`@path`, one a line) included. */
export function readRustLine(args: readonly RawText[], around: Surroundings): RustLine | Refusal {
  const expanded = expand(args, around);
  if ("reason" in expanded) return expanded;
  const line = emptyLine(expanded);
  const stream = expanded.find(namesCallerStream);
  if (stream !== undefined) return refuse("caller-stream", showRaw(stream));
  for (let at = 0; at < expanded.length; ) {
    const taken = takeArgument(line, expanded, at);
    if (typeof taken !== "number") return taken;
    at += taken;
  }
  return line;
}

/** @returns how many arguments the one at `at` and its value are. */
function takeArgument(line: RustLine, args: readonly RawText[], at: number): number | Refusal {
  const arg = args[at] ?? "";
  const found = optionOf(arg);
  if (found === undefined) {
    if (arg.startsWith("-") && arg !== "-") return refuse("unknown-option", showRaw(arg));
    line.inputs.push(arg);
    return 1;
  }
  const { option, joined } = found;
  const value = option.value ? (joined ?? args[at + 1]) : "";
  if (value === undefined) return refuse("missing-value", showRaw(arg));
  const refusal = option.act === undefined ? undefined : ACTS[option.act](line, value);
  return refusal ?? (option.value && joined === undefined ? 2 : 1);
}

function emptyLine(args: readonly RawText[]): RustLine {
  return {
    args,
    inputs: [],
    crateTypes: [],
    emits: new Map(),
    crateName: undefined,
    extraFilename: "",
    outDir: undefined,
    output: undefined,
    target: undefined,
    incremental: undefined,
    test: false,
    asks: false,
    native: false,
    dependencyDirectories: [],
    externs: [],
    otherDirectories: [],
  };
}

/** Within such a file `@` means nothing (the book, "@path"). */
function expand(args: readonly RawText[], around: Surroundings): readonly RawText[] | Refusal {
  const expanded: RawText[] = [];
  for (const arg of args) {
    if (!arg.startsWith("@")) {
      expanded.push(arg);
      continue;
    }
    if (namesCallerStream(arg)) return refuse("caller-stream", showRaw(arg));
    const content = around.read(arg.slice(1));
    // "shell:" of nightly is a rule of its own.
    if (content === undefined) return refuse("bad-response-file", `${showRaw(arg)} cannot be read`);
    const lines = content.split(/\r?\n/);
    if (lines.at(-1) === "") lines.pop();
    expanded.push(...lines);
  }
  return expanded;
}

type Found = { readonly option: RustOption; readonly joined: RawText | undefined };

function optionOf(arg: RawText): Found | undefined {
  const whole = RUST_OPTIONS.get(arg);
  if (whole !== undefined) return { option: whole, joined: undefined };
  const isLong = arg.startsWith("--");
  const end = isLong ? arg.indexOf("=") : 2;
  if (end < 0) return undefined;
  const option = RUST_OPTIONS.get(arg.slice(0, end));
  return option?.value === true ? { option, joined: arg.slice(isLong ? end + 1 : end) } : undefined;
}

/** In two at the first "=". */
function halves(text: RawText): readonly [name: RawText, value: RawText | undefined] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

const ACTS: Readonly<Record<RustAct, (line: RustLine, value: RawText) => Refusal | undefined>> = {
  codegen,
  unstable(line, value) {
    const [name] = halves(value);
    if (name === "help") return ask(line);
    return HARMLESS_UNSTABLE.has(name.replaceAll("_", "-"))
      ? undefined
      : refuse("unsupported-option", showRaw(`-Z ${name}`));
  },
  "crate-name": (line, value) => {
    line.crateName = value;
    return undefined;
  },
  "crate-type"(line, value) {
    line.crateTypes.push(...value.split(","));
    return undefined;
  },
  emit(line, value) {
    for (const part of value.split(",")) line.emits.set(...halves(part));
    return undefined;
  },
  extern(line, value) {
    // priv,noprelude:name=path
    const [, path] = halves(value);
    if (path !== undefined) line.externs.push(path);
    return undefined;
  },
  // How long each step took.
  json: (_, value) =>
    value.split(",").includes("timings") ? refuse("unsupported-option", "--json=timings") : undefined,
  "library-path"(line, value) {
    const [kind, path] = halves(value);
    if (kind === "dependency" && path !== undefined) line.dependencyDirectories.push(path);
    else line.otherDirectories.push(path ?? kind);
    return undefined;
  },
  lint: (line, value) => (value === "help" ? ask(line) : undefined),
  "out-dir": (line, value) => {
    line.outDir = value;
    return undefined;
  },
  output(line, value) {
    const twice = line.output !== undefined;
    line.output = value;
    return twice ? refuse("unsupported-option", "more than one -o") : undefined;
  },
  print(line, value) {
    const [what, path] = halves(value);
    if (path !== undefined) return refuse("dump-output", showRaw(`--print=${value}`));
    line.asks ||= !PRINTED_ALONG.has(what);
    // The list says which one `native` is.
    line.native ||= what === "target-cpus";
    return undefined;
  },
  question: ask,
  target: (line, value) => {
    line.target = value;
    return undefined;
  },
  test: (line) => {
    line.test = true;
    return undefined;
  },
};

function ask(line: RustLine): undefined {
  line.asks = true;
}

function codegen(line: RustLine, text: RawText): Refusal | undefined {
  const [name, value = ""] = halves(text);
  const act = TELLING_CODEGEN.get(name.replaceAll("_", "-"));
  if (act instanceof RegExp) return act.test(value) ? refuse("dump-output", showRaw(`-C ${text}`)) : undefined;
  switch (act) {
    case "extra-filename":
      line.extraFilename = value;
      return undefined;
    case "help":
      return ask(line);
    case "incremental":
      line.incremental = value;
      return undefined;
    case "processor":
      line.native ||= value === "native";
      return undefined;
    default:
      return undefined;
  }
}
