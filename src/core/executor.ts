// How a miss is run. The caller's own process does it for stand-ins and wrappers, so that limits, umask, job server,
// terminal and signals are the caller's; a library client that cannot is served by the daemon running the tool itself.

import type { RawText } from "./raw-text.ts";

/** One run of a real tool. */
export type ToolRun = {
  /** Absolute path of the tool; also its argv[0] unless it is one that says its name (sys/called-as.ts). */
  readonly path: RawText;
  /** Leading members of the caller's argv that are not the tool's: 1 behind a stand-in's name, 2 behind `zccache gcc`. */
  readonly skip: number;
  /** Variables laid over the caller's environment. */
  readonly setEnvironment: readonly (readonly [RawText, RawText])[];
  /** File that is the tool's standard input; undefined: the caller's own. */
  readonly stdinFile: RawText | undefined;
};

/** How it ended. */
export type ToolOutcome = {
  readonly exitCode: number;
  /** Signal that killed it, if one did. */
  readonly signal: number | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** True: both streams were the same file and `stdout` holds both in order. */
  readonly merged: boolean;
  /** True: the streams were too large to be reported; they are empty here and the run can't be stored. */
  readonly streamsMissing: boolean;
};

/** Runs tools. Rejects when the run was lost, e.g. because the caller went away: nothing is stored then. */
export type Executor = { run(tool: ToolRun): Promise<ToolOutcome> };
