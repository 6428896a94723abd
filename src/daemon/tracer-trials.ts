// How this daemon tries tools: with its tracer, in the directory of it, verdicts in the state directory.

import { readdirSync, rmSync } from "node:fs";
import { baseName, type RawText } from "../core/raw-text.ts";
import type { FileStates } from "../key/file-states.ts";
import { fsPath } from "../sys/fs-path.ts";
import { isRunning } from "../sys/process-kill.ts";
import { identifySelf } from "../sys/self-image.ts";
import { holdFurtherTrial, holdTrial, type TrialPlace } from "../tracer/trial.ts";
import type { Program, Trials } from "./tools.ts";
import type { TracerLibrary } from "./tracer-library.ts";
import { TracerVerdicts } from "./tracer-verdicts.ts";

/** Removes what trials of a daemon that was killed have left, and says how to hold new ones. */
export function openTrials(tracer: TracerLibrary, state: RawText, files: Pick<FileStates, "state">): Trials {
  const library = tracer.path();
  const self = identifySelf();
  removeRemains(directoryOf(library));
  const isStill: Trials["isStill"] = (program) => files.state(program.path, "content") === program.state;
  const placeFor = (program: Program, variable: TrialPlace["variable"]): TrialPlace => {
    const path = tracer.path();
    return { library: path, directory: directoryOf(path), self, isStill: () => isStill(program), variable };
  };
  return {
    kept: new TracerVerdicts(state, baseName(library)),
    isStill,
    hold: async (program, variable) => await holdTrial(program.path, placeFor(program, variable)),
    holdFurther: async (program, variable) => await holdFurtherTrial(program.path, placeFor(program, variable)),
  };
}

function directoryOf(path: RawText): RawText {
  return path.slice(0, path.lastIndexOf("/"));
}

function removeRemains(directory: RawText): void {
  for (const name of readdirSync(fsPath(directory), "latin1")) {
    const holder = Number(/^trial-(\d+)-/.exec(name)?.[1]);
    // Other daemons may use this directory as well.
    if (Number.isNaN(holder) || (holder !== process.pid && isRunning(holder))) continue;
    rmSync(fsPath(`${directory}/${name}`), { recursive: true, force: true });
  }
}
