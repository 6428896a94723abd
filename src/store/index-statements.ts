// Tables of the index, and what is asked of them. Digests are kept as their 32 bytes; everything else refers to results
// and objects by number, which ascends with time, so that what is written and evicted together lies together.

import type { Database } from "bun:sqlite";

/** Number of the schema below. An index with another one is left alone. */
export const SCHEMA = 3;

/** What `status` shows. */
export type StoreTotals = {
  /** Results that can be given back. */
  readonly artifactCount: number;
  /** Bytes of all objects. */
  readonly bytes: number;
  /** Manifest rows. */
  readonly metadataEntries: number;
};

/**
 * Made in a new index. The triggers keep the totals, which counting would take 10 ms for at 100,000 objects. Objects
 * take whole blocks on disk; 4096 bytes is the block of all file systems that are common on Linux.
 */
export const TABLES = `
CREATE TABLE results (
  id INTEGER PRIMARY KEY,
  key BLOB NOT NULL UNIQUE,
  body BLOB NOT NULL,
  last_used INTEGER NOT NULL -- seconds since 1970
);
CREATE INDEX results_last_used ON results (last_used);
CREATE TABLE manifest (
  id INTEGER PRIMARY KEY, -- ascending by age: newest last
  context BLOB NOT NULL,
  result INTEGER NOT NULL,
  body BLOB NOT NULL
);
CREATE INDEX manifest_context ON manifest (context);
CREATE INDEX manifest_result ON manifest (result);
CREATE TABLE objects (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, size INTEGER NOT NULL, users INTEGER NOT NULL);
CREATE TABLE result_objects (result INTEGER NOT NULL, object INTEGER NOT NULL, PRIMARY KEY (result, object)) WITHOUT ROWID;
CREATE TABLE totals (
  results INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  object_bytes INTEGER NOT NULL,
  object_disk_bytes INTEGER NOT NULL
);
INSERT INTO totals VALUES (0, 0, 0, 0);
CREATE TRIGGER result_comes AFTER INSERT ON results BEGIN UPDATE totals SET results = results + 1; END;
CREATE TRIGGER result_goes AFTER DELETE ON results BEGIN UPDATE totals SET results = results - 1; END;
CREATE TRIGGER row_comes AFTER INSERT ON manifest BEGIN UPDATE totals SET rows = rows + 1; END;
CREATE TRIGGER row_goes AFTER DELETE ON manifest BEGIN UPDATE totals SET rows = rows - 1; END;
CREATE TRIGGER object_comes AFTER INSERT ON objects BEGIN
  UPDATE totals SET object_bytes = object_bytes + new.size,
                    object_disk_bytes = object_disk_bytes + (new.size + 4095) / 4096 * 4096;
END;
CREATE TRIGGER object_goes AFTER DELETE ON objects BEGIN
  UPDATE totals SET object_bytes = object_bytes - old.size,
                    object_disk_bytes = object_disk_bytes - (old.size + 4095) / 4096 * 4096;
END;
CREATE TRIGGER link_comes AFTER INSERT ON result_objects BEGIN
  UPDATE objects SET users = users + 1 WHERE id = new.object;
END;
CREATE TRIGGER link_goes AFTER DELETE ON result_objects BEGIN
  UPDATE objects SET users = users - 1 WHERE id = old.object;
END;
PRAGMA user_version = ${SCHEMA};
`;

/** What `prepare` makes. */
export type Statements = ReturnType<typeof prepare>;

/** The statements, compiled once. */
export function prepare(database: Database) {
  return {
    rows: database.query<{ body: Uint8Array }, [Uint8Array]>(
      "SELECT body FROM manifest WHERE context = ? ORDER BY id DESC",
    ),
    entry: database.query<{ body: Uint8Array; last_used: number }, [Uint8Array]>(
      "SELECT body, last_used FROM results WHERE key = ?",
    ),
    // In the order in which they came.
    entriesAfter: database.query<{ id: number; key: Uint8Array; body: Uint8Array }, [number, number]>(
      "SELECT id, key, body FROM results WHERE id > ? ORDER BY id LIMIT ?",
    ),
    // Newest rows whose result's or own context's key lies between two.
    between: database.query<
      { context: Uint8Array; key: Uint8Array; last_used: number },
      [Uint8Array, Uint8Array, number]
    >(
      `SELECT context, key, last_used FROM manifest JOIN results ON results.id = manifest.result
         WHERE key BETWEEN ?1 AND ?2 OR context BETWEEN ?1 AND ?2 ORDER BY manifest.id DESC LIMIT ?3`,
    ),
    object: database.query<{ id: number }, [Uint8Array]>("SELECT id FROM objects WHERE digest = ?"),
    touch: database.query<unknown, [number, Uint8Array]>("UPDATE results SET last_used = ? WHERE key = ?"),
    // The number of an object that is there already, or of the new one.
    putObject: database.query<{ id: number }, [Uint8Array, number]>(
      `INSERT INTO objects (digest, size, users) VALUES (?, ?, 0)
         ON CONFLICT (digest) DO UPDATE SET users = users RETURNING id`,
    ),
    link: database.query<unknown, [number, number]>(
      "INSERT OR IGNORE INTO result_objects (result, object) VALUES (?, ?)",
    ),
    putEntry: database.query<{ id: number }, [Uint8Array, Uint8Array, number]>(
      `INSERT INTO results (key, body, last_used) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET body = excluded.body, last_used = excluded.last_used RETURNING id`,
    ),
    dropRow: database.query<unknown, [Uint8Array, number]>("DELETE FROM manifest WHERE context = ? AND result = ?"),
    putRow: database.query<unknown, [Uint8Array, number, Uint8Array]>(
      "INSERT INTO manifest (context, result, body) VALUES (?, ?, ?)",
    ),
    // A result whose last row goes stays until it is evicted: nothing leads to it, so it is never used again.
    trimRows: database.query<unknown, [Uint8Array, number]>(
      `DELETE FROM manifest WHERE id IN
         (SELECT id FROM manifest WHERE context = ? ORDER BY id DESC LIMIT -1 OFFSET ?)`,
    ),
    numberOf: database.query<{ id: number; key: Uint8Array }, [Uint8Array]>(
      "SELECT id, key FROM results WHERE key = ?",
    ),
    oldest: database.query<{ id: number; key: Uint8Array }, [number]>(
      "SELECT id, key FROM results ORDER BY last_used, id LIMIT ?",
    ),
    objectsOf: database.query<{ object: number }, [number]>("SELECT object FROM result_objects WHERE result = ?"),
    forget: [
      database.query<unknown, [number]>("DELETE FROM manifest WHERE result = ?"),
      database.query<unknown, [number]>("DELETE FROM results WHERE id = ?"),
      database.query<unknown, [number]>("DELETE FROM result_objects WHERE result = ?"),
    ],
    forgetObject: database.query<{ digest: Uint8Array }, [number]>(
      "DELETE FROM objects WHERE id = ? AND users = 0 RETURNING digest",
    ),
    totals: database.query<StoreTotals & { diskBytes: number }, []>(
      `SELECT results AS artifactCount, object_bytes AS bytes, rows AS metadataEntries, object_disk_bytes AS diskBytes
         FROM totals`,
    ),
    pages: database.query<{ size: number; pages: number; free: number }, []>(
      `SELECT (SELECT page_size FROM pragma_page_size) AS size, (SELECT page_count FROM pragma_page_count) AS pages,
              (SELECT freelist_count FROM pragma_freelist_count) AS free`,
    ),
  };
}
