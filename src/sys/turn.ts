// Work behind a caller's back shares its thread with the answers to others: it steps aside now and then.

const LONG_MS = 1;

/** One stay on the event loop, from its making on. */
export class Turn {
  readonly #now: () => number;
  #sinceMs: number;

  /** @param now Milliseconds of a steady clock; a test has its own. */
  constructor(now = () => performance.now()) {
    this.#now = now;
    this.#sinceMs = now();
  }

  /** Lets whatever waits go first, if this has lasted for more than a millisecond. What was looked at may change meanwhile. */
  async stepAsideIfLong(): Promise<void> {
    if (this.#now() - this.#sinceMs < LONG_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#sinceMs = this.#now();
  }
}
