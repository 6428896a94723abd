// Work on one thing is done one after another, in the order in which it was asked for; on different things, side by side.

/** Queues by name. */
export class OneAtATime {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does `work` when everything asked for before under this name has ended, however it did. */
  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    const ended = mine.catch(() => undefined);
    this.#last.set(name, ended);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === ended) this.#last.delete(name);
    }
  }
}
