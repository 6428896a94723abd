// The local store: results by the conditions under which they hold, their outputs as objects. Nothing in it can fail a
// build: what can't be read is a miss, what can't be written is an error of `stage` or `commit` only.

import type { Digest, Entry, ManifestRow, StoredOutput } from "../core/entry.ts";
import { describeError, ZccacheError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { BoundedMap } from "../sys/bounded-map.ts";
import { preparePrivateDirectory } from "../sys/private-directory.ts";
import { digestObject, type ObjectDigest } from "./digest-object.ts";
import { DurableIndex } from "./durable-index.ts";
import { decodeEntry, encodeEntry } from "./entry-codec.ts";
import { type IndexFile, ROWS_A_CONTEXT, SCHEMA, type StoreTotals } from "./index-file.ts";
import { decodeRow, encodeRow, type Interning } from "./manifest-codec.ts";
import type { NewResult } from "./new-result.ts";
import { Objects, type StagedObject, storeWriteError } from "./objects.ts";
import { seal, unseal } from "./sealed.ts";

export type { NewOutput, NewResult } from "./new-result.ts";

/** What a store is opened with. */
export type StoreOptions = {
  /** Reads an object elsewhere, e.g. in the worker pool. */
  readonly digest?: (path: RawText) => Promise<ObjectDigest>;
  /** Told, once per kind, when the index is damaged or results can't be stored. */
  readonly onProblem?: (error: ZccacheError) => void;
};

/**
 * Opens the store below `root`, or makes it. Never throws: a store that can't be used gives misses and says why in
 * `problem`. Debris of earlier processes is swept in the background.
 */
export function openStore(root: RawText, options: StoreOptions = {}): Store {
  // Formats side by side: neither an older nor a newer zccache reads or removes what the other wrote.
  const directory = `${root}/store-${SCHEMA}`;
  let unusable: string | undefined;
  try {
    for (const path of [directory, `${directory}/objects`, `${directory}/tmp`]) preparePrivateDirectory(path);
  } catch (error) {
    unusable = describeError(error);
  }
  return new Store(directory, options, unusable);
}

const STREAM_BYTES = 16 << 20;
// Times of use are for eviction, which an hour more or less does not matter to; each hit would write one otherwise.
const USE_SECONDS = 3600;
// A row in memory is 8 bytes a dependency, the dependencies being shared.
const CACHED_DEPENDENCIES = 8_000_000;
const CACHED_ENTRY_BYTES = 64 << 20;
const ENTRY_BYTES = 600;
const NOTHING: StoreTotals = { artifactCount: 0, bytes: 0, metadataEntries: 0 };

type CachedEntry = { readonly entry: Entry; readonly usedAt: number };

/** An open store. Only one process may have it open. */
export class Store implements AsyncDisposable {
  /** Settles when the debris of earlier processes has been removed. */
  readonly swept: Promise<void>;
  readonly #options: StoreOptions;
  readonly #objects: Objects;
  readonly #index: DurableIndex;
  #problem: string | undefined;
  readonly #rows = new BoundedMap<Digest, readonly ManifestRow[]>(CACHED_DEPENDENCIES, weighRows);
  readonly #entries = new BoundedMap<Digest, CachedEntry>(CACHED_ENTRY_BYTES, weighEntry);
  readonly #known: Interning = new Map();
  readonly #closing = new AbortController();

  /** @param unusable Set if the directory can't be used, or not safely. */
  constructor(directory: RawText, options: StoreOptions, unusable: string | undefined) {
    this.#options = options;
    this.#objects = new Objects(directory);
    this.#index = new DurableIndex(directory, unusable, (error) => this.#report(error));
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

  /** What a result gives back; undefined if it is not there with all its objects, in which case it is forgotten. */
  readEntry(resultKey: Digest): Entry | undefined {
    const found = this.#entries.get(resultKey) ?? this.#loadEntry(resultKey);
    if (found === undefined) return undefined;
    if (!found.entry.outputs.every(({ digest, size }) => this.#objects.has(digest, size))) {
      this.#forget(resultKey);
      return undefined;
    }
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
      if (!this.#index.ask(false, clearIndex)) throw new Error("the index can't be written");
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

  #forget(resultKey: Digest): void {
    this.flush();
    this.#entries.delete(resultKey);
    if (this.#refusal !== undefined) return;
    for (const digest of this.#index.ask<Digest[]>([], (index) => index.drop(resultKey))) this.#objects.remove(digest);
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

function weighRows(rows: readonly ManifestRow[]): number {
  return rows.reduce((sum, row) => sum + row.dependencies.length + row.environment.length + 1, 0);
}

function weighEntry({ entry }: CachedEntry): number {
  return ENTRY_BYTES + entry.stdout.length + entry.stderr.length;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
