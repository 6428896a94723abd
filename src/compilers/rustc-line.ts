// Reads the command line of rustc into what a plan needs to know of it.

import { type Refusal, type ReplacedPath, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Surroundings } from "./compiler.ts";
import { namesCallerStream } from "./default-outputs.ts";
import { RUST_ACTS } from "./rustc-acts.ts";
import { RUST_OPTIONS, type RustOption, type RustOptions } from "./tables/rustc.ts";

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
  /** What rustdoc makes. */
  format: RawText;
  /** Beginnings of paths that are replaced in what is made. */
  readonly replaced: ReplacedPath[];
  /** They are replaced in some of it only. */
  remapScoped: boolean;
  debug: boolean;
  /** The code is made by options of which it is not known that they leave paths alone. */
  oddCode: boolean;
  /** The directory of the outputs gets into them otherwise than by its name. */
  tellsRoot: boolean;
};

/** Reads the arguments, those in files (`@path`, one a line) included. */
export function readRustLine(
  args: readonly RawText[],
  around: Surroundings,
  options: RustOptions = RUST_OPTIONS,
): RustLine | Refusal {
  const expanded = expand(args, around);
  if ("reason" in expanded) return expanded;
  const line = emptyLine(expanded);
  const stream = expanded.find(namesCallerStream);
  if (stream !== undefined) return refuse("caller-stream", showRaw(stream));
  for (let at = 0; at < expanded.length; ) {
    const taken = takeArgument(line, { args: expanded, options }, at);
    if (typeof taken !== "number") return taken;
    at += taken;
  }
  return line;
}

type Words = { readonly args: readonly RawText[]; readonly options: RustOptions };

/** @returns how many arguments the one at `at` and its value are. */
function takeArgument(line: RustLine, { args, options }: Words, at: number): number | Refusal {
  const arg = args[at] ?? "";
  const found = optionOf(arg, options);
  if (found === undefined) {
    if (arg.startsWith("-") && arg !== "-") return refuse("unknown-option", showRaw(arg));
    line.inputs.push(arg);
    return 1;
  }
  const { option, joined } = found;
  const value = option.value ? (joined ?? args[at + 1]) : "";
  if (value === undefined) return refuse("missing-value", showRaw(arg));
  const refusal = option.act === undefined ? undefined : RUST_ACTS[option.act](line, value);
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
    format: "html",
    replaced: [],
    remapScoped: false,
    debug: false,
    oddCode: false,
    tellsRoot: false,
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

function optionOf(arg: RawText, options: RustOptions): Found | undefined {
  const whole = options.get(arg);
  if (whole !== undefined) return { option: whole, joined: undefined };
  const isLong = arg.startsWith("--");
  const end = isLong ? arg.indexOf("=") : 2;
  if (end < 0) return undefined;
  const option = options.get(arg.slice(0, end));
  return option?.value === true ? { option, joined: arg.slice(isLong ? end + 1 : end) } : undefined;
}
