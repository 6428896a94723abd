// What the daemon counts since its start. Names are those of the Status reply.

import type { RefusalReason } from "../core/plan.ts";
import { Histogram } from "./histogram.ts";

/** Counts and sums of one daemon life, or since the last `clear`. */
export class Counters {
  readonly #reasons = new Map<RefusalReason, number>();
  /** Time from a request to its answer, for hits. */
  readonly #answers = new Histogram();
  /** How late timers fire: how long requests had to wait for others' work. */
  readonly #delays = new Histogram();
  #hits = 0;
  #repeats = 0;
  #misses = 0;
  #failures = 0;
  #savedMs = 0;

  /** A compile answered from the cache. @param tookMs Time of the hit. @param runMs Time of the run that made the entry. */
  countHit(tookMs: number, runMs: number): void {
    this.#hits += 1;
    this.#savedMs += Math.max(0, runMs - tookMs);
    this.#answers.add(tookMs);
  }

  /** The event loop was this late for a timer. */
  countDelay(milliseconds: number): void {
    this.#delays.add(milliseconds);
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
    this.#answers.reset();
    this.#delays.reset();
    this.#hits = this.#repeats = this.#misses = this.#failures = this.#savedMs = 0;
  }

  /** Fields of the Status reply that are counted here. */
  report(): CounterReport {
    const answers = this.#answers.quantiles();
    const delays = this.#delays.quantiles();
    const refused = [...this.#reasons.values()].reduce((sum, count) => sum + count, 0);
    return {
      cache_hits: this.#hits,
      memo_hits: this.#repeats,
      cache_misses: this.#misses,
      non_cacheable: refused,
      total_compilations: this.#hits + this.#misses + refused,
      compile_errors: this.#failures,
      time_saved_ms: Math.round(this.#savedMs),
      hit_us_p50: answers.p50,
      hit_us_p99: answers.p99,
      hit_us_max: answers.max,
      loop_delay_us_p50: delays.p50,
      loop_delay_us_p99: delays.p99,
      loop_delay_us_max: delays.max,
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
  hit_us_p50: number;
  hit_us_p99: number;
  hit_us_max: number;
  loop_delay_us_p50: number;
  loop_delay_us_p99: number;
  loop_delay_us_max: number;
  non_cacheable_reasons: Record<string, number>;
};
