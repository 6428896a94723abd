// Keeps the store below its limit: the results that were not used for longest go first, a few at a time, so that no
// request waits for more than one of them.

import type { Digest } from "../core/entry.ts";
import type { DurableIndex } from "./durable-index.ts";

/** What the evictor works on. */
export type Evictable = {
  /** Bytes on disk now. */
  bytes(): number;
  /** Keys of the least recently used results, oldest first, at most `count`. */
  oldest(count: number): readonly Digest[];
  /** Forgets a result and the objects that only it needs. 0.1 ms. @returns false if the index can't be written. */
  forget(resultKey: Digest): boolean;
};

/** The results of an index; one that can't be written is left as it is. */
export function evictableOf(index: DurableIndex, forget: (resultKey: Digest) => boolean): Evictable {
  return {
    bytes: () => (index.standing.kind === "writable" ? index.ask(0, (file) => file.bytes()) : 0),
    oldest: (count) => {
      index.flushTouches();
      return index.ask<Digest[]>([], (file) => file.oldest(count));
    },
    forget,
  };
}

/** Down to this share of the limit, so that not every store of a result has to evict one. */
const LOW_WATER = 0.9;
/** Largest share of the limit that one result may take: it must not drive out everything else. */
const LARGEST_SHARE = 0.25;
const BATCH = 32;
/** Longest stretch without a look at other work. */
const SLICE_MS = 3;

/** Evicts in the background. */
export class Evictor implements Disposable {
  readonly #store: Evictable;
  /** Bytes; 0 = none. */
  readonly limit: number;
  #evicted = 0;
  #running: Promise<void> | undefined;
  #ended = false;

  constructor(store: Evictable, limit: number) {
    this.#store = store;
    this.limit = limit;
  }

  /** Results that were evicted since the start. */
  get evicted(): number {
    return this.#evicted;
  }

  /** True if a result of this size may be stored at all. */
  fits(bytes: number): boolean {
    return this.limit === 0 || bytes <= this.limit * LARGEST_SHARE;
  }

  /** To be called after something was written. Returns at once. */
  check(): void {
    if (this.limit === 0 || this.#ended || this.#running !== undefined || this.#store.bytes() <= this.limit) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when no eviction is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  [Symbol.dispose](): void {
    this.#ended = true;
  }

  async #run(): Promise<void> {
    // The caller is a request or a timer: they have come to their end first.
    await Bun.sleep(0);
    let began = performance.now();
    while (this.#isOver()) {
      const keys = this.#store.oldest(BATCH);
      if (keys.length === 0) return;
      for (const key of keys) {
        // What can't be forgotten now, on a full disk, would be the oldest again and again: the next write tries anew.
        if (!this.#isOver() || !this.#store.forget(key)) return;
        this.#evicted += 1;
        if (performance.now() - began < SLICE_MS) continue;
        await Bun.sleep(1);
        began = performance.now();
      }
    }
  }

  #isOver(): boolean {
    return !this.#ended && this.#store.bytes() > this.limit * LOW_WATER;
  }
}
