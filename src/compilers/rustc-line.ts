// Reads the command line of rustc into what a plan needs to know of it.

import { type Refusal, type ReplacedPath, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { Surroundings } from "./compiler.ts";
import { namesCallerStream } from "./default-outputs.ts";
import {
  HARMLESS_UNSTABLE,
  NO_DEBUG_INFORMATION,
  PATHLESS_CODEGEN,
  PRINTED_ALONG,
  ROOT_TELLING,
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
  debug(line) {
    line.debug = true;
    return undefined;
  },
  unstable(line, value) {
    const [name] = halves(value);
    if (name === "help") return ask(line);
    line.oddCode = true;
    return HARMLESS_UNSTABLE.has(name.replaceAll("_", "-"))
      ? undefined
      : refuse("unsupported-option", showRaw(`-Z ${name}`));
  },
  remap(line, value) {
    // The last "=" parts the two (rustc_session, "parse_remap_path_prefix").
    const equals = value.lastIndexOf("=");
    if (equals >= 0) line.replaced.push({ from: value.slice(0, equals), to: value.slice(equals + 1) });
    return undefined;
  },
  "set-variable"(line) {
    line.oddCode = true;
    line.tellsRoot = true;
    return undefined;
  },
  "remap-scope"(line) {
    line.remapScoped = true;
    return undefined;
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
  const [spelled, value = ""] = halves(text);
  const name = spelled.replaceAll("_", "-");
  const act = TELLING_CODEGEN.get(name);
  line.oddCode ||= !PATHLESS_CODEGEN.has(name) || (name === "metadata" && value.includes("/"));
  line.debug ||= name === "debuginfo" && !NO_DEBUG_INFORMATION.has(value);
  line.tellsRoot ||= ROOT_TELLING.test(`${name}=${value}`);
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
