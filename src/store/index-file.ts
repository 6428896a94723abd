// The index in SQLite: which results there are, under which conditions they hold, and which objects they need. One
// process writes. Every method but `settle` is synchronous; all may throw SQLite's errors, and `durable-index.ts`
// decides what they mean.

import type { Database } from "bun:sqlite";
import type { Digest, ManifestRow } from "../core/entry.ts";
import { fault } from "../sys/fault.ts";
import { ConditionSweep } from "./condition-sweep.ts";
import { ConditionTable } from "./condition-table.ts";
import { bytesOf, digestOf } from "./digest-bytes.ts";
import { IndexLog } from "./index-log.ts";
import { prepare, type Statements, type StoreTotals } from "./index-statements.ts";
import type { Condition } from "./manifest-codec.ts";
import { MEMORY, openDatabase } from "./open-database.ts";
import { type Dropped, type IndexedResult, type KeptResult, ResultTables } from "./result-tables.ts";

/** Something to be written. */
export type IndexWrite =
  | { readonly kind: "result"; readonly result: IndexedResult }
  | { readonly kind: "use"; readonly resultKey: Digest; readonly usedAt: number };

/** Bytes that the store takes on disk. */
export type DiskUse = {
  /** Of the objects, in whole blocks. */
  readonly objects: number;
  /** Of the index without what it has free. */
  readonly used: number;
  /** Of the index and its log. */
  readonly index: number;
};

// Longest stretch of statements in one transaction; committing them takes half as long again.
const SLICE_MS = 1;

/** The index in one file, or in memory for a store that can't have one. */
export class IndexFile implements Disposable {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #conditions: ConditionTable;
  readonly #sweep: ConditionSweep;
  readonly #results: ResultTables;
  /** Of a file that can be written. */
  readonly #log: IndexLog | undefined;

  /**
   * @param path Of the file; `MEMORY` for one that is gone with this object.
   * @param mode `write` makes the file where there is none; `read` takes it as it is, for read-only file systems.
   * @throws {Error} SQLite's error, or one that names the schema of a file of another version, which stays as it is.
   */
  constructor(path: string, mode: "write" | "read") {
    this.#database = openDatabase(path, mode);
    try {
      this.#statements = prepare(this.#database);
      this.#conditions = new ConditionTable(this.#database);
      this.#sweep = new ConditionSweep(this.#database, this.#conditions);
      this.#results = new ResultTables(this.#statements, this.#conditions);
      this.#log = mode === "write" && path !== MEMORY ? new IndexLog(this.#database, path) : undefined;
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Rows of a context, newest first. 0.1 ms each; damaged ones are left out. */
  rows(context: Digest): ManifestRow[] {
    return this.#results.rows(context);
  }

  /** As `ResultTables.beginningWith`. */
  beginningWith(digits: string, most: number): KeptResult[] {
    return this.#results.beginningWith(digits, most);
  }

  /** Conditions that share their objects with those of all rows. */
  shared<Kind extends Condition>(conditions: readonly Kind[]): Kind[] {
    return conditions.map((condition) => this.#conditions.shared(condition));
  }

  /** The sealed entry of a result and when it was used last, in seconds since 1970. */
  entry(resultKey: Digest): { body: Uint8Array; last_used: number } | undefined {
    return this.#statements.entry.get(bytesOf(resultKey)) ?? undefined;
  }

  /**
   * Writes in one transaction what 2 ms allow. A row or result that is there already is replaced.
   * @returns How many, from the first; 0 where the next call goes on with the first.
   */
  write(writes: readonly IndexWrite[]): number {
    fault("store.index");
    return this.#change(() => {
      const began = performance.now();
      const isLate = () => performance.now() - began > SLICE_MS;
      let done = 0;
      for (const write of writes) {
        if (write.kind === "use") this.#statements.touch.run(write.usedAt, bytesOf(write.resultKey));
        else if (!this.#results.write(write.result, isLate)) break;
        done += 1;
        if (isLate()) break;
      }
      return done;
    });
  }

  /** Sealed entries of the next few results after the one of this number, in the order in which they came. */
  entriesAfter(id: number): { readonly id: number; readonly resultKey: Digest; readonly body: Uint8Array }[] {
    const found = this.#statements.entriesAfter.all(id, ENTRIES_AT_ONCE);
    return found.map(({ key, ...entry }) => ({ ...entry, resultKey: digestOf(key) }));
  }

  /** True if some result needs this object. */
  hasObject(digest: Digest): boolean {
    return this.#statements.object.get(bytesOf(digest)) !== null;
  }

  /** Forgets a result with its rows. */
  drop(resultKey: Digest): Dropped {
    return this.#change(() => this.#results.forget(this.#statements.numberOf.all(bytesOf(resultKey))));
  }

  /** Forgets the results that were not used for longest, until `isEnough`, but no longer than 2 ms. */
  dropOldest(isEnough: () => boolean): Dropped {
    return this.#change(() => {
      const began = performance.now();
      const results: Digest[] = [];
      const orphans: Digest[] = [];
      for (const one of this.#statements.oldest.all(OLDEST_AT_ONCE)) {
        if (isEnough()) break;
        const dropped = this.#results.forget([one]);
        results.push(...dropped.results);
        orphans.push(...dropped.orphans);
        if (performance.now() - began > SLICE_MS) break;
      }
      return { results, orphans };
    });
  }

  totals(): StoreTotals {
    const { artifactCount = 0, bytes = 0, metadataEntries = 0 } = this.#statements.totals.get() ?? {};
    return { artifactCount, bytes, metadataEntries };
  }

  /** 15 µs, however much there is. */
  diskUse(): DiskUse {
    const objects = this.#statements.totals.get()?.diskBytes ?? 0;
    const { size, pages, free } = this.#statements.pages.get() ?? { size: 0, pages: 0, free: 0 };
    return { objects, used: (pages - free) * size, index: pages * size + (this.#log?.bytes ?? 0) };
  }

  /** Forgets conditions that no row uses any more, for at most 2 ms. @returns false if there is no need to go on. */
  sweepConditions(): boolean {
    return this.#change(() => this.#sweep.step());
  }

  /** Gives free pages back to the file system, at most as many as 1 ms allows. @returns false if none are left to give. */
  shrink(): boolean {
    const before = this.#freePages();
    if (before === 0) return false;
    this.#log?.beforeWrite();
    this.#database.run(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
    return this.#freePages() < before;
  }

  /** Resolves when a write need not wait for the disk. */
  async settled(): Promise<void> {
    await this.#log?.settled();
  }

  /** Empties the log, if it is long or `always`, so that only the file takes space. */
  async settle(when: "if-long" | "always"): Promise<void> {
    if (this.#log !== undefined && (when === "always" || this.#log.isLong)) await this.#log.settle();
  }

  /** Closes it. @param fate `kept` waits for the disk. */
  close(fate: "kept" | "thrown-away"): void {
    try {
      if (fate === "kept" && this.#log !== undefined) this.#database.run("PRAGMA synchronous = NORMAL");
    } finally {
      this.#database.close();
      this.#log?.[Symbol.dispose]();
    }
  }

  [Symbol.dispose](): void {
    this.close("kept");
  }

  #freePages(): number {
    return this.#statements.pages.get()?.free ?? 0;
  }

  #change<Result>(change: () => Result): Result {
    this.#log?.beforeWrite();
    try {
      return this.#database.transaction(change).immediate();
    } catch (error) {
      this.#conditions.forgetNumbers();
      throw error;
    }
  }
}

// 20 µs each to read and decode.
const ENTRIES_AT_ONCE = 50;
const OLDEST_AT_ONCE = 32;
const PAGES_AT_ONCE = 100;
