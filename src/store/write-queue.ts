// What is to be written to the index: results in their order, then the times at which results were used.

import type { Digest } from "../core/entry.ts";
import type { IndexWrite } from "./index-file.ts";
import type { IndexedResult } from "./result-tables.ts";

/** Writes that wait. Nothing leaves it before it is done. */
export class WriteQueue {
  #results: IndexedResult[] = [];
  readonly #used = new Map<Digest, number>();

  /** Adds a result. */
  put(result: IndexedResult): void {
    this.#results.push(result);
  }

  /** Adds a time of use, in seconds since 1970; the last one counts. */
  touch(resultKey: Digest, usedAt: number): void {
    this.#used.set(resultKey, usedAt);
  }

  /** True if results wait. */
  get hasResults(): boolean {
    return this.#results.length > 0;
  }

  /** True if nothing waits. */
  get isEmpty(): boolean {
    return this.#results.length + this.#used.size === 0;
  }

  /** True if a waiting result needs this object. */
  needs(digest: Digest): boolean {
    return this.#results.some(({ objects }) => objects.some((object) => object.digest === digest));
  }

  /** The next few writes. Results first: a time of use may be of one of them. */
  next(): readonly IndexWrite[] {
    const writes: IndexWrite[] = this.#results.slice(0, WRITES_AT_ONCE).map((result) => ({ kind: "result", result }));
    for (const [resultKey, usedAt] of this.#used) {
      if (writes.length >= WRITES_AT_ONCE) break;
      writes.push({ kind: "use", resultKey, usedAt });
    }
    return writes;
  }

  /** Takes out writes of `next` that are done. @returns how many of them were results. */
  done(writes: readonly IndexWrite[]): number {
    for (const write of writes) if (write.kind === "use") this.#used.delete(write.resultKey);
    const results = writes.filter(({ kind }) => kind === "result").length;
    this.#results.splice(0, results);
    return results;
  }

  /** Forgets everything. */
  clear(): void {
    this.#results = [];
    this.#used.clear();
  }
}

const WRITES_AT_ONCE = 300;
