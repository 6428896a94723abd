// How many tools the daemon runs at once: as many as there are processors. The tools of stand-ins do not count, since
// their builds decide how many there are.

import { availableParallelism } from "node:os";
import { goneError } from "./gone.ts";

/** Places for tools that the daemon runs, given in the order in which they were asked for. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count = availableParallelism()) {
    this.#free = count;
  }

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** A place, until it is disposed. @throws {ZccacheError} `CONNECTION_CLOSED` once the client is gone. */
  async take(gone: AbortSignal): Promise<Disposable> {
    if (gone.aborted) throw goneError();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(gone);
    return { [Symbol.dispose]: () => this.#giveBack() };
  }

  async #wait(gone: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      this.#waiting.splice(this.#waiting.indexOf(resolve), 1);
      reject(goneError());
    };
    this.#waiting.push(resolve);
    gone.addEventListener("abort", leave, { once: true });
    // Once it has its place it no longer stands in the queue, and must not leave it.
    await promise.finally(() => gone.removeEventListener("abort", leave));
  }

  #giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
