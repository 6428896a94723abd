// What keeps the daemon alive and what a shutdown waits for: requests in progress, a tool run by a client included.

/** Counts work in progress and remembers when there last was any. */
export class Activity {
  #running = 0;
  #lastMs = performance.now();
  #idle: (() => void)[] = [];

  /** Marks work as in progress until the result is disposed. */
  begin(): Disposable {
    this.#running += 1;
    this.#lastMs = performance.now();
    return {
      [Symbol.dispose]: () => {
        this.#running -= 1;
        this.#lastMs = performance.now();
        if (this.#running === 0) for (const wake of this.#idle.splice(0)) wake();
      },
    };
  }

  /** Seconds since the last work ended; 0 while some is in progress. */
  idleSeconds(): number {
    return this.#running > 0 ? 0 : (performance.now() - this.#lastMs) / 1000;
  }

  /** Resolves when nothing is in progress, or after `limitMs`. */
  async settled(limitMs: number): Promise<void> {
    if (this.#running === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idle.push(resolve);
    const timer = setTimeout(resolve, limitMs);
    await promise;
    clearTimeout(timer);
  }
}
