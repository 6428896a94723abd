// From the raw trace of a run to what it means for a cache. Pure: no file is looked at here.

import type { Look, Observation } from "../core/observation.ts";
import type { RawText } from "../core/raw-text.ts";
import { applyRecord, newRun } from "./apply-record.ts";
import { readRecords } from "./read-records.ts";
import { Spellings } from "./spellings.ts";

/** What the caller knows about the run. */
export type ObserveOptions = {
  /** Directory that the run was started in, absolute; paths spelled relative to it stay so. Without it none does. */
  readonly cwd?: RawText;
  /** The tool as it was started, absolute: its spelling may be a link that no record shows. */
  readonly tool?: RawText;
  /** Widths of terminals that belong to the key; 0, which nothing means too: there is none. Another answer ends the trace's use. */
  readonly widths?: readonly number[];
};

/**
 * Says what a traced run depended on and what it left behind.
 *
 * Not among the looks are: files that the tree made itself; outputs, whatever was asked about them before they were
 * replaced; paths of the machine (ignored-paths.ts). An output that was read before it was replaced is in
 * `changedInPlace`.
 * @param bytes What `TraceBuffer.read()` gave after every process of the run had ended.
 */
export function observe(bytes: Uint8Array, options: ObserveOptions = {}): Observation {
  const steps = observeStepwise(bytes, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

// 0.1 ms once the daemon has seen some traces, 0.5 for its first ones.
const RECORDS_A_STEP = 256;

/** As `observe`, for who has other things to do between its steps. */
export function* observeStepwise(
  bytes: Uint8Array,
  options: ObserveOptions = {},
): Generator<undefined, Observation, undefined> {
  const { records, damage } = readRecords(bytes);
  const run = newRun(options.widths);
  const spellings = new Spellings(options.cwd ?? "/");
  let taken = 0;
  for (const record of records) {
    if (++taken % RECORDS_A_STEP === 0) yield;
    applyRecord(run, record);
    spellings.note(record);
  }
  yield;
  if (options.tool !== undefined) run.files.look(options.tool, "content", true);
  return {
    incomplete: damage ?? run.trouble ?? run.processes.gap() ?? run.files.trouble(),
    looks: options.cwd === undefined ? run.files.looks() : spelled(run.files.looks(), spellings),
    environment: run.processes.environment(),
    wholeEnvironment: run.processes.wholeEnvironment,
    written: run.files.written(),
    changedInPlace: run.files.changedInPlace(),
    renamed: run.files.renamed(),
    removed: run.files.removed(),
    folders: run.files.folders(),
    usedDate: run.usedDate,
    usedNetwork: run.usedNetwork,
    usedRandom: run.usedRandom,
  };
}

/** Nearly all looks are outside of the working directory, and stay as they are. */
function spelled(looks: readonly Look[], spellings: Spellings): Look[] {
  const all: Look[] = [];
  for (const look of looks) {
    if (spellings.isOne(look.path)) all.push(look);
    else for (const path of spellings.of(look.path)) all.push(spelledAs(path, look));
  }
  return all;
}

/** A spread takes several times as long, and in some builds half of all looks are in the working directory. */
function spelledAs(path: RawText, { aspect, found, file }: Look): Look {
  return file === undefined ? { path, aspect, found } : { path, aspect, found, file };
}
