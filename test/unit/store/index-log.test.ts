import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { copyFileSync, rmSync, statSync } from "node:fs";
import { IndexLog } from "../../../src/store/index-log.ts";
import { MEMORY, openDatabase } from "../../../src/store/open-database.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

/** A database whose log is looked after, and a way to write `count` rows of a page each to it. */
class Logged implements Disposable {
  readonly tree: TemporaryTree = fileTree();
  readonly path: string = this.tree.at("i");
  readonly #database: Database = openDatabase(this.path, "write");
  readonly log: IndexLog = new IndexLog(this.#database, this.path);
  written = 0;

  write(count: number): void {
    this.log.beforeWrite();
    this.#database.transaction(() => {
      for (let n = 0; n < count; n++)
        this.#database.run("INSERT INTO manifest (context, result, body) VALUES (x'00', ?, zeroblob(4000))", [n]);
    })();
    this.written += count;
  }

  /** What a process finds that starts after this one was killed now. */
  rowsAfterKill(): number {
    const copy = this.tree.at("copy");
    for (const suffix of ["", "-wal", "-shm"]) rmSync(copy + suffix, { force: true });
    for (const suffix of ["", "-wal"]) copyFileSync(this.path + suffix, copy + suffix);
    using database = new Database(copy);
    expect(database.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    return database.query<{ count: number }, []>("SELECT count(*) AS count FROM manifest").get()?.count ?? -1;
  }

  [Symbol.dispose](): void {
    this.#database.close();
    this.log[Symbol.dispose]();
    this.tree[Symbol.dispose]();
  }
}

describe("IndexLog", () => {
  test("settle() moves everything into the file and empties the log", async () => {
    using logged = new Logged();
    logged.write(300);
    expect(logged.log.isLong).toBeTrue();
    await logged.log.settle();
    expect([logged.log.bytes, logged.log.isLong]).toEqual([0, false]);
    expect(statSync(logged.path).size).toBeGreaterThan(300 * 4096);
    expect(logged.rowsAfterKill()).toBe(300);
  });

  test("C4: settle() may be killed or written to at any moment", async () => {
    using logged = new Logged();
    for (let round = 0; round < 10; round++) {
      logged.write(260);
      let settled = false;
      const settling = logged.log.settle().then(() => {
        settled = true;
      });
      for (let turn = 0; !settled; turn++) {
        expect(logged.rowsAfterKill()).toBe(logged.written);
        if (turn === round % 4) logged.write(1);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await settling;
    }
    await logged.log.settled();
    expect(logged.rowsAfterKill()).toBe(2600 + logged.written - 2600);
  });
});

test("openDatabase() gives free pages of a new database back in steps", () => {
  using database = openDatabase(MEMORY, "write");
  expect(database.query("PRAGMA auto_vacuum").get()).toEqual({ auto_vacuum: 2 });
});
