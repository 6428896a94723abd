// Which calls the cache has to know: those that it saw in the tree as it still is.

/** Calls by name. An edit makes all of them unknown, for it may concern any. */
export class KnownCalls {
  readonly #generations = new Map<string, number>();
  #generation = 0;
  #editedAt = 0;

  /** To be called after each edit of the tree. */
  edited(): void {
    this.#generation++;
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

  /** The cache has lost what it knew. */
  forget(): void {
    this.#generations.clear();
  }
}
