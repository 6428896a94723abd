// What the daemon counts since its start. Names are those of the Status reply.

import type { RefusalReason } from "../core/plan.ts";

/** Counts and sums of one daemon life, or since the last `clear`. */
export class Counters {
  readonly #reasons = new Map<RefusalReason, number>();
  #hits = 0;
  #repeats = 0;
  #misses = 0;
  #failures = 0;
  #savedMs = 0;

  /** A compile answered from the cache. @param savedMs Time of the run that made the entry, less the time of the hit. */
  countHit(savedMs: number): void {
    this.#hits += 1;
    this.#savedMs += Math.max(0, savedMs);
  }

  /** One of the hits took the short way (memo.ts). */
  countRepeat(): void {
    this.#repeats += 1;
  }

  /** A compile that ran and whose result was stored. */
  countMiss(): void {
    this.#misses += 1;
  }

  /** A call that ran and left nothing in the cache, before or after the run. */
  countRefusal(reason: RefusalReason): void {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (reason === "failed-compile") this.#failures += 1;
  }

  /** Starts again at zero. */
  reset(): void {
    this.#reasons.clear();
    this.#hits = this.#repeats = this.#misses = this.#failures = this.#savedMs = 0;
  }

  /** Fields of the Status reply that are counted here. */
  report(): CounterReport {
    const refused = [...this.#reasons.values()].reduce((sum, count) => sum + count, 0);
    return {
      cache_hits: this.#hits,
      memo_hits: this.#repeats,
      cache_misses: this.#misses,
      non_cacheable: refused,
      total_compilations: this.#hits + this.#misses + refused,
      compile_errors: this.#failures,
      time_saved_ms: Math.round(this.#savedMs),
      non_cacheable_reasons: Object.fromEntries([...this.#reasons].sort(([, a], [, b]) => b - a)),
    };
  }
}

/** See protocol: Status. */
export type CounterReport = {
  cache_hits: number;
  memo_hits: number;
  cache_misses: number;
  non_cacheable: number;
  total_compilations: number;
  compile_errors: number;
  time_saved_ms: number;
  non_cacheable_reasons: Record<string, number>;
};
