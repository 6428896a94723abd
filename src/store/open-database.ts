// Opens the database of the index with the settings that its owner counts on.

import { constants, Database } from "bun:sqlite";
import { CONDITION_TABLES } from "./condition-table.ts";
import { SCHEMA, TABLES } from "./index-statements.ts";

/** Path of a database that is gone when it is closed. */
export const MEMORY = ":memory:";

/**
 * @param mode `write` makes the file where there is none; `read` takes it as it is, for read-only file systems.
 * @throws {Error} SQLite's error, or one that names the schema of a file of another version, which stays as it is.
 */
export function openDatabase(path: string, mode: "write" | "read"): Database {
  const database = mode === "write" ? new Database(path, WRITING) : new Database(frozen(path), READING);
  try {
    if (mode === "write") database.run(LOCKING);
    const version = versionOf(database);
    if (version !== SCHEMA && (version !== 0 || mode === "read")) throw new Error(`it has schema ${version}`);
    if (mode === "write") prepareForWriting(database, version);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

// A second process is told SQLITE_BUSY instead of being let in. Set before the first read, it also makes the file of
// shared memory needless, which a full disk has no room for.
const LOCKING = "PRAGMA locking_mode = EXCLUSIVE";

// Syncs and checkpoints are those of index-log.ts.
const SYNCS = "PRAGMA synchronous = OFF";
const SETTINGS = `
PRAGMA journal_mode = WAL;
PRAGMA wal_autocheckpoint = 0;
PRAGMA cache_size = -16384;
`;

// What is free goes back to the file system in steps (`shrink`). Set later it would write, which a full disk forbids.
const SETTINGS_OF_NEW = "PRAGMA auto_vacuum = INCREMENTAL";

const WRITING = { create: true, readwrite: true, strict: true };
const READING = constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI;

/** Name under which SQLite reads a file without locks and without its log, which both need a writable directory. */
function frozen(path: string): string {
  return `file:${path.split("/").map(encodeURIComponent).join("/")}?immutable=1`;
}

/** Takes the lock, replays the log of a process that was killed, and makes the tables where there are none. */
function prepareForWriting(database: Database, version: number): void {
  database.run(SYNCS);
  if (version === 0) database.run(SETTINGS_OF_NEW);
  database.run(SETTINGS);
  database.transaction(() => version === 0 && database.run(TABLES + CONDITION_TABLES)).immediate();
}

function versionOf(database: Database): number {
  return database.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
}
