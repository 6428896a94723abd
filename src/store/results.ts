// What the store knows of its results: the index, and what is kept in memory of it.

import type { Digest, Entry, ManifestRow } from "../core/entry.ts";
import type { RawText } from "../core/raw-text.ts";
import { turns } from "../sys/turn.ts";
import { type CachedEntry, entryCache, rowCache } from "./caches.ts";
import type { DurableIndex } from "./durable-index.ts";
import { decodeEntry, encodeEntry } from "./entry-codec.ts";
import type { StoreTotals } from "./index-statements.ts";
import type { Condition } from "./manifest-codec.ts";
import { type KeptResult, ROWS_A_CONTEXT } from "./result-tables.ts";
import { seal, unseal } from "./sealed.ts";

// Times of use are for eviction, and kept in seconds.
const USE_SECONDS = 1;
// 0.3 µs each, 5 for new ones.
const SHARED_AT_ONCE = 64;
const NOTHING: StoreTotals = { artifactCount: 0, bytes: 0, metadataEntries: 0 };

/** Results by context and by key. */
export class Results {
  readonly #index: DurableIndex;
  readonly #removeObject: (digest: Digest) => Promise<void>;
  readonly #rows = rowCache();
  readonly #entries = entryCache();

  /** @param removeObject Takes an object away at once that no result needs any more; resolves when its space is free. */
  constructor(index: DurableIndex, removeObject: (digest: Digest) => Promise<void>) {
    this.#index = index;
    this.#removeObject = removeObject;
  }

  /** Rows of a context, newest first. */
  rows(context: Digest): readonly ManifestRow[] {
    const cached = this.#rows.get(context);
    if (cached !== undefined) return cached;
    const rows = this.#index.ask<ManifestRow[]>([], (index) => index.rows(context));
    if (rows.length > 0) this.#rows.set(context, rows);
    return rows;
  }

  /** The entry of a result, used now or not. */
  entry(resultKey: Digest, purpose: "use" | "inspect"): Entry | undefined {
    const found = this.#entries.get(resultKey) ?? this.#load(resultKey);
    if (found !== undefined && purpose === "use") this.#markUsed(resultKey, found);
    return found?.entry;
  }

  /** Every result, a few at a time so that other work goes on; damaged ones are left out. What is added meanwhile may be. */
  async *all(): AsyncGenerator<readonly [resultKey: Digest, entry: Entry]> {
    this.#index.flush();
    for (let after = 0; ; ) {
      const some = this.#index.ask([], (index) => index.entriesAfter(after));
      for (const { id, resultKey, body } of some) {
        after = id;
        const bytes = unseal(resultKey, body);
        const entry = bytes && decodeEntry(bytes);
        if (entry !== undefined) yield [resultKey, entry];
      }
      if (some.length === 0) return;
      await Bun.sleep(0);
    }
  }

  /** The newest results of which a key, or their context's, begins with these hexadecimal digits. */
  beginningWith(digits: string, most: number): KeptResult[] {
    this.#index.flush();
    return this.#index.ask<KeptResult[]>([], (index) => index.beginningWith(digits, most));
  }

  /** The row with its conditions shared with all others. Steps aside now and then. */
  async shared(row: ManifestRow): Promise<ManifestRow> {
    const dependencies = await this.#shared(row.dependencies);
    return { ...row, dependencies, environment: await this.#shared(row.environment) };
  }

  /** Adds a result whose row is `shared`. Everything happens at once but the writing, which follows. */
  add(context: Digest, row: ManifestRow, entry: Entry): void {
    const { resultKey } = row;
    const older = this.rows(context).filter((other) => other.resultKey !== resultKey);
    const usedAt = nowSeconds();
    const sealed = seal(resultKey, encodeEntry(entry));
    this.#index.put({ context, row, entry: sealed, objects: entry.outputs, usedAt });
    this.#rows.set(context, [row, ...older].slice(0, ROWS_A_CONTEXT));
    this.#entries.set(resultKey, { entry, usedAt });
  }

  /** Forgets a result at once. Resolves when the objects that only it needed are gone. */
  async forget(resultKey: Digest): Promise<void> {
    this.#entries.delete(resultKey);
    if (this.#index.standing.kind !== "writable") return;
    const dropped = this.#index.drop(resultKey);
    await this.#removeAll(dropped?.orphans ?? []);
  }

  /** Forgets those that were not used for longest, until `isEnough` or a few milliseconds have passed. @returns how many. */
  async forgetOldest(isEnough: () => boolean): Promise<number> {
    const dropped = this.#index.dropOldest(isEnough);
    if (dropped === undefined) return 0;
    for (const resultKey of dropped.results) this.#entries.delete(resultKey);
    await this.#removeAll(dropped.orphans);
    return dropped.results.length;
  }

  /** Begins anew with none. @param moveAway Moves a file of the index to where it is removed later. @throws as it does. */
  forgetAll(moveAway: (path: RawText) => void): void {
    this.#rows.clear();
    this.#entries.clear();
    this.#index.replace(moveAway);
  }

  totals(): StoreTotals {
    this.#index.flush();
    return this.#index.ask(NOTHING, (index) => index.totals());
  }

  async #shared<Kind extends Condition>(conditions: readonly Kind[]): Promise<Kind[]> {
    const shared: Kind[] = [];
    for (let at = 0; at < conditions.length; at += SHARED_AT_ONCE) {
      if (turns.isLong) await turns.next("filing");
      const some = conditions.slice(at, at + SHARED_AT_ONCE);
      for (const one of this.#index.ask(some, (index) => index.shared(some))) shared.push(one);
    }
    return shared;
  }

  async #removeAll(objects: readonly Digest[]): Promise<void> {
    await Promise.all(objects.map((digest) => this.#removeObject(digest)));
  }

  #load(resultKey: Digest): CachedEntry | undefined {
    const found = this.#index.ask(undefined, (index) => index.entry(resultKey));
    if (found === undefined) return undefined;
    const body = unseal(resultKey, found.body);
    const entry = body && decodeEntry(body);
    if (entry === undefined) {
      void this.forget(resultKey);
      return undefined;
    }
    const cached = { entry, usedAt: found.last_used };
    this.#entries.set(resultKey, cached);
    return cached;
  }

  #markUsed(resultKey: Digest, { entry, usedAt }: CachedEntry): void {
    const now = nowSeconds();
    if (Math.abs(now - usedAt) < USE_SECONDS || this.#index.standing.kind !== "writable") return;
    this.#entries.set(resultKey, { entry, usedAt: now });
    this.#index.touch(resultKey, now);
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
