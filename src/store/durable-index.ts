// The index as the store uses it: writes are gathered and follow later, a few milliseconds at a time; failures never
// reach a request.

import type { Digest } from "../core/entry.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { turns } from "../sys/turn.ts";
import type { IndexFile } from "./index-file.ts";
import { emptyIndex, indexFiles, isDamage, openIndex, rebuildIndex, type Standing } from "./open-index.ts";
import type { Dropped, IndexedResult } from "./result-tables.ts";
import { WriteQueue } from "./write-queue.ts";

const FLUSH_MILLIS = 200;
// Times of use are for eviction only, and a rebuild makes thousands of them.
const USE_MILLIS = 5000;
const RETRY_MILLIS = 5000;

/** Who is told of what happens behind a request's back. */
export type IndexEvents = {
  readonly problem: (error: ZccacheError) => void;
  /** Results were written. */
  readonly written: () => void;
};

/** Reads and gathered writes on the index of one directory. */
export class DurableIndex implements AsyncDisposable {
  readonly #directory: RawText;
  readonly #on: IndexEvents;
  #index: IndexFile;
  #standing: Standing;
  #triedAt = performance.now();
  readonly #queue = new WriteQueue();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #writing: Promise<void> | undefined;

  /** @param unusable Set if nothing in the directory may be read or written: the index is empty then. */
  constructor(directory: RawText, unusable: string | undefined, on: IndexEvents) {
    this.#directory = directory;
    this.#on = on;
    ({ index: this.#index, standing: this.#standing } =
      unusable === undefined
        ? openIndex(directory)
        : { index: emptyIndex(), standing: { kind: "foreign", reason: unusable } });
  }

  /** Whether it can be written; one that was blocked is tried again every 5 s that it is asked. */
  get standing(): Standing {
    if (this.#standing.kind === "blocked" && performance.now() - this.#triedAt > RETRY_MILLIS) this.reopen();
    return this.#standing;
  }

  /** Tries to open it for writing again. */
  reopen(): Standing {
    this.#index[Symbol.dispose]();
    return this.#open();
  }

  /**
   * Begins an empty index, forgetting what is queued. Takes 3 ms, however much there was: the file is only moved.
   * @param moveAway Moves a file to where it is removed later, if it is there.
   * @throws the system's error; the index is as it was then.
   */
  replace(moveAway: (path: RawText) => void): Standing {
    this.#queue.clear();
    this.#index.close("thrown-away");
    try {
      for (const path of indexFiles(this.#directory)) moveAway(path);
    } finally {
      this.#open();
    }
    return this.#standing;
  }

  /** What `question` finds, or `otherwise` if the index fails: damaged, it is begun anew; else it may work next time. */
  ask<Result>(otherwise: Result, question: (index: IndexFile) => Result): Result {
    try {
      return question(this.#index);
    } catch (error) {
      this.#failed(error);
      return otherwise;
    }
  }

  /** Queues a result. */
  put(result: IndexedResult): void {
    this.#queue.put(result);
    this.#writeWithin(FLUSH_MILLIS);
  }

  /** Queues a time of use, in seconds since 1970. */
  touch(resultKey: Digest, usedAt: number): void {
    this.#queue.touch(resultKey, usedAt);
    if (this.#timer === undefined) this.#writeWithin(USE_MILLIS);
  }

  /** Forgets a result. @returns undefined if the index can't be written. */
  drop(resultKey: Digest): Dropped | undefined {
    this.flush();
    return this.ask<Dropped | undefined>(undefined, (index) => index.drop(resultKey));
  }

  /**
   * Forgets the results that were not used for longest, until `isEnough` or 2 ms have passed.
   * @returns undefined if the index can't be written.
   */
  dropOldest(isEnough: () => boolean): Dropped | undefined {
    const dropped = this.ask<Dropped | undefined>(undefined, (index) => index.dropOldest(isEnough));
    // What was queued since the last write may need them again.
    return dropped && { ...dropped, orphans: dropped.orphans.filter((digest) => !this.#queue.needs(digest)) };
  }

  /** True if a result, queued or written, needs this object, or if that can't be known. */
  needs(digest: Digest): boolean {
    return this.#queue.needs(digest) || this.ask(true, (index) => index.hasObject(digest));
  }

  /** Writes the results that are queued, at once. What can't be written is lost to later processes, and reported. */
  flush(): void {
    while (this.#queue.hasResults) this.#writeSome();
  }

  /** Writes all that is queued, some at a time. */
  async written(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  /** Gives back to the file system what the index and its log take needlessly, some at a time. */
  async tidy(): Promise<void> {
    while (this.ask(false, (index) => index.sweepConditions())) await this.settle("if-long");
    while (this.ask(false, (index) => index.shrink())) await this.settle("if-long");
    await this.settle("always");
  }

  /** Lets other work go on, and writes the log back if it is long or `always`, so that the next write need not wait. */
  async settle(when: "if-long" | "always"): Promise<void> {
    const index = this.#index;
    try {
      await Bun.sleep(PAUSE_MILLIS);
      await index.settle(when);
      await index.settled();
    } catch (error) {
      if (index === this.#index) this.#failed(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.written();
    await this.settle("if-long");
    clearTimeout(this.#timer);
    this.#index[Symbol.dispose]();
  }

  async #writeAll(): Promise<void> {
    do {
      if (turns.isLong) await turns.next("filing");
      this.#writeSome();
      await this.settle("if-long");
    } while (!this.#queue.isEmpty);
  }

  #writeSome(): void {
    const writes = this.#queue.next();
    if (writes.length === 0) return;
    // Asked anew if the index was damaged: it is another one then.
    const done = this.ask(writes.length, (index) => index.write(writes));
    if (this.#queue.done(writes.slice(0, done)) > 0) this.#on.written();
  }

  /** An earlier time wins. */
  #writeWithin(milliseconds: number): void {
    const due = performance.now() + milliseconds;
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => void this.written(), milliseconds).unref();
  }

  #failed(error: unknown): void {
    this.#on.problem(new ZccacheError("STORE_WRITE", "Cannot use the index of the store", { cause: error }));
    if (isDamage(error)) this.#rebuild();
  }

  #open(): Standing {
    ({ index: this.#index, standing: this.#standing } = openIndex(this.#directory));
    this.#triedAt = performance.now();
    return this.#standing;
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

const PAUSE_MILLIS = 1;
