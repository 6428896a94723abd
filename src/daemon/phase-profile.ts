// Where this daemon spent its time on hits and misses since its start, or the last `Clear`. What each phase measures stands
// in ipc/schemas/phase-descriptions.ts.

import { type CallPhases, nanoseconds, noTimes, type Phase } from "./call-phases.ts";

/** Sums in whole nanoseconds, and over how many calls. */
export type PhaseReport = { hit_count: number; miss_count: number } & Record<
  `${Phase | "cross_root_validate" | "total_hit" | "total_miss"}_ns`,
  number
>;

const HIT_PHASES = [
  "parse_args",
  "build_context",
  "hash_source",
  "hash_headers",
  "depgraph_check",
  "request_cache_lookup",
  "artifact_lookup",
  "write_output",
  "bookkeeping",
] as const satisfies readonly Phase[];

const MISS_PHASES = ["compiler_exec", "include_scan", "hash_all", "artifact_store"] as const satisfies readonly Phase[];

/** The sums. */
export class PhaseProfile {
  /** Milliseconds. */
  #times = noTimes();
  #hits = { count: 0, total: 0 };
  #misses = { count: 0, total: 0 };

  /** A call that was given what is stored, now that it has its answer. */
  addHit(phases: CallPhases): void {
    this.#hits.count += 1;
    this.#hits.total += phases.elapsed();
    for (const phase of HIT_PHASES) this.#times[phase] += phases.times[phase];
  }

  /** A call whose tool was run, now that its result is stored. */
  addMiss(phases: CallPhases): void {
    const { times } = phases;
    this.#misses.count += 1;
    this.#misses.total += phases.elapsed();
    for (const phase of MISS_PHASES) this.#times[phase] += times[phase];
    this.#times.hash_all += times.hash_source + times.hash_headers;
  }

  /** Starts again at zero. */
  reset(): void {
    this.#times = noTimes();
    this.#hits = { count: 0, total: 0 };
    this.#misses = { count: 0, total: 0 };
  }

  /** As the protocol has them, in its order. */
  report(): PhaseReport {
    const times = this.#times;
    return {
      hit_count: this.#hits.count,
      miss_count: this.#misses.count,
      parse_args_ns: nanoseconds(times.parse_args),
      build_context_ns: nanoseconds(times.build_context),
      hash_source_ns: nanoseconds(times.hash_source),
      hash_headers_ns: nanoseconds(times.hash_headers),
      depgraph_check_ns: nanoseconds(times.depgraph_check),
      request_cache_lookup_ns: nanoseconds(times.request_cache_lookup),
      cross_root_validate_ns: 0,
      artifact_lookup_ns: nanoseconds(times.artifact_lookup),
      write_output_ns: nanoseconds(times.write_output),
      bookkeeping_ns: nanoseconds(times.bookkeeping),
      total_hit_ns: nanoseconds(this.#hits.total),
      compiler_exec_ns: nanoseconds(times.compiler_exec),
      include_scan_ns: nanoseconds(times.include_scan),
      hash_all_ns: nanoseconds(times.hash_all),
      artifact_store_ns: nanoseconds(times.artifact_store),
      total_miss_ns: nanoseconds(this.#misses.total),
    };
  }
}
