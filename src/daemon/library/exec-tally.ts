// What became of GenericToolExec calls, and why results were not stored.

import type { RefusalReason } from "../../core/refusal-reasons.ts";

/** Reasons that only such calls have, and what they mean. */
export const EXEC_REASONS = {
  "depfile-unusable": "the depfile is missing, cannot be read as one, or the run that wrote it failed",
  "output-missing": "a declared output was not written by the run",
  "removed-file": "the run removed a file that was there before",
  "shows-tracer": "the tool showed variables by which it was traced",
} as const;

/** Why a result was not stored. */
export type ExecReason = RefusalReason | keyof typeof EXEC_REASONS;

/** Such a reason and what exactly was met. */
export type NotStored = { readonly reason: ExecReason; readonly detail: string };

/** Counts of one daemon's life. */
export class ExecTally {
  #reasons = new Map<ExecReason, number>();
  #hits = 0;
  #runs = 0;

  /** A result was given, no process started. */
  countHit(): void {
    this.#hits += 1;
  }

  /** A run whose result was stored; one that was not to be; or why it could not be. */
  countRun(end: "stored" | "not wanted" | ExecReason): void {
    this.#runs += 1;
    if (end !== "stored" && end !== "not wanted") this.#reasons.set(end, (this.#reasons.get(end) ?? 0) + 1);
  }

  /** Begins anew. */
  reset(): void {
    this.#reasons = new Map();
    this.#hits = 0;
    this.#runs = 0;
  }

  /** Hits, runs, and why some of these were not stored. */
  report(): { hits: number; misses: number; not_stored: Record<string, number> } {
    const reasons = Object.fromEntries([...this.#reasons].sort(([, a], [, b]) => b - a));
    return { hits: this.#hits, misses: this.#runs, not_stored: reasons };
  }
}
