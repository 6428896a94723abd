// How one call goes on, told step by step to who counts it and writes it down once it has its answer (library/).

import type { Entry } from "../core/entry.ts";
import type { ToolOutcome } from "../core/executor.ts";
import type { RefusalReason } from "../core/refusal-reasons.ts";
import type { NewOutput } from "../store/new-result.ts";
import type { Call } from "./call.ts";
import type { CallPhases } from "./call-phases.ts";
import type { Mismatch } from "./miss-diff.ts";

/** Why a call was no hit; the words of the journal. */
export type MissReason =
  | "context_not_found"
  | "input_fingerprint_mismatch"
  | "no_artifact_for_key"
  | "uncacheable_input"
  | "unknown";

/** Told in this order, as far as the call gets. One that waited for another's run is looked up again. */
export type CallObserver = {
  /** The call's clock. */
  readonly phases: CallPhases;
  /** What is asked is known. */
  planned(call: Call): void;
  /** @param mismatch What an earlier result was compared with, if there is one. */
  missed(reason: MissReason, mismatch?: Mismatch): void;
  /** It was given what is stored. */
  given(entry: Entry): void;
  /** The tool was run, and has ended. */
  ran(outcome: ToolOutcome): void;
  /** What it made is stored, or was found to be so. */
  stored(outputs: readonly NewOutput[]): void;
  /** It is run as it is, or what it made is not stored. */
  refused(reason: RefusalReason): void;
};
