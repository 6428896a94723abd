// How many tools the daemon runs at once. The tools of stand-ins do not count, since their builds decide how many there are.

import { availableParallelism } from "node:os";
import { goneError } from "./gone.ts";

/** A place for one tool, until it is disposed. */
export type Place = Disposable & {
  /** Whoever waits may have it until the result is disposed; then it is taken back, at once and whoever has it. */
  lend(): Disposable;
};

/** Places for tools that the daemon runs, given in the order in which they were asked for. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  /** Below 0 while places that were lent are in use twice. */
  #free: number;

  constructor(count = availableParallelism()) {
    this.#free = count;
  }

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** True if a place can be had without waiting. */
  get hasFree(): boolean {
    return this.#free > 0;
  }

  /** @param order Where to stand among those who wait. @throws {ZccacheError} `CONNECTION_CLOSED` once the client is gone. */
  async take(gone: AbortSignal, order: "first" | "last" = "last"): Promise<Place> {
    if (gone.aborted) throw goneError();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(gone, order);
    return this.#place();
  }

  #place(): Place {
    let isTaken = true;
    let borrowers = 0;
    return {
      lend: () => {
        if (borrowers === 0 && isTaken) this.#giveBack();
        borrowers += 1;
        return once(() => {
          borrowers -= 1;
          if (borrowers === 0 && isTaken) this.#free -= 1;
        });
      },
      [Symbol.dispose]: () => {
        if (isTaken && borrowers === 0) this.#giveBack();
        isTaken = false;
      },
    };
  }

  async #wait(gone: AbortSignal, order: "first" | "last"): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      this.#waiting.splice(this.#waiting.indexOf(resolve), 1);
      reject(goneError());
    };
    if (order === "first") this.#waiting.unshift(resolve);
    else this.#waiting.push(resolve);
    gone.addEventListener("abort", leave, { once: true });
    // Once it has its place it no longer stands in the queue, and must not leave it.
    await promise.finally(() => gone.removeEventListener("abort", leave));
  }

  #giveBack(): void {
    this.#free += 1;
    if (this.#free <= 0) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#free -= 1;
    next();
  }
}

/** Does its work when it is disposed for the first time. */
export function once(work: () => void): Disposable {
  let isDone = false;
  return {
    [Symbol.dispose]: () => {
      if (!isDone) work();
      isDone = true;
    },
  };
}
