// Tables of the index, and what is asked of them.

import type { Database } from "bun:sqlite";

/** Number of the schema below. An index with another one is left alone. */
export const SCHEMA = 2;

/** What `status` shows. */
export type StoreTotals = {
  /** Results that can be given back. */
  readonly artifactCount: number;
  /** Bytes of all objects. */
  readonly bytes: number;
  /** Manifest rows. */
  readonly metadataEntries: number;
};

/** Made in a new index. The triggers keep the sum of sizes, which summing up would take 10 ms for at 100,000 objects. */
export const TABLES = `
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
CREATE TABLE object_bytes (total INTEGER NOT NULL);
INSERT INTO object_bytes VALUES (0);
CREATE TRIGGER object_comes AFTER INSERT ON objects BEGIN UPDATE object_bytes SET total = total + new.size; END;
CREATE TRIGGER object_goes AFTER DELETE ON objects BEGIN UPDATE object_bytes SET total = total - old.size; END;
CREATE TABLE result_objects (digest TEXT NOT NULL, result TEXT NOT NULL, PRIMARY KEY (digest, result)) WITHOUT ROWID;
CREATE INDEX result_objects_result ON result_objects (result);
PRAGMA user_version = ${SCHEMA};
`;

/** The statements, compiled once. */
export function prepare(database: Database) {
  return {
    rows: database.query<{ body: Uint8Array }, [string]>(
      "SELECT body FROM manifest WHERE context = ? ORDER BY id DESC",
    ),
    entry: database.query<{ body: Uint8Array; last_used: number }, [string]>(
      "SELECT body, last_used FROM results WHERE key = ?",
    ),
    object: database.query<{ size: number }, [string]>("SELECT size FROM objects WHERE digest = ?"),
    touch: database.query<unknown, [number, string]>("UPDATE results SET last_used = ? WHERE key = ?"),
    putObject: database.query<unknown, [string, number]>("INSERT OR IGNORE INTO objects (digest, size) VALUES (?, ?)"),
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
    oldest: database.query<{ key: string }, [number]>("SELECT key FROM results ORDER BY last_used, rowid LIMIT ?"),
    bytes: database.query<{ bytes: number }, []>(
      `SELECT (SELECT total FROM object_bytes) +
              (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM pragma_page_size) -
              (SELECT freelist_count FROM pragma_freelist_count) * (SELECT page_size FROM pragma_page_size) AS bytes`,
    ),
    totals: database.query<StoreTotals, []>(
      `SELECT (SELECT count(*) FROM results) AS artifactCount,
              (SELECT total FROM object_bytes) AS bytes,
              (SELECT count(*) FROM manifest) AS metadataEntries`,
    ),
  };
}
