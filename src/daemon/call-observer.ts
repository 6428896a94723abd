// How one call goes on, told step by step to whoever wants to know: sessions of library clients do. Calls of stand-ins
// have no observer, and cost nothing more.

import type { Entry } from "../core/entry.ts";
import type { ToolOutcome } from "../core/executor.ts";
import type { NewOutput } from "../store/new-result.ts";
import type { Call } from "./call.ts";

/** Why a call was no hit; the words of the journal. */
export type MissReason =
  | "context_not_found"
  | "input_fingerprint_mismatch"
  | "no_artifact_for_key"
  | "uncacheable_input"
  | "unknown";

/** Told in this order, as far as the call gets. One that waited for another's run is looked up again. */
export type CallObserver = {
  /** What is asked is known. */
  planned(call: Call): void;
  /** A stage has ended: the key is made, or what is stored was compared with it. */
  ended(stage: "hash_inputs" | "lookup"): void;
  missed(reason: MissReason): void;
  /** It was given what is stored. */
  given(entry: Entry): void;
  /** The tool was run, and has ended. */
  ran(outcome: ToolOutcome): void;
  /** What it made is stored, or was found to be so. */
  stored(outputs: readonly NewOutput[]): void;
};
