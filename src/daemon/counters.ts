// What the daemon counts since its start. Names are those of the Status reply.

import type { CompilePlan, Plan } from "../core/plan.ts";
import type { RefusalReason } from "../core/refusal-reasons.ts";
import { Histogram } from "./histogram.ts";
import { PhaseProfile } from "./phase-profile.ts";
import type { Verdict } from "./verify-hit.ts";

/** Counts and sums of one daemon life, or since the last `clear`. */
export class Counters {
  /** Where the time of hits and misses went. */
  readonly phases = new PhaseProfile();
  readonly #reasons = new Map<RefusalReason, number>();
  /** Time from a request to its answer, for hits. */
  readonly #answers = new Histogram();
  /** How late timers fire: how long requests had to wait for others' work. */
  readonly #delays = new Histogram();
  readonly #warnings = new Map<string, number>();
  #compiles = noCalls();
  #links = noCalls();
  #verdicts = noVerdicts();
  #repeats = 0;
  #failures = 0;
  #savedMs = 0;

  /** A call answered from the cache, in `tookMs` where the run that made the entry took `runMs`. */
  countHit(plan: CompilePlan, { tookMs, runMs }: { tookMs: number; runMs: number }): void {
    this.#callsOf(plan).hits += 1;
    this.#warn(plan);
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

  /** A call that ran and whose result was stored. */
  countMiss(plan: CompilePlan): void {
    this.#callsOf(plan).misses += 1;
    this.#warn(plan);
  }

  /** A hit that was run again instead of given, and what the comparison showed. */
  countVerification(plan: CompilePlan, verdict: Verdict): void {
    this.#callsOf(plan).verified += 1;
    this.#warn(plan);
    this.#verdicts[verdict] += 1;
  }

  /** A call that ran and left nothing in the cache, before or after the run. */
  countRefusal(reason: RefusalReason, plan: Plan): void {
    this.#callsOf(plan).refused += 1;
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (reason === "failed-compile") this.#failures += 1;
  }

  /** Links are counted apart, as others do. */
  #callsOf({ link }: Plan): Calls {
    return link === true ? this.#links : this.#compiles;
  }

  #warn({ warning }: CompilePlan): void {
    if (warning !== undefined) this.#warnings.set(warning, (this.#warnings.get(warning) ?? 0) + 1);
  }

  /** Starts again at zero. */
  reset(): void {
    this.phases.reset();
    this.#reasons.clear();
    this.#answers.reset();
    this.#delays.reset();
    this.#warnings.clear();
    this.#compiles = noCalls();
    this.#links = noCalls();
    this.#verdicts = noVerdicts();
    this.#repeats = this.#failures = this.#savedMs = 0;
  }

  /** Fields of the Status reply that are counted here. */
  report(): CounterReport {
    const answers = this.#answers.quantiles();
    const delays = this.#delays.quantiles();
    const compiles = this.#compiles;
    const links = this.#links;
    return {
      cache_hits: compiles.hits,
      memo_hits: this.#repeats,
      cache_misses: compiles.misses,
      non_cacheable: compiles.refused,
      total_compilations: totalOf(compiles),
      total_links: totalOf(links),
      link_hits: links.hits,
      link_misses: links.misses,
      link_non_cacheable: links.refused,
      verified: this.#verdicts.equal,
      verify_differences: this.#verdicts.different,
      verify_unclear: this.#verdicts.unclear,
      warnings: Object.fromEntries(this.#warnings),
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

type Calls = { hits: number; misses: number; refused: number; verified: number };

function noCalls(): Calls {
  return { hits: 0, misses: 0, refused: 0, verified: 0 };
}

function totalOf({ hits, misses, refused, verified }: Calls): number {
  return hits + misses + refused + verified;
}

function noVerdicts(): Record<Verdict, number> {
  return { equal: 0, different: 0, unclear: 0 };
}

/** See protocol: Status. */
export type CounterReport = {
  cache_hits: number;
  memo_hits: number;
  cache_misses: number;
  non_cacheable: number;
  total_compilations: number;
  total_links: number;
  link_hits: number;
  link_misses: number;
  link_non_cacheable: number;
  /** Hits that were run again and found equal. */
  verified: number;
  /** Those that were found to differ, and those that differed as two runs may. */
  verify_differences: number;
  verify_unclear: number;
  /** What users should know of calls that were cached all the same, and how often it was met. */
  warnings: Record<string, number>;
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
