import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, utimesSync } from "node:fs";
import { pruneRecords } from "../../../../src/daemon/library/fingerprint-pruning.ts";
import { FingerprintRecords } from "../../../../src/daemon/library/fingerprint-records.ts";
import { OneAtATime } from "../../../../src/daemon/library/one-at-a-time.ts";
import { createPool } from "../../../../src/workers/pool.ts";
import { fileTree, type TemporaryTree } from "../../../support/file-tree.ts";

const HOUR = 3_600_000;
const LIMITS = { most: 1000, ageMs: 30 * 24 * HOUR };

function recordsOf(ages: Readonly<Record<string, number>>): TemporaryTree {
  const tree = fileTree(Object.fromEntries(Object.keys(ages).map((name) => [`r/${name}`, ""])));
  for (const [name, hours] of Object.entries(ages)) {
    const seconds = (Date.now() - hours * HOUR) / 1000;
    utimesSync(tree.at(`r/${name}`), seconds, seconds);
  }
  return tree;
}

function left(tree: TemporaryTree): string[] {
  return readdirSync(tree.at("r"), { recursive: true }).map(String).sort();
}

test("pruneRecords() removes records that nobody asked for in a month, all of their files, and no others", async () => {
  const month = 30 * 24;
  using tree = recordsOf({
    "both/old.done": month + 1,
    "both/old.failed": month + 1,
    "both/new.done": month - 1,
    "marked/a.done": month + 50,
    "marked/a.failed": 1,
    "alone/b.checked": month + 1,
  });
  await pruneRecords(tree.at("r"), new OneAtATime(), LIMITS);
  expect(left(tree)).toEqual(["both", "both/new.done", "marked", "marked/a.done", "marked/a.failed"]);
});

test("pruneRecords() keeps the newest of too many, and clears away what was being forgotten", async () => {
  using tree = recordsOf({ "a/1.done": 3, "a/2.done": 1, "b/3.checked": 2, "b/4.done": 4, "c.gone/5.done": 0 });
  await pruneRecords(tree.at("r"), new OneAtATime(), { ...LIMITS, most: 2 });
  expect(left(tree)).toEqual(["a", "a/2.done", "b", "b/3.checked"]);
});

test("pruneRecords() waits for who is at a record, and leaves one that was used meanwhile", async () => {
  using tree = recordsOf({ "a/1.done": 3, "b/2.done": 1, "b/3.done": 2 });
  const turns = new OneAtATime();
  const used = Promise.withResolvers<void>();
  void turns.run(tree.at("r/a"), () => used.promise);
  const pruned = pruneRecords(tree.at("r"), turns, { ...LIMITS, most: 1 });
  while (existsSync(tree.at("r/b/3.done"))) await Bun.sleep(1);
  const now = Date.now() / 1000;
  utimesSync(tree.at("r/a/1.done"), now, now);
  used.resolve();
  await pruned;
  expect(left(tree)).toEqual(["a", "a/1.done", "b", "b/2.done"]);
});

test("FingerprintRecords prunes when records are made, but not those that are asked for again and again", async () => {
  using tree = fileTree({ "t/a": "1" });
  mkdirSync(tree.at("records"));
  await using pool = createPool(1);
  const records = new FingerprintRecords(tree.at("records"), pool, { ...LIMITS, most: 5 });
  const filter = { root: tree.at("t"), extensions: [], include: [], exclude: [] };
  const check = (cacheFile: string) => records.check({ cacheFile, filter, readAll: false });
  await check("kept");
  await records.markSuccess("kept");
  for (let made = 0; made < 101; made += 1) {
    await check(`other ${made}`);
    expect((await check("kept")).decision).toBe("skip");
  }
  // Fifty may be made until the next time.
  const count = () => readdirSync(tree.at("records")).length;
  for (let waited = 0; waited < 20_000 && count() > 55; waited += 10) await Bun.sleep(10);
  expect(count()).toBeLessThanOrEqual(55);
  expect((await check("kept")).decision).toBe("skip");
}, 600_000);
