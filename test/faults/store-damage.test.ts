import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { deliver } from "../../src/deliver/deliver.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { fileTree, type TemporaryTree } from "../support/file-tree.ts";
import { quickest } from "../support/in-time.ts";
import { digestOf, readSample, sampleRow, storeSample } from "../support/store-samples.ts";

const BLOB = Buffer.alloc(64 * 64, "object code ");
const OTHER = Buffer.alloc(64 * 64, "another one ");

/** What a hit on the sample puts into `b/a.o`; undefined: nothing was served. */
async function serve(store: Store, name: string, tree: TemporaryTree): Promise<Buffer | undefined> {
  const entry = readSample(store, name);
  if (entry === undefined) return undefined;
  tree.write({ "b/.keep": "" });
  rmSync(tree.at("b/a.o"), { force: true });
  try {
    const options = { umask: 0o022, objectPath: (digest: string) => store.objectPath(digest) };
    await deliver(entry, { planned: [{ role: "object", path: tree.at("b/a.o") }], cwd: tree.path }, options);
    return readFileSync(tree.at("b/a.o"));
  } catch {
    expect(existsSync(tree.at("b/a.o"))).toBeFalse();
    await store.drop(sampleRow(name).resultKey);
    return undefined;
  }
}

/** Overwrites a read-only object, its size and mtime as before. */
function damage(path: string, bytes: Buffer): void {
  const { mtimeMs } = statSync(path);
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
  utimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
  chmodSync(path, 0o444);
}

describe("damaged objects", () => {
  test("F1: of an object with one bit flipped at every 64th byte, none is served and each is forgotten", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    for (let at = 0; at < BLOB.length; at += 64) {
      await storeSample(store, "a", BLOB);
      expect((await serve(store, "a", tree))?.equals(BLOB)).toBeTrue();
      const flipped = Buffer.from(BLOB);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << ((at / 64) % 8));
      damage(store.objectPath(digestOf(BLOB.toString())), flipped);
      expect(await serve(store, "a", tree)).toBeUndefined();
      expect(store.totals().artifactCount).toBe(0);
      expect(existsSync(store.objectPath(digestOf(BLOB.toString())))).toBeFalse();
    }
  });

  test("F2: truncated, emptied, zero-filled or extended objects are not served", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    const wrong = [
      BLOB.subarray(0, 1),
      BLOB.subarray(0, -1),
      Buffer.alloc(0),
      Buffer.alloc(BLOB.length),
      Buffer.concat([BLOB, BLOB]),
    ];
    for (const bytes of wrong) {
      await storeSample(store, "a", BLOB);
      damage(store.objectPath(digestOf(BLOB.toString())), bytes);
      expect(await serve(store, "a", tree)).toBeUndefined();
    }
  });

  test("F3: two sound objects that changed places are not served", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    await storeSample(store, "a", BLOB);
    await storeSample(store, "b", OTHER);
    const [a, b] = [BLOB, OTHER].map((bytes) => store.objectPath(digestOf(bytes.toString())));
    renameSync(a ?? "", tree.at("aside"));
    renameSync(b ?? "", a ?? "");
    renameSync(tree.at("aside"), b ?? "");
    expect([await serve(store, "a", tree), await serve(store, "b", tree)]).toEqual([undefined, undefined]);
  });

  test("F6, F7: writing to what was delivered does not reach the store", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    await storeSample(store, "a", BLOB);
    await serve(store, "a", tree);
    writeFileSync(tree.at("b/a.o"), "poison", { flag: "r+" });
    expect((await serve(store, "a", tree))?.equals(BLOB)).toBeTrue();
  });
});

const OPEN_MS = 1000;
const INDEX = "c/store-3/index.sqlite";
const SAMPLES = Array.from({ length: 15 }, (_, i) => `sample ${i}`);

async function filledStore(tree: TemporaryTree): Promise<void> {
  await using store = openStore(tree.at("c"));
  for (const name of SAMPLES) await storeSample(store, name, `${name} `.repeat(20));
}

/** Of a copy: who opens a damaged one mends it. */
async function millisecondsToOpen(tree: TemporaryTree): Promise<number> {
  using copy = fileTree();
  cpSync(tree.at("c"), copy.at("c"), { recursive: true });
  const started = performance.now();
  await using _store = openStore(copy.at("c"));
  return performance.now() - started;
}

/** Opens the store, which must take no more than 1 s; every sample must be right or a miss, and new ones be taken. */
async function survives(tree: TemporaryTree): Promise<number> {
  expect(await quickest(OPEN_MS, () => millisecondsToOpen(tree), 5)).toBeLessThanOrEqual(OPEN_MS);
  await using store = openStore(tree.at("c"));
  let hits = 0;
  for (const name of SAMPLES) {
    const served = await serve(store, name, tree);
    if (served === undefined) continue;
    expect(served.toString()).toBe(`${name} `.repeat(20));
    hits++;
  }
  await storeSample(store, "new", "new");
  expect((await serve(store, "new", tree))?.toString()).toBe("new");
  return hits;
}

// Each opening and closing waits for the disk a few times.
const SLOW_DISK_MILLIS = 600_000;

describe("a damaged index", () => {
  test(
    "F4: truncated at any length, the store opens within 1 s, serves nothing wrong and goes on",
    async () => {
      using tree = fileTree();
      await filledStore(tree);
      cpSync(tree.at("c"), tree.at("whole"), { recursive: true });
      const { size } = statSync(tree.at(INDEX));
      const lengths = [
        0,
        1,
        15,
        16,
        50,
        99,
        100,
        101,
        1000,
        ...Array.from({ length: 12 }, (_, i) => Math.floor((size * i) / 12)),
        size - 1,
      ];
      const hits: number[] = [];
      for (const length of lengths) {
        rmSync(tree.at("c"), { recursive: true });
        cpSync(tree.at("whole"), tree.at("c"), { recursive: true });
        truncateSync(tree.at(INDEX), length);
        hits.push(await survives(tree));
      }
      expect(Math.min(...hits)).toBe(0);
    },
    SLOW_DISK_MILLIS,
  );

  test(
    "F4: pages full of garbage, or a file of another kind, are moved aside",
    async () => {
      using tree = fileTree();
      await filledStore(tree);
      const whole = readFileSync(tree.at(INDEX));
      for (let at = 0; at < whole.length; at += 4096 * 3) {
        const bytes = Buffer.from(whole);
        bytes.fill(0xa5, at, at + 4096);
        rmSync(tree.at(`${INDEX}-wal`), { force: true });
        writeFileSync(tree.at(INDEX), bytes);
        await survives(tree);
      }
      writeFileSync(tree.at(INDEX), "no database ".repeat(1000));
      rmSync(tree.at(`${INDEX}.damaged`), { force: true });
      expect(await survives(tree)).toBe(0);
      expect(readFileSync(tree.at(`${INDEX}.damaged`), "utf8")).toStartWith("no database");
    },
    SLOW_DISK_MILLIS,
  );

  test(
    "F4: a bit flipped in any part of the file never makes a wrong hit",
    async () => {
      using tree = fileTree();
      await filledStore(tree);
      const whole = readFileSync(tree.at(INDEX));
      for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 25)) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ 0x10;
        rmSync(tree.at(`${INDEX}-wal`), { force: true });
        writeFileSync(tree.at(INDEX), bytes);
        await survives(tree);
      }
    },
    SLOW_DISK_MILLIS,
  );

  test("F8: an index of a newer schema gives misses and is left as it is", async () => {
    using tree = fileTree();
    await filledStore(tree);
    const database = new Database(tree.at(INDEX));
    database.run("PRAGMA user_version = 99");
    database.close();
    const before = readFileSync(tree.at(INDEX));
    {
      await using store = openStore(tree.at("c"));
      expect(store.problem).toContain("schema 99");
      expect(SAMPLES.map((name) => readSample(store, name))).toEqual(SAMPLES.map(() => undefined));
      await expect(store.stage(Buffer.from("x"))).rejects.toMatchObject({ code: "STORE_WRITE" });
      await expect(store.clear()).rejects.toMatchObject({ code: "STORE_WRITE" });
    }
    expect(readFileSync(tree.at(INDEX)).equals(before)).toBeTrue();
    expect(existsSync(tree.at(`c/store-3/objects/${digestOf("sample 0 ".repeat(20)).slice(0, 2)}`))).toBeTrue();
  });
});
