// What each option of rustc means to what is known of a command line (rustc-line.ts).

import { type Refusal, refuse } from "../core/plan.ts";
import { type RawText, showRaw } from "../core/raw-text.ts";
import type { RustLine } from "./rustc-line.ts";
import {
  HARMLESS_UNSTABLE,
  NO_DEBUG_INFORMATION,
  PATHLESS_CODEGEN,
  PRINTED_ALONG,
  ROOT_TELLING,
  type RustAct,
  TELLING_CODEGEN,
} from "./tables/rustc.ts";

/** In two at the first "=". */
function halves(text: RawText): readonly [name: RawText, value: RawText | undefined] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** Each takes the value of the option, empty if it has none, into the line, or says why that is not understood. */
export const RUST_ACTS: Readonly<Record<RustAct, (line: RustLine, value: RawText) => Refusal | undefined>> = {
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
  format(line, value) {
    line.format = value;
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
