// The index as the store uses it: writes are gathered and follow later, failures never reach a request.

import type { Digest } from "../core/entry.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import type { IndexedResult, IndexFile } from "./index-file.ts";
import { emptyIndex, isDamage, type OpenedIndex, openIndex, rebuildIndex, type Standing } from "./open-index.ts";

const FLUSH_MILLIS = 200;
// Times of use are for eviction only, and a rebuild makes thousands of them: some at a time, 10 µs each.
const TOUCH_MILLIS = 5000;
const TOUCHES_A_FLUSH = 300;
const RETRY_MILLIS = 5000;

/** Who is told of what happens behind a request's back. */
export type IndexEvents = {
  readonly problem: (error: ZccacheError) => void;
  /** Results were written. */
  readonly written: () => void;
};

/** Reads and gathered writes on the index of one directory. */
export class DurableIndex implements Disposable {
  readonly #directory: RawText;
  readonly #on: IndexEvents;
  #index: IndexFile;
  #standing: Standing;
  #triedAt = performance.now();
  #results: IndexedResult[] = [];
  #used = new Map<Digest, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;

  /** @param unusable Set if nothing in the directory may be read or written: the index is empty then. */
  constructor(directory: RawText, unusable: string | undefined, on: IndexEvents) {
    this.#directory = directory;
    this.#on = on;
    const opened: OpenedIndex =
      unusable === undefined
        ? openIndex(directory)
        : { index: emptyIndex(), standing: { kind: "foreign", reason: unusable } };
    this.#index = opened.index;
    this.#standing = opened.standing;
  }

  /** Whether it can be written; one that was blocked is tried again every 5 s that it is asked. */
  get standing(): Standing {
    if (this.#standing.kind === "blocked" && performance.now() - this.#triedAt > RETRY_MILLIS) this.reopen();
    return this.#standing;
  }

  /** Tries to open it for writing again. */
  reopen(): Standing {
    this.#index[Symbol.dispose]();
    ({ index: this.#index, standing: this.#standing } = openIndex(this.#directory));
    this.#triedAt = performance.now();
    return this.#standing;
  }

  /** What `question` finds, or `otherwise` if the index fails: damaged, it is begun anew; else it may work next time. */
  ask<Result>(otherwise: Result, question: (index: IndexFile) => Result): Result {
    try {
      return question(this.#index);
    } catch (error) {
      this.#on.problem(new ZccacheError("STORE_WRITE", "Cannot use the index of the store", { cause: error }));
      if (isDamage(error)) this.#rebuild();
      return otherwise;
    }
  }

  /** Queues a result. */
  put(result: IndexedResult): void {
    this.#results.push(result);
    this.#flushWithin(FLUSH_MILLIS);
  }

  /** Queues a time of use, in seconds since 1970. */
  touch(resultKey: Digest, usedAt: number): void {
    this.#used.set(resultKey, usedAt);
    if (this.#timer === undefined) this.#flushWithin(TOUCH_MILLIS);
  }

  /** True if a result, queued or written, needs this object, or if that can't be known. */
  needs(digest: Digest): boolean {
    const queued = this.#results.some(({ objects }) => objects.some((object) => object.digest === digest));
    return queued || this.ask(true, (index) => index.hasObject(digest));
  }

  /** Writes what is queued, in one transaction. What can't be written is lost to later processes, and reported. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#results.length === 0 && this.#used.size === 0) return;
    const used = this.#takeTouches();
    const results = this.#results;
    this.#results = [];
    this.ask(undefined, (index) => index.write(results, used));
    if (this.#used.size > 0) this.#flushWithin(FLUSH_MILLIS);
    if (results.length > 0) this.#on.written();
  }

  /** Writes all times of use that are queued. */
  flushTouches(): void {
    do this.flush();
    while (this.#used.size > 0);
  }

  [Symbol.dispose](): void {
    this.flushTouches();
    clearTimeout(this.#timer);
    this.#index[Symbol.dispose]();
  }

  #takeTouches(): ReadonlyMap<Digest, number> {
    const taken = new Map([...this.#used].slice(0, TOUCHES_A_FLUSH));
    for (const key of taken.keys()) this.#used.delete(key);
    return taken;
  }

  /** An earlier time wins. */
  #flushWithin(milliseconds: number): void {
    const due = performance.now() + milliseconds;
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.flush(), milliseconds).unref();
  }

  #rebuild(): void {
    this.#index[Symbol.dispose]();
    try {
      this.#index = rebuildIndex(this.#directory);
    } catch (error) {
      this.#index = emptyIndex();
      this.#standing = { kind: "blocked", reason: describeError(error) };
    }
  }
}
