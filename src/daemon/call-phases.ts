// Where the time of one call goes: a clock reading at the end of each phase, 0.05 µs each.

import type { Snapshot } from "../key/snapshot.ts";

/**
 * A phase in which a call is worked on; what each one measures stands in ipc/schemas/phase-descriptions.ts. Time that belongs to none, as waiting
 * for another's run, is in no phase.
 */
export type Phase = keyof ReturnType<typeof noTimes>;

/** Milliseconds by phase. */
export type PhaseTimes = Readonly<Record<Phase, number>>;

/** One call's clock, which runs from the moment this is made. */
export class CallPhases {
  /** Of `performance.now()`. */
  readonly started: number;
  readonly #now: () => number;
  readonly #times = noTimes();
  #since: number;

  /** @param now Milliseconds of a steady clock; a test has its own. */
  constructor(now = () => performance.now()) {
    this.#now = now;
    this.started = this.#since = now();
  }

  /** All time since the last end of a phase was this one's. One that comes again adds up. */
  ended(phase: Phase): void {
    const now = this.#now();
    this.#times[phase] += now - this.#since;
    this.#since = now;
  }

  /** The time since then was nobody's. */
  skip(): void {
    this.#since = this.#now();
  }

  /** So far. */
  get times(): PhaseTimes {
    return this.#times;
  }

  /** Milliseconds since the start. */
  elapsed(): number {
    return this.#now() - this.started;
  }
}

/** A snapshot for a look-up, whose looks at files are a phase of their own. */
export function timedSnapshot(snapshot: Snapshot, phases: CallPhases): Snapshot {
  return {
    ...snapshot,
    async states(items) {
      phases.ended("depgraph_check");
      const states = await snapshot.states(items);
      phases.ended("hash_headers");
      return states;
    },
  };
}

/** All zero. */
export function noTimes() {
  return {
    parse_args: 0,
    build_context: 0,
    hash_source: 0,
    hash_headers: 0,
    depgraph_check: 0,
    request_cache_lookup: 0,
    artifact_lookup: 0,
    write_output: 0,
    bookkeeping: 0,
    compiler_exec: 0,
    include_scan: 0,
    hash_all: 0,
    artifact_store: 0,
  };
}

/** Whole nanoseconds, as journals and the protocol have them. */
export function nanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1e6);
}
