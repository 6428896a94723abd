// The write-ahead log of the index, taken into its file without making anybody wait for the disk: SQLite would sync in
// the middle of a write (up to 60 ms), so it is told not to, and the syncs are made here, by Bun's threads, in the order
// that survives a power cut at any moment:
//
//   log synced → its pages copied to the file → file synced → log emptied → log synced → the next write
//
// Without the first, the file could hold pages of a transaction that the log has lost; without the last, an old log
// could be replayed in parts over a newer file.

import type { Database } from "bun:sqlite";
import { closeSync, fstatSync, fsync, fsyncSync, openSync } from "node:fs";
import { promisify } from "node:util";

const sync = promisify(fsync);

// 250 pages are copied in 1.5 ms, which is how long requests wait for it.
const LONG_BYTES = 250 * 4096;

/** The log of one open database. */
export class IndexLog implements Disposable {
  readonly #database: Database;
  // Open for life: closing any descriptor of a file gives up all locks that the process has on it (fcntl(2)).
  readonly #file: number;
  readonly #log: number;
  #settling: Promise<void> | undefined;
  #grew = false;
  /** The file holds all of the log and may not be on disk yet: a write would begin the log anew. */
  #copied = false;

  /** @param path Of the database, which has a log by now. */
  constructor(database: Database, path: string) {
    this.#database = database;
    this.#file = openSync(path, "r");
    this.#log = openSync(`${path}-wal`, "r");
  }

  /** Bytes that the log takes. 2 µs. */
  get bytes(): number {
    return fstatSync(this.#log).size;
  }

  /** True if it should be settled before more is written. */
  get isLong(): boolean {
    return this.bytes > LONG_BYTES;
  }

  /** To be called before each write. Waits for the disk if the log is just being settled: see `settled`. */
  beforeWrite(): void {
    this.#grew = true;
    if (!this.#copied) return;
    fsyncSync(this.#file);
    this.#checkpoint("TRUNCATE");
    fsyncSync(this.#log);
    this.#copied = false;
  }

  /** Resolves when a write need not wait. */
  async settled(): Promise<void> {
    while (this.#settling !== undefined) await this.#settling;
  }

  /** Empties the log. @throws SQLite's or the system's error; it is as good as before then. */
  async settle(): Promise<void> {
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined;
    });
    await this.#settling;
  }

  /** To be called when the database has been closed. */
  [Symbol.dispose](): void {
    closeSync(this.#file);
    closeSync(this.#log);
  }

  async #settle(): Promise<void> {
    do {
      this.#grew = false;
      await sync(this.#log);
    } while (this.#grew);
    this.#checkpoint("PASSIVE");
    this.#copied = true;
    await sync(this.#file);
    if (!this.#copied) return; // a write could not wait
    this.#checkpoint("TRUNCATE");
    await sync(this.#log);
    this.#copied = false;
  }

  #checkpoint(mode: "PASSIVE" | "TRUNCATE"): void {
    this.#database.query(`PRAGMA wal_checkpoint(${mode})`).get();
  }
}
