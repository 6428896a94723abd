// The index in SQLite: which results there are, under which conditions they hold, and which objects they need. One
// process writes. Every method is synchronous and may throw SQLite's errors; `store.ts` decides what they mean.

import { constants, Database } from "bun:sqlite";
import type { Digest } from "../core/entry.ts";
import { fault } from "../sys/fault.ts";
import type { ObjectDigest } from "./digest-object.ts";

/** Number of the schema below. An index with another one is left alone. */
export const SCHEMA = 1;

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

/** What `status` shows. */
export type StoreTotals = {
  /** Results that can be given back. */
  readonly artifactCount: number;
  /** Bytes of all objects. */
  readonly bytes: number;
  /** Manifest rows. */
  readonly metadataEntries: number;
};

const TABLES = `
CREATE TABLE manifest (
  id INTEGER PRIMARY KEY, -- ascending by age: newest last
  context TEXT NOT NULL,
  result TEXT NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (context, result)
);
CREATE INDEX manifest_result ON manifest (result);
CREATE TABLE results (key TEXT NOT NULL UNIQUE, body BLOB NOT NULL, last_used INTEGER NOT NULL);
CREATE INDEX results_last_used ON results (last_used);
CREATE TABLE objects (digest TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE result_objects (digest TEXT NOT NULL, result TEXT NOT NULL, PRIMARY KEY (digest, result)) WITHOUT ROWID;
CREATE INDEX result_objects_result ON result_objects (result);
PRAGMA user_version = ${SCHEMA};
`;

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

function prepare(database: Database) {
  return {
    rows: database.query<{ body: Uint8Array }, [string]>(
      "SELECT body FROM manifest WHERE context = ? ORDER BY id DESC",
    ),
    entry: database.query<{ body: Uint8Array; last_used: number }, [string]>(
      "SELECT body, last_used FROM results WHERE key = ?",
    ),
    object: database.query<{ size: number }, [string]>("SELECT size FROM objects WHERE digest = ?"),
    touch: database.query<unknown, [number, string]>("UPDATE results SET last_used = ? WHERE key = ?"),
    putObject: database.query<unknown, [string, number]>("INSERT OR REPLACE INTO objects (digest, size) VALUES (?, ?)"),
    link: database.query<unknown, [string, string]>(
      "INSERT OR IGNORE INTO result_objects (digest, result) VALUES (?, ?)",
    ),
    putEntry: database.query<unknown, [string, Uint8Array, number]>(
      "INSERT OR REPLACE INTO results (key, body, last_used) VALUES (?, ?, ?)",
    ),
    putRow: database.query<unknown, [string, string, Uint8Array]>(
      "INSERT OR REPLACE INTO manifest (context, result, body) VALUES (?, ?, ?)",
    ),
    // A result whose last row goes stays until it is evicted: nothing leads to it, so it is never used again.
    trimRows: database.query<unknown, [string, number]>(
      `DELETE FROM manifest WHERE id IN
         (SELECT id FROM manifest WHERE context = ? ORDER BY id DESC LIMIT -1 OFFSET ?)`,
    ),
    forget: [
      database.query<unknown, [string]>("DELETE FROM manifest WHERE result = ?"),
      database.query<unknown, [string]>("DELETE FROM results WHERE key = ?"),
    ],
    orphans: database.query<{ digest: string }, [string]>(
      `SELECT digest FROM result_objects AS mine WHERE result = ? AND NOT EXISTS
         (SELECT 1 FROM result_objects AS other WHERE other.digest = mine.digest AND other.result <> mine.result)`,
    ),
    unlink: database.query<unknown, [string]>("DELETE FROM result_objects WHERE result = ?"),
    forgetObject: database.query<unknown, [string]>("DELETE FROM objects WHERE digest = ?"),
    totals: database.query<StoreTotals, []>(
      `SELECT (SELECT count(*) FROM results) AS artifactCount,
              (SELECT coalesce(sum(size), 0) FROM objects) AS bytes,
              (SELECT count(*) FROM manifest) AS metadataEntries`,
    ),
  };
}
