// Identical misses run once: the first caller of a context runs the tool, the others wait for what becomes of it.

import type { Digest } from "../core/entry.ts";

/**
 * How a run ended for those who waited:
 * - `stored`: look again, it is a hit now
 * - `not stored`: the result can't be cached; run your own, all at once
 * - `lost`: the runner went away; one of you takes its place
 */
export type RunEnd = "stored" | "not stored" | "lost";

/** Either the caller runs and must `finish`, or it waits for another's run. */
export type Turn =
  | { readonly kind: "run"; finish(end: RunEnd): void }
  | { readonly kind: "wait"; readonly ended: Promise<RunEnd> };

/** Runs in progress by context key. */
export class InFlight {
  readonly #runs = new Map<Digest, Promise<RunEnd>>();

  /**
   * Joins the run of this context, or becomes it.
   * @param underWay What `running` said before the cache was asked: a run that ends meanwhile has stored what that look
   * did not see, and is to be waited for all the same.
   */
  enter(context: Digest, underWay?: Promise<RunEnd>): Turn {
    const running = underWay ?? this.#runs.get(context);
    if (running !== undefined) return { kind: "wait", ended: running };
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    this.#runs.set(context, promise);
    return {
      kind: "run",
      finish: (end) => {
        if (this.#runs.get(context) === promise) this.#runs.delete(context);
        resolve(end);
      },
    };
  }

  /** The end of the run of this context that is under way, if one is. To be asked before the cache is. */
  running(context: Digest): Promise<RunEnd> | undefined {
    return this.#runs.get(context);
  }

  /** Runs that have not finished. */
  get size(): number {
    return this.#runs.size;
  }
}
