// The index in SQLite: which results there are, under which conditions they hold, and which objects they need. One
// process writes. Every method is synchronous and may throw SQLite's errors; `store.ts` decides what they mean.

import { constants, Database } from "bun:sqlite";
import type { Digest } from "../core/entry.ts";
import { fault } from "../sys/fault.ts";
import type { ObjectDigest } from "./digest-object.ts";
import { prepare, SCHEMA, type StoreTotals, TABLES } from "./index-statements.ts";

/** Newest rows kept for one context; a project that switches between branches needs a few. */
export const ROWS_A_CONTEXT = 16;

/** A result to be written. Bodies are sealed. */
export type IndexedResult = {
  readonly context: Digest;
  readonly resultKey: Digest;
  readonly row: Uint8Array;
  readonly entry: Uint8Array;
  readonly objects: readonly Pick<ObjectDigest, "digest" | "size">[];
  /** Seconds since 1970. */
  readonly usedAt: number;
};

// A second process is told SQLITE_BUSY instead of being let in. Set before the first read, it also makes the file of
// shared memory needless, which a full disk has no room for.
const LOCKING = "PRAGMA locking_mode = EXCLUSIVE";

// NORMAL syncs at checkpoints only; a power cut loses the last commits, not the index.
const SETTINGS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA wal_autocheckpoint = 4000;
PRAGMA cache_size = -16384;
`;

/** The index in one file, or in memory for a store that can't have one. */
export class IndexFile implements Disposable {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #writeAll: (results: readonly IndexedResult[], used: ReadonlyMap<Digest, number>) => void;

  /**
   * @param path Of the file; `:memory:` for one that is gone with this object.
   * @param mode `write` makes the file where there is none; `read` takes it as it is, for read-only file systems.
   * @throws {Error} SQLite's error, or one that names the schema of a file of another version, which stays as it is.
   */
  constructor(path: string, mode: "write" | "read") {
    this.#database = mode === "write" ? new Database(path, WRITING) : new Database(frozen(path), READING);
    try {
      if (mode === "write") this.#database.run(LOCKING);
      const version = versionOf(this.#database);
      if (version !== SCHEMA && (version !== 0 || mode === "read")) throw new Error(`it has schema ${version}`);
      if (mode === "write") prepareForWriting(this.#database, version);
      this.#statements = prepare(this.#database);
    } catch (error) {
      this.#database.close();
      throw error;
    }
    this.#writeAll = this.#database.transaction((results, used) => {
      for (const result of results) this.#write(result);
      for (const [key, usedAt] of used) this.#statements.touch.run(usedAt, key);
    });
  }

  /** Sealed rows of a context, newest first. */
  rows(context: Digest): Uint8Array[] {
    return this.#statements.rows.all(context).map(({ body }) => body);
  }

  /** The sealed entry of a result and when it was used last, in seconds since 1970. */
  entry(resultKey: Digest): { body: Uint8Array; last_used: number } | undefined {
    return this.#statements.entry.get(resultKey) ?? undefined;
  }

  /** Writes results and times of use in one transaction. A row or result that is there already is replaced. */
  write(results: readonly IndexedResult[], used: ReadonlyMap<Digest, number>): void {
    fault("store.index");
    this.#writeAll(results, used);
  }

  /** True if some result needs this object. */
  hasObject(digest: Digest): boolean {
    return this.#statements.object.get(digest) !== null;
  }

  /** Forgets a result with its rows. @returns objects that no other result needs. */
  drop(resultKey: Digest): Digest[] {
    const drop = this.#database.transaction(() => {
      const { orphans, forget } = this.#statements;
      for (const statement of forget) statement.run(resultKey);
      const digests = orphans.all(resultKey).map(({ digest }) => digest);
      this.#statements.unlink.run(resultKey);
      for (const digest of digests) this.#statements.forgetObject.run(digest);
      return digests;
    });
    return drop.immediate();
  }

  totals(): StoreTotals {
    return this.#statements.totals.get() ?? { artifactCount: 0, bytes: 0, metadataEntries: 0 };
  }

  /** Bytes of all objects and of the index itself, without what it has free. 10 µs, however much there is. */
  bytes(): number {
    return this.#statements.bytes.get()?.bytes ?? 0;
  }

  /** Keys of the results that were not used for longest, at most `count`. */
  oldest(count: number): Digest[] {
    return this.#statements.oldest.all(count).map(({ key }) => key);
  }

  /** Forgets everything and gives the space back. */
  clear(): void {
    this.#database
      .transaction(() => {
        for (const table of ["manifest", "results", "result_objects", "objects"])
          this.#database.run(`DELETE FROM ${table}`);
      })
      .immediate();
    this.#database.run("VACUUM");
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #write({ context, resultKey, row, entry, objects, usedAt }: IndexedResult): void {
    const { putRow, trimRows, putEntry, putObject, link } = this.#statements;
    for (const { digest, size } of objects) {
      putObject.run(digest, size);
      link.run(digest, resultKey);
    }
    putEntry.run(resultKey, entry, usedAt);
    putRow.run(context, resultKey, row);
    trimRows.run(context, ROWS_A_CONTEXT);
  }
}

const WRITING = { create: true, readwrite: true, strict: true };
const READING = constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI;

/** Name under which SQLite reads a file without locks and without its log, which both need a writable directory. */
function frozen(path: string): string {
  return `file:${path.split("/").map(encodeURIComponent).join("/")}?immutable=1`;
}

/** Takes the lock, replays the log of a process that was killed, and makes the tables where there are none. */
function prepareForWriting(database: Database, version: number): void {
  database.run(SETTINGS);
  database.transaction(() => version === 0 && database.run(TABLES)).immediate();
}

function versionOf(database: Database): number {
  return database.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
}
