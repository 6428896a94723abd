// Keeps the store below its limit: the results that were not used for longest go first, a few at a time, so that no
// request waits for more than a few milliseconds.

import type { DurableIndex } from "./durable-index.ts";
import type { DiskUse } from "./index-file.ts";
import type { Results } from "./results.ts";

/** What the evictor works on. */
export type Evictable = {
  /** Bytes on disk now; 0 if nothing can be evicted. */
  onDisk(): number;
  /** Bytes on disk that are needed: what `onDisk` is after `tidy`. */
  needed(): number;
  /** Gives back what is taken needlessly. */
  tidy(): Promise<void>;
  /**
   * Forgets results that were not used for longest, with the objects that only they need: as many as a few milliseconds
   * allow, or until `isEnough`. @returns how many; 0 if there are none, or if the index can't be written.
   */
  forgetOldest(isEnough: () => boolean): Promise<number>;
};

/** The results of an index; one that can't be written is left as it is. */
export function evictableOf(index: DurableIndex, results: Results): Evictable {
  const diskUse = (): DiskUse =>
    index.standing.kind === "writable" ? index.ask(NONE, (file) => file.diskUse()) : NONE;
  return {
    onDisk: () => onDisk(diskUse()),
    needed: () => {
      const { objects, used } = diskUse();
      return objects + used;
    },
    tidy: () => index.tidy(),
    forgetOldest: async (isEnough) => {
      await index.written();
      const forgotten = await results.forgetOldest(isEnough);
      await index.settle("if-long");
      return forgotten;
    },
  };
}

/** Bytes on disk in all. */
export function onDisk({ objects, index }: DiskUse): number {
  return objects + index;
}

const NONE: DiskUse = { objects: 0, used: 0, index: 0 };

/** Down to this share of the limit, so that not every store of a result has to evict one. */
const LOW_WATER = 0.9;
/** Largest share of the limit that one result may take: it must not drive out everything else. */
const LARGEST_SHARE = 0.25;

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
    if (this.limit === 0 || this.#ended || this.#running !== undefined || this.#store.onDisk() <= this.limit) return;
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
    await this.#store.tidy();
    if (this.#store.onDisk() <= this.limit) return;
    const isEnough = (): boolean => this.#ended || this.#store.needed() <= this.limit * LOW_WATER;
    while (!isEnough()) {
      const forgotten = await this.#store.forgetOldest(isEnough);
      // What can't be forgotten now, on a full disk, would be the oldest again and again: the next write tries anew.
      if (forgotten === 0) break;
      this.#evicted += forgotten;
    }
    if (!this.#ended) await this.#store.tidy();
  }
}
