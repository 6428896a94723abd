// The index as the store uses it: writes are gathered and follow later, failures never reach a request.

import type { Digest } from "../core/entry.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import type { IndexedResult, IndexFile } from "./index-file.ts";
import { emptyIndex, isDamage, openIndex, rebuildIndex } from "./open-index.ts";

const FLUSH_MILLIS = 200;

/** Reads and gathered writes on the index of one directory. */
export class DurableIndex implements Disposable {
  readonly #directory: RawText;
  readonly #onProblem: (error: ZccacheError) => void;
  #index: IndexFile;
  #readOnlyBecause: string | undefined;
  #results: IndexedResult[] = [];
  #used = new Map<Digest, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param unusable Set if nothing in the directory may be read or written: the index is empty then. */
  constructor(directory: RawText, unusable: string | undefined, onProblem: (error: ZccacheError) => void) {
    this.#directory = directory;
    this.#onProblem = onProblem;
    const opened = unusable === undefined ? openIndex(directory) : emptyIndex(unusable);
    this.#index = opened.index;
    this.#readOnlyBecause = opened.readOnlyBecause;
  }

  /** Why nothing can be written; undefined: it can. */
  get readOnlyBecause(): string | undefined {
    return this.#readOnlyBecause;
  }

  /** What `question` finds, or `otherwise` if the index fails: damaged, it is begun anew; else it may work next time. */
  ask<Result>(otherwise: Result, question: (index: IndexFile) => Result): Result {
    try {
      return question(this.#index);
    } catch (error) {
      this.#onProblem(new ZccacheError("STORE_WRITE", "Cannot use the index of the store", { cause: error }));
      if (isDamage(error)) this.#rebuild();
      return otherwise;
    }
  }

  /** Queues a result. */
  put(result: IndexedResult): void {
    this.#results.push(result);
    this.#flushSoon();
  }

  /** Queues a time of use, in seconds since 1970. */
  touch(resultKey: Digest, usedAt: number): void {
    this.#used.set(resultKey, usedAt);
    this.#flushSoon();
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
    const [results, used] = [this.#results, this.#used];
    this.#results = [];
    this.#used = new Map();
    this.ask(undefined, (index) => index.write(results, used));
  }

  [Symbol.dispose](): void {
    this.flush();
    this.#index[Symbol.dispose]();
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MILLIS).unref();
  }

  #rebuild(): void {
    this.#index[Symbol.dispose]();
    try {
      this.#index = rebuildIndex(this.#directory);
    } catch (error) {
      const { index, readOnlyBecause } = openIndex(this.#directory);
      this.#index = index;
      this.#readOnlyBecause = readOnlyBecause ?? describeError(error);
    }
  }
}
