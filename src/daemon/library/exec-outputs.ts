// What a GenericToolExec leaves in the store, by names of its own, since its outputs may lie anywhere and have any mode:
//
// name ::= "declared/" <mode> "/" <index>       one of `output_files`, whose names are in the key
//        | "found/" <mode> "/" <path>           below the working directory, where outputs are found by the trace
//        | "depfile/" <mode>
//        | "stdout" | "stderr"                  a stream that is too large to be kept with the entry
//
// Modes are octal, permissions and set-ID bits.

import { type BigIntStats, lstatSync, type Stats } from "node:fs";
import { identityText, type Observation } from "../../core/observation.ts";
import { absolutePath, type RawText, showRaw, withoutEmptySteps } from "../../core/raw-text.ts";
import type { FileStates } from "../../key/file-states.ts";
import type { NewOutput } from "../../store/new-result.ts";
import { fsPath } from "../../sys/fs-path.ts";
import { isInnerName } from "../../sys/inner-name.ts";
import type { ExecCall } from "./exec-call.ts";
import type { NotStored } from "./exec-tally.ts";

/** A file of a run that belongs to its result. */
export type ExecOutput = {
  /** As above. */
  readonly name: RawText;
  /** Absolute. */
  readonly place: RawText;
};

/** Where something goes that has such a name; undefined if it is no file of this call. */
export function placeOf(name: RawText, call: ExecCall): { place: RawText; mode: number } | undefined {
  const [, octal = ""] = /^\w+\/([0-7]{1,4})(?:\/|$)/.exec(name) ?? [];
  const path = /^depfile\/\d+$/.test(name) ? call.depfile : shownName(name, call);
  if (path === undefined || octal === "") return undefined;
  return { place: absolutePath(path, call.cwd), mode: Number.parseInt(octal, 8) };
}

/** The output's name for the caller: as it was declared, or from the working directory; undefined for what is none. */
export function shownName(name: RawText, { outputs }: ExecCall): RawText | undefined {
  const [, index, path = ""] = /^(?:declared\/[0-7]+\/(\d+)|found\/[0-7]+\/(.+))$/s.exec(name) ?? [];
  if (index !== undefined) return outputs[Number(index)];
  return isInnerName(path) ? path : undefined;
}

/** A `NewOutput` needs a role; this one is checked on the way in and out of the store to lead nowhere else. */
export function asNewOutput(name: RawText, staged: NewOutput["staged"]): NewOutput {
  return { role: "cwd-side", name, staged };
}

/** The files of a finished run that belong to its result, or why it has none. */
export function outputsOf(
  observation: Observation,
  call: ExecCall,
  { files, startedNs }: { files: Pick<FileStates, "stamp">; startedNs: bigint },
): readonly ExecOutput[] | NotStored {
  return call.findsOutputs ? foundOutputs(observation, call, startedNs) : declaredOutputs(observation, call, files);
}

function declaredOutputs(
  { written, changedInPlace }: Observation,
  call: ExecCall,
  files: Pick<FileStates, "stamp">,
): readonly ExecOutput[] | NotStored {
  const identify = (path: RawText) => {
    const stamp = files.stamp(path, "presence");
    return stamp && identityText({ device: stamp.dev, inode: stamp.ino });
  };
  const made = new Set(written.map(identify));
  const inPlace = new Set(changedInPlace.map(identify));
  const outputs: ExecOutput[] = [];
  const wanted = call.outputs.map((path, index) => ({ path, kind: "declared", rest: `/${index}` }));
  if (call.depfile !== undefined) wanted.push({ path: call.depfile, kind: "depfile", rest: "" });
  for (const { path, kind, rest } of wanted) {
    const place = absolutePath(path, call.cwd);
    const stats = lstatSync(fsPath(place), { throwIfNoEntry: false });
    // One that was there before and that the run let be: why it did so is not known, times may have decided.
    if (stats === undefined || !made.has(identify(place))) return { reason: "output-missing", detail: showRaw(path) };
    if (!stats.isFile()) return { reason: "output-kind", detail: `${showRaw(path)} is no regular file` };
    if (inPlace.has(identify(place))) return { reason: "output-in-place", detail: showRaw(path) };
    outputs.push({ name: `${kind}/${modeOf(stats)}${rest}`, place });
  }
  return outputs;
}

/** Where nothing is declared, all that was left must be a new plain file below the working directory. */
function foundOutputs(
  { written, changedInPlace }: Observation,
  { cwd }: ExecCall,
  startedNs: bigint,
): readonly ExecOutput[] | NotStored {
  const [inPlace] = changedInPlace;
  if (inPlace !== undefined) return { reason: "output-in-place", detail: showRaw(inPlace) };
  const outputs: ExecOutput[] = [];
  const folders: RawText[] = [];
  const base = withoutEmptySteps(`${cwd}/`);
  for (const place of written) {
    const stats = lstatSync(fsPath(place), { throwIfNoEntry: false, bigint: true });
    if (stats === undefined) continue;
    const path = place.startsWith(base) ? place.slice(base.length) : "";
    if (!isInnerName(path)) return { reason: "output-outside", detail: showRaw(place) };
    if (isNewFolder(stats)) {
      folders.push(place);
      continue;
    }
    const problem = unlikeNewFile(stats, startedNs);
    if (problem !== undefined) return { reason: "output-kind", detail: `${showRaw(place)} ${problem}` };
    outputs.push({ name: `found/${modeOf(stats)}/${path}`, place });
  }
  const empty = folders.find((folder) => !outputs.some(({ place }) => place.startsWith(`${folder}/`)));
  return empty === undefined ? outputs : { reason: "output-kind", detail: `${showRaw(empty)} is an empty directory` };
}

/** What would be lost of a file if it came from the cache; undefined: nothing. */
function unlikeNewFile(stats: BigIntStats, startedNs: bigint): string | undefined {
  if (!stats.isFile()) return "is no regular file";
  if (stats.nlink > 1n) return "has another name";
  return stats.mtimeNs < startedNs ? "was given a time" : undefined;
}

/** A directory as mkdir(2) makes one; it is made again with the files in it. */
function isNewFolder(stats: BigIntStats): boolean {
  return stats.isDirectory() && (Number(stats.mode) & ALL_MODE_BITS) === (0o777 & ~process.umask());
}

const ALL_MODE_BITS = 0o7777;

function modeOf({ mode }: Stats | BigIntStats): string {
  return (Number(mode) & ALL_MODE_BITS).toString(8);
}
