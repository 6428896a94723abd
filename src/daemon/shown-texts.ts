// What a result shows of its place, which the context key leaves out: the path of the tree, and the names of outputs.

import { isDepfile } from "../core/depfile.ts";
import { baseName, type RawText, rawFromBytes, rawToBytes } from "../core/raw-text.ts";
import { readRaw } from "../sys/read-raw.ts";
import { saysDirectory, saysRoot } from "./build-root.ts";
import type { CompileCall } from "./call.ts";
import type { Services } from "./services.ts";
import type { StagedOutputs } from "./stage-outputs.ts";
import type { FinishedRun } from "./traced-run.ts";

/** What stands in the messages or the outputs of a run. */
export type Shown = {
  /** The path of the tree that is named from the working directory. */
  readonly tree: boolean;
  /** The working directory, where it is not in the key. */
  readonly directory: boolean;
  /** Names of outputs that are not in the key. */
  readonly names: boolean;
};

// Shorter names stand in any program.
const TELLING_LENGTH = 4;

/**
 * Looks for the path of the tree and the names of outputs. Compilers show names of outputs in messages at most, linkers in
 * what they make as well: the base version of a library without a soname is what it is called (gABI, .gnu.version_d).
 */
export async function shownTexts(
  { run, outputs }: StagedOutputs & { run: FinishedRun },
  { plan, remap }: CompileCall,
  { findTexts }: Pick<Services, "findTexts">,
): Promise<Shown> {
  const inKey = new Set(plan.keyArguments);
  const names = plan.outputs.map(({ path }) => path).filter((path) => !inKey.has(path));
  const tree = remap === undefined ? [] : [remap.root];
  const here = remap?.directory === undefined ? [] : [remap.directory];
  const streams = [run.outcome.stdout, run.outcome.stderr].map((stream) => Buffer.from(stream));
  const isSaid = (text: RawText) => streams.some((stream) => stream.includes(rawToBytes(text)));
  // In a depfile of rustc and in what it tells cargo the directory of the build is exchanged on delivery.
  const depfiles = outputs.filter(({ role }) => role === "crate-depfile").map(({ staged }) => readRaw(staged.path));
  const isRootSaid = (text: RawText) =>
    depfiles.length > 0 ? streams.some((stream) => saysRoot(stream, text)) : isSaid(text);
  const told = [...depfiles, ...streams.map(rawFromBytes)];
  const isHereTold = (text: RawText) => told.some((each) => saysDirectory(each, text, remap?.root ?? text));
  // gold shows a name as it is spelled.
  const spellings = plan.link === true ? new Set(names.flatMap((path) => [baseName(path), path])) : [];
  const texts = { ofDepfiles: tree, ofOthers: [...tree, ...here, ...[...spellings].map(inBytes)] };
  const found = await findIn(outputs, texts, findTexts);
  const isFound = (text: RawText) => found.has(text);
  return {
    tree: tree.some((text) => isRootSaid(text) || isFound(text)),
    directory: here.some((text) => isHereTold(text) || isFound(text)),
    names: names.map(baseName).some(isSaid) || [...spellings].map(inBytes).some(isFound),
  };
}

/** Those of the texts that stand in outputs. What can't be searched may show any. */
async function findIn(
  outputs: StagedOutputs["outputs"],
  { ofDepfiles, ofOthers }: { ofDepfiles: readonly RawText[]; ofOthers: readonly RawText[] },
  findTexts: Services["findTexts"],
): Promise<ReadonlySet<RawText>> {
  const found = new Set<RawText>();
  for (const { role, staged } of outputs) {
    // The target of a depfile is exchanged on delivery.
    const wanted = isDepfile(role) ? (role === "crate-depfile" ? [] : ofDepfiles) : ofOthers;
    if (wanted.length === 0) continue;
    const shows = await findTexts(staged.path, staged.size, wanted).catch(() => wanted.map(() => true));
    for (const [index, text] of wanted.entries()) if (shows[index] === true) found.add(text);
  }
  return found;
}

/** How a name would stand in an output: short ones between the zeros of a table of strings. */
function inBytes(name: RawText): RawText {
  return name.length < TELLING_LENGTH ? `\0${name}\0` : name;
}
