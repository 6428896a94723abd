// The local store: results by the conditions under which they hold, their outputs as objects. Nothing in it can fail a
// build: what can't be read is a miss, what can't be written is an error of `stage` or `commit` only.

import type { Digest, Entry, ManifestRow } from "../core/entry.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { digestObject, type ObjectDigest } from "./digest-object.ts";
import { DurableIndex } from "./durable-index.ts";
import { Evictor, evictableOf, onDisk } from "./evictor.ts";
import type { StoreTotals } from "./index-statements.ts";
import { commitResult, type NewResult } from "./new-result.ts";
import { Objects } from "./objects.ts";
import type { KeptResult } from "./result-tables.ts";
import { Results } from "./results.ts";
import type { StagedObject } from "./staged-object.ts";
import { storeWriteError } from "./write-errors.ts";

export type { NewOutput, NewResult } from "./new-result.ts";

/** What a store is opened with. */
export type StoreOptions = {
  /** Reads an object of so many bytes elsewhere, e.g. in the worker pool. */
  readonly digest?: (path: RawText, bytes: number) => Promise<ObjectDigest>;
  /** Bytes that the store may take on disk; 0, or nothing given: any. */
  readonly limit?: number;
  /** Told, once per kind, when the index is damaged or results can't be stored. */
  readonly onProblem?: (error: ZccacheError) => void;
};

/** A result with everything that is kept of it. */
export type InspectedResult = KeptResult & { readonly row: ManifestRow; readonly entry: Entry };

/** An open store. Only one process may have it open. */
export class Store implements AsyncDisposable {
  /** Settles when the debris of earlier processes has been removed. */
  readonly swept: Promise<void>;
  readonly #options: StoreOptions;
  readonly #objects: Objects;
  readonly #index: DurableIndex;
  readonly #results: Results;
  readonly #evictor: Evictor;
  readonly #closing = new AbortController();
  #problem: string | undefined;

  /** @param unusable Set if the directory can't be used, or not safely. */
  constructor(directory: RawText, options: StoreOptions, unusable: string | undefined) {
    this.#options = options;
    this.#objects = new Objects(directory);
    this.#index = new DurableIndex(directory, unusable, {
      problem: (error) => this.#report(error),
      written: () => this.#evictor.check(),
    });
    this.#results = new Results(this.#index, (digest) => this.#objects.remove(digest));
    this.#evictor = new Evictor(evictableOf(this.#index, this.#results), options.limit ?? 0);
    this.#evictor.check();
    if (this.#refusal !== undefined) this.#report(this.#refusal);
    this.swept = this.#refusal === undefined ? this.#sweep() : Promise.resolve();
  }

  /** What is wrong with the store, for `status`; undefined: nothing. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Rows of a context, newest first. */
  lookup(context: Digest): readonly ManifestRow[] {
    return this.#results.rows(context);
  }

  /** What a result gives back; undefined if it is not there. That an object of it is gone shows when it is read. */
  readEntry(resultKey: Digest): Entry | undefined {
    return this.#results.entry(resultKey, "use");
  }

  /** Every result and what it gives back, none of them counted as used; other work goes on meanwhile. */
  entries(): AsyncIterable<readonly [resultKey: Digest, entry: Entry]> {
    return this.#results.all();
  }

  /** What is kept under keys, of results or contexts, that begin with these hexadecimal digits; newest first. */
  inspect(digits: string, most: number): InspectedResult[] {
    return this.#results.beginningWith(digits, most).flatMap((kept) => {
      const row = this.lookup(kept.context).find(({ resultKey }) => resultKey === kept.key);
      const entry = this.#results.entry(kept.key, "inspect");
      return row === undefined || entry === undefined ? [] : [{ ...kept, row, entry }];
    });
  }

  /** Path of an object that an entry names. Its content has to be checked against the entry while it is read. */
  objectPath(digest: Digest): RawText {
    return this.#objects.pathOf(digest);
  }

  /**
   * Takes a private copy of an output, or of bytes, so that a build may go on to change the file.
   * @throws {ZccacheError} `OUTPUT_CHANGED` if it is no regular file or was written meanwhile, `STORE_WRITE`.
   */
  async stage(source: RawText | Uint8Array): Promise<StagedObject> {
    this.#mustBeWritable();
    return await this.#objects.stage(source);
  }

  /**
   * Keeps a result. It is found by `lookup` from then on, and by other processes after the next flush.
   * @throws {ZccacheError} `STORE_WRITE`; its staged files are gone then, and the store goes on.
   */
  async commit(result: NewResult): Promise<Entry> {
    try {
      this.#mustBeWritable();
      const digest = (path: RawText, bytes: number) => this.#digest(path, bytes);
      return await commitResult(result, { objects: this.#objects, results: this.#results, digest });
    } catch (error) {
      for (const { staged } of result.outputs) staged[Symbol.dispose]();
      throw error instanceof ZccacheError && error.code === "STORE_WRITE"
        ? error
        : storeWriteError("store a result", error);
    }
  }

  /** Forgets a result that turned out damaged, and those of its objects whose content is not what their name says. */
  async drop(resultKey: Digest): Promise<void> {
    const outputs = this.#results.entry(resultKey, "inspect")?.outputs ?? [];
    await this.#results.forget(resultKey);
    for (const { digest, size } of outputs) {
      const found = await this.#digest(this.objectPath(digest), size).catch(() => undefined);
      if (found?.digest !== digest) await this.#objects.remove(digest);
    }
  }

  /** Number and size of what is kept. */
  totals(): StoreTotals {
    return this.#results.totals();
  }

  /** Bytes on disk, the index included, what may be on disk (0 = any), and results evicted since the start. */
  room(): { bytes: number; limit: number; evicted: number } {
    this.flush();
    const { limit, evicted } = this.#evictor;
    return { bytes: this.#index.ask(0, (index) => onDisk(index.diskUse())), limit, evicted };
  }

  /** True if a result of this size may be stored at all. */
  fits(bytes: number): boolean {
    return this.#evictor.fits(bytes);
  }

  /** Resolves when no eviction is under way. */
  async evicted(): Promise<void> {
    this.flush();
    await this.#evictor.settled();
  }

  /** Removes everything. @returns what was there. @throws {ZccacheError} `STORE_WRITE`. */
  async clear(): Promise<StoreTotals> {
    if (this.#index.standing.kind === "foreign") this.#mustBeWritable();
    await this.#index.written();
    await this.#index.settle("always");
    const totals = this.totals();
    const aside: (RawText | undefined)[] = [];
    try {
      try {
        // The index first: if we are killed here, objects without rows are swept; rows without objects would be counted.
        this.#results.forgetAll((path) => aside.push(this.#objects.moveAway(path)));
        aside.push(this.#objects.moveAllAway());
      } finally {
        await Promise.all(aside.map((path) => this.#objects.rid(path)));
      }
      // A full disk has room for a new index only now.
      if (this.#index.standing.kind === "blocked") this.#index.reopen();
      this.#mustBeWritable();
    } catch (error) {
      throw storeWriteError("clear the store", error);
    }
    return totals;
  }

  /** Writes what was committed to the index. Happens by itself within 200 ms; a failure is a `problem`. */
  flush(): void {
    this.#index.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.#evictor[Symbol.dispose]();
    await this.#evictor.settled();
    await this.swept;
    await this.#index[Symbol.asyncDispose]();
  }

  async #digest(path: RawText, bytes: number): Promise<ObjectDigest> {
    return await (this.#options.digest?.(path, bytes) ?? digestObject(path));
  }

  async #sweep(): Promise<void> {
    try {
      await this.#objects.sweep((digest) => this.#index.needs(digest), this.#closing.signal);
    } catch (error) {
      this.#report(storeWriteError("sweep the store", error));
    }
  }

  #mustBeWritable(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  /** Set while nothing can be stored. */
  get #refusal(): ZccacheError | undefined {
    const { standing } = this.#index;
    if (standing.kind === "writable") return undefined;
    return new ZccacheError("STORE_WRITE", `Cannot store results: ${standing.reason}`);
  }

  #report(error: ZccacheError): void {
    const text = describeError(error);
    if (text === this.#problem) return;
    this.#problem = text;
    this.#options.onProblem?.(error);
  }
}
