// Which calls the cache has to know: those that it saw in the tree as it still is.

/** Calls by name. An edit makes all of them unknown, for it may concern any. */
export class KnownCalls {
  readonly #generations = new Map<string, number>();
  readonly #lastRuns = new Map<string, string>();
  readonly #runs = new Set<string>();
  #generation = 0;
  #editedAt = 0;

  /** To be called after each edit of the tree. */
  edited(): void {
    this.#generation++;
    this.#lastRuns.clear();
    this.#editedAt = performance.now();
  }

  /** Milliseconds since the last edit. */
  get calm(): number {
    return performance.now() - this.#editedAt;
  }

  /** The cache has seen this call. */
  learn(name: string): void {
    this.#generations.set(name, this.#generation);
  }

  /** True if the cache has seen this call since the last edit. */
  has(name: string): boolean {
    return this.#generations.get(name) === this.#generation;
  }

  /** The tool has run for this call through the cache. @param digest Of what it did. */
  ran(name: string, digest: string): void {
    this.#lastRuns.set(name, digest);
    this.ranAtLast(digest);
  }

  /** The same of a run that an edit came upon. */
  ranAtLast(digest: string): void {
    this.#runs.add(digest);
  }

  /** Whether this is what a run of the call left, or another one; undefined if it has not run since the last edit. */
  isAsRun(name: string, digest: string): boolean | undefined {
    const last = this.#lastRuns.get(name);
    return last === undefined ? undefined : last === digest || this.#runs.has(digest);
  }

  /** The cache has lost what it knew. */
  forget(): void {
    this.#generations.clear();
    this.#lastRuns.clear();
  }
}
