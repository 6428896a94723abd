// rustc, and clippy-driver, which takes its place (`RUSTC_WORKSPACE_WRAPPER`): what a call makes, and under which names.

import { type CompilePlan, NATIVE_CPU, type Plan, type PlannedOutput, type Refusal, refuse } from "../core/plan.ts";
import { baseName, type RawText } from "../core/raw-text.ts";
import type { Compiler, Surroundings } from "./compiler.ts";
import { type RustLine, readRustLine } from "./rustc-line.ts";
import { placesOf } from "./rustc-places.ts";

const NAME = /^rustc(?:-\d+(?:\.\d+)*)?$/;

/** The compiler itself. */
export const rustc: Compiler = { name: "rustc", recognises: (name) => NAME.test(name), parse };

/** cargo calls it with the path of rustc in front of rustc's arguments. */
export const clippy: Compiler = {
  name: "clippy",
  recognises: (name) => name === "clippy-driver",
  parse(args, around) {
    const [first = "", ...rest] = args;
    if (!NAME.test(baseName(first))) return parse(args, around);
    const plan = parse(rest, around);
    return plan.kind === "compile" ? { ...plan, keyArguments: ["in place of", first, ...plan.keyArguments] } : plan;
  },
};

function parse(args: readonly RawText[], around: Surroundings): Plan {
  const line = readRustLine(args, around);
  if ("reason" in line) return line;
  return line.asks ? planAnswer(line) : planCrate(line, around);
}

/** What is said on standard output, where nothing is made. A run that makes something all the same is not kept. */
export function planAnswer(line: RustLine): Plan {
  return {
    kind: "compile",
    // Without an input there is nothing but the directory that it is asked in.
    source: line.inputs[0] ?? ".",
    keyArguments: keyOf(line),
    outputs: [],
    sideOutputs: false,
    cwdInKey: true,
  };
}

function planCrate(line: RustLine, around: Surroundings): Plan {
  const [source, ...others] = line.inputs;
  if (source === undefined) return refuse("no-source", "no crate root");
  if (others.length > 0) return refuse("many-sources", `${line.inputs.length} crate roots`);
  const places = placesOf(line);
  const outputs = outputsOf(line, { root: places.root, namesAsOnLinux: namesAsOnLinux(line, around) });
  if ("reason" in outputs) return outputs;
  const { incremental, crateName } = line;
  // Its files would be taken for outputs.
  if (incremental === "" || (incremental !== undefined && crateName === undefined))
    return refuse("unsupported-option", "-C incremental without the name of the crate or of a directory");
  const plan: CompilePlan = {
    kind: "compile",
    source,
    keyArguments: keyOf(line),
    outputs,
    sideOutputs: true,
    cwdInKey: true,
    unlinks: true,
    neverRewritten: CRATES,
    variables: TOLD_BY_CARGO,
  };
  return {
    ...plan,
    ...(incremental === undefined ? {} : { scratch: `${incremental}/${crateName}-` }),
    crateDirectories: crateDirectoriesOf(line),
    ...places,
  };
}

/** Without those that may have been named as directories of another kind, too, whatever the spelling. */
export function crateDirectoriesOf({ dependencyDirectories, otherDirectories }: RustLine): readonly RawText[] {
  const others = new Set(otherDirectories.map(lastName));
  if (["", ".", ".."].some((name) => others.has(name))) return [];
  return dependencyDirectories.filter((directory) => !others.has(lastName(directory)));
}

function lastName(directory: RawText): RawText {
  return baseName(directory.replace(/(?:\/\.?)+$/, ""));
}

/** Everything: names of outputs stand in depfiles and in messages. */
export function keyOf({ args, native }: RustLine): readonly RawText[] {
  return native ? [NATIVE_CPU, ...args] : args;
}

/** What cargo tells about a package, which procedural macros may read from the environment without being seen. */
export const TOLD_BY_CARGO = /^CARGO_(?:BIN_|CRATE_|FEATURE_|MANIFEST_|PKG_|PRIMARY_)/;

/** What rustc itself writes, under another name at first, and only rustc reads. Linkers may write over what is there. */
const CRATES = /\.(?:rlib|rmeta)$/;

// Kinds of --emit.
const DEPFILE = "dep-info";
const LINK = "link";
const METADATA = "metadata";
const MODELLED_EMITS = new Set<RawText>([DEPFILE, LINK, METADATA]);
/** Where programs and libraries have other names. */
const OTHER_NAMES = /wasm|windows|apple|darwin|uefi|emscripten|asmjs|msp430|avr|nvptx|bpf|cygwin/;
/** What makes them so in the description of a target. */
const TELLS_NAMES = /"(?:(?:dll|exe|staticlib)-(?:prefix|suffix)|is-like-[a-z]+)"\s*:/;

/** A target is known by its name, or by a file that describes it, which the trace has as well. */
function namesAsOnLinux({ target = "" }: RustLine, around: Surroundings): boolean {
  if (!target.endsWith(".json")) return !OTHER_NAMES.test(target);
  const description = around.read(target);
  return description !== undefined && !TELLS_NAMES.test(description);
}

type Places = { readonly root: RawText | undefined; readonly namesAsOnLinux: boolean };

/**
 * The file that everything else is made beside: what is linked, else the metadata. What else is made only the run tells,
 * but for the depfile, which is written over an old one.
 */
function outputsOf(line: RustLine, places: Places): readonly PlannedOutput[] | Refusal {
  const kinds = line.emits.size === 0 ? [LINK] : [...line.emits.keys()];
  const odd = kinds.find((kind) => !MODELLED_EMITS.has(kind));
  // Whether one file or one for each unit of code is made is for rustc to decide.
  if (odd !== undefined) return refuse("unsupported-option", `--emit=${odd}`);
  if (line.output === "-" || [...line.emits.values()].includes("-")) return refuse("output-to-stdout", "-o -");
  return line.output === undefined ? outputsBeside(kinds, line, places) : namedOutput(kinds, line.output, line);
}

function namedOutput(kinds: readonly RawText[], output: RawText, line: RustLine): readonly PlannedOutput[] | Refusal {
  const [kind = LINK] = kinds;
  // The names of the others are derived from it.
  if (kinds.length > 1 || line.crateTypes.length > 1) return refuse("unsupported-option", "-o for several outputs");
  return [{ role: kind === DEPFILE ? "depfile" : "object", path: line.emits.get(kind) ?? output }];
}

function outputsBeside(
  kinds: readonly RawText[],
  line: RustLine,
  { root, namesAsOnLinux }: Places,
): readonly PlannedOutput[] | Refusal {
  const { crateName, crateTypes, extraFilename, outDir = "", emits } = line;
  if (!namesAsOnLinux) return refuse("unsupported-option", "--target");
  if (crateName === undefined) return refuse("crate-name", "no --crate-name");
  // What is made along with the first is taken for no program.
  if (crateTypes.length > 1 && crateTypes.includes("bin"))
    return refuse("unsupported-option", "--crate-type bin and more");
  const stem = `${crateName}${extraFilename}`;
  const directory = outDir === "" ? "" : `${outDir.replace(/\/+$/, "")}/`;
  const kind: PlannedOutput = { role: "depfile", path: emits.get(DEPFILE) ?? `${directory}${stem}.d` };
  const told: PlannedOutput = root === undefined ? kind : { ...kind, role: "crate-depfile", target: root };
  const depfile = kinds.includes(DEPFILE) ? [told] : [];
  const linked = kinds.includes(LINK);
  if (!linked && !kinds.includes(METADATA)) return depfile;
  const name = linked ? linkedName(line, stem) : `lib${stem}.rmeta`;
  return [{ role: "object", path: emits.get(linked ? LINK : METADATA) ?? `${directory}${name}` }, ...depfile];
}

/** Of several kinds of crate in one call, the first. */
function linkedName({ crateTypes: [kind = "bin"], test }: RustLine, stem: RawText): RawText {
  if (test) return stem;
  switch (kind) {
    case "lib":
    case "rlib":
      return `lib${stem}.rlib`;
    case "cdylib":
    case "dylib":
    case "proc-macro":
      return `lib${stem}.so`;
    case "staticlib":
      return `lib${stem}.a`;
    default:
      return stem;
  }
}
