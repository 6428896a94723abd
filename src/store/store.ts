// The local store: results by the conditions under which they hold, their outputs as objects. Nothing in it can fail a
// build: what can't be read is a miss, what can't be written is an error of `stage` or `commit` only.

import type { Digest, Entry, ManifestRow, StoredOutput } from "../core/entry.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { type CachedEntry, entryCache, rowCache } from "./caches.ts";
import { digestObject, type ObjectDigest } from "./digest-object.ts";
import { DurableIndex } from "./durable-index.ts";
import { decodeEntry, encodeEntry } from "./entry-codec.ts";
import { Evictor, evictableOf } from "./evictor.ts";
import { type IndexFile, ROWS_A_CONTEXT } from "./index-file.ts";
import type { StoreTotals } from "./index-statements.ts";
import { decodeRow, encodeRow, type Interning } from "./manifest-codec.ts";
import type { NewResult } from "./new-result.ts";
import { Objects, type StagedObject, storeWriteError } from "./objects.ts";
import { seal, unseal } from "./sealed.ts";

export type { NewOutput, NewResult } from "./new-result.ts";

/** What a store is opened with. */
export type StoreOptions = {
  /** Reads an object elsewhere, e.g. in the worker pool. */
  readonly digest?: (path: RawText) => Promise<ObjectDigest>;
  /** Bytes that the store may take on disk; 0, or nothing given: any. */
  readonly limit?: number;
  /** Told, once per kind, when the index is damaged or results can't be stored. */
  readonly onProblem?: (error: ZccacheError) => void;
};

const STREAM_BYTES = 16 << 20;
// Times of use are for eviction, and kept in seconds.
const USE_SECONDS = 1;
const NOTHING: StoreTotals = { artifactCount: 0, bytes: 0, metadataEntries: 0 };

/** An open store. Only one process may have it open. */
export class Store implements AsyncDisposable {
  /** Settles when the debris of earlier processes has been removed. */
  readonly swept: Promise<void>;
  readonly #options: StoreOptions;
  readonly #objects: Objects;
  readonly #index: DurableIndex;
  #problem: string | undefined;
  readonly #rows = rowCache();
  readonly #entries = entryCache();
  readonly #known: Interning = new Map();
  readonly #closing = new AbortController();
  readonly #evictor: Evictor;

  /** @param unusable Set if the directory can't be used, or not safely. */
  constructor(directory: RawText, options: StoreOptions, unusable: string | undefined) {
    this.#options = options;
    this.#objects = new Objects(directory);
    this.#index = new DurableIndex(directory, unusable, {
      problem: (error) => this.#report(error),
      written: () => this.#evictor.check(),
    });
    this.#evictor = new Evictor(
      evictableOf(this.#index, (resultKey) => this.#forget(resultKey)),
      options.limit ?? 0,
    );
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
    const cached = this.#rows.get(context);
    if (cached !== undefined) return cached;
    const rows = this.#index
      .ask<Uint8Array[]>([], (index) => index.rows(context))
      .flatMap((sealed) => {
        const body = unseal(context, sealed);
        return (body && decodeRow(body, this.#known)) ?? [];
      });
    if (rows.length > 0) this.#rows.set(context, rows);
    return rows;
  }

  /** What a result gives back; undefined if it is not there. That an object of it is gone shows when it is read. */
  readEntry(resultKey: Digest): Entry | undefined {
    const found = this.#entries.get(resultKey) ?? this.#loadEntry(resultKey);
    if (found === undefined) return undefined;
    this.#markUsed(resultKey, found);
    return found.entry;
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
      return await this.#commit(result);
    } catch (error) {
      for (const { staged } of result.outputs) staged[Symbol.dispose]();
      throw error instanceof ZccacheError && error.code === "STORE_WRITE"
        ? error
        : storeWriteError("store a result", error);
    }
  }

  /** Forgets a result that turned out damaged, and those of its objects whose content is not what their name says. */
  async drop(resultKey: Digest): Promise<void> {
    this.flush();
    const outputs = (this.#entries.get(resultKey) ?? this.#loadEntry(resultKey))?.entry.outputs ?? [];
    this.#forget(resultKey);
    for (const { digest } of outputs) {
      const found = await this.#digest(this.objectPath(digest)).catch(() => undefined);
      if (found?.digest !== digest) this.#objects.remove(digest);
    }
  }

  /** Number and size of what is kept. */
  totals(): StoreTotals {
    this.flush();
    return this.#index.ask(NOTHING, (index) => index.totals());
  }

  /** Bytes on disk, the index included, what may be on disk (0 = any), and results evicted since the start. */
  room(): { bytes: number; limit: number; evicted: number } {
    this.flush();
    const { limit, evicted } = this.#evictor;
    return { bytes: this.#index.ask(0, (index) => index.bytes()), limit, evicted };
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
    const totals = this.totals();
    this.#rows.clear();
    this.#entries.clear();
    this.#known.clear();
    try {
      // First, since a full disk may have no room for emptying the index; rows without objects are misses.
      const removed = this.#objects.removeAll();
      if (this.#index.standing.kind === "blocked") await removed.then(() => this.#index.reopen());
      this.#mustBeWritable();
      // On a full disk there is room for it only once the objects are gone.
      const cleared =
        this.#index.ask(false, clearIndex) || (await removed.then(() => this.#index.ask(false, clearIndex)));
      if (!cleared) throw new Error("the index can't be written");
      await removed;
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
    this.#index[Symbol.dispose]();
  }

  async #commit({ context, row, entry, outputs }: NewResult): Promise<Entry> {
    if (entry.stdout.length + entry.stderr.length > STREAM_BYTES) {
      throw new ZccacheError("STORE_WRITE", "Cannot store a result: it printed more than 16 MiB");
    }
    const digests = await Promise.all(outputs.map(({ staged }) => this.#digest(staged.path)));
    const stored: StoredOutput[] = [];
    for (const [at, found] of digests.entries()) {
      const output = outputs[at];
      if (output === undefined) continue;
      const { role, name, staged } = output;
      this.#objects.place(staged, found);
      stored.push({ role, name, ...found, executable: staged.executable });
    }
    const kept = { ...entry, outputs: stored };
    this.#enqueue(context, row, kept);
    return kept;
  }

  /** Runs in one go with the placing of the objects, so that the sweep sees either neither or both. */
  #enqueue(context: Digest, row: ManifestRow, entry: Entry): void {
    const { resultKey } = row;
    const body = encodeRow(row);
    const older = this.lookup(context).filter((other) => other.resultKey !== resultKey);
    const usedAt = nowSeconds();
    this.#index.put({
      context,
      resultKey,
      row: seal(context, body),
      entry: seal(resultKey, encodeEntry(entry)),
      objects: entry.outputs,
      usedAt,
    });
    this.#rows.set(context, [decodeRow(body, this.#known) ?? row, ...older].slice(0, ROWS_A_CONTEXT));
    this.#entries.set(resultKey, { entry, usedAt });
  }

  #loadEntry(resultKey: Digest): CachedEntry | undefined {
    const found = this.#index.ask(undefined, (index) => index.entry(resultKey));
    if (found === undefined) return undefined;
    const body = unseal(resultKey, found.body);
    const entry = body && decodeEntry(body);
    if (entry === undefined) {
      this.#forget(resultKey);
      return undefined;
    }
    const cached = { entry, usedAt: found.last_used };
    this.#entries.set(resultKey, cached);
    return cached;
  }

  #markUsed(resultKey: Digest, { entry, usedAt }: CachedEntry): void {
    const now = nowSeconds();
    if (this.#refusal !== undefined || Math.abs(now - usedAt) < USE_SECONDS) return;
    this.#entries.set(resultKey, { entry, usedAt: now });
    this.#index.touch(resultKey, now);
  }

  /** @returns false if the index can't be written. */
  #forget(resultKey: Digest): boolean {
    this.flush();
    this.#entries.delete(resultKey);
    if (this.#refusal !== undefined) return false;
    const orphans = this.#index.ask<Digest[] | undefined>(undefined, (index) => index.drop(resultKey));
    for (const digest of orphans ?? []) this.#objects.remove(digest);
    return orphans !== undefined;
  }

  async #digest(path: RawText): Promise<ObjectDigest> {
    return await (this.#options.digest?.(path) ?? digestObject(path));
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

function clearIndex(index: IndexFile): true {
  index.clear();
  return true;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
