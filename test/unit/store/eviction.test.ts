import { describe, expect, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { fileTree } from "../../support/file-tree.ts";
import { digestOf, readSample, storeSample } from "../../support/store-samples.ts";

const OBJECT_BYTES = 50_000;
const LIMIT = 1_500_000;

function contentOf(name: string): string {
  return name.padEnd(OBJECT_BYTES, ".");
}

async function fill(store: Store, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) await storeSample(store, `n${n}`, contentOf(`n${n}`));
  await store.evicted();
}

describe("a store with a limit", () => {
  test("stays below it, index included, and removes the objects of what it evicts", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"), { limit: LIMIT });
    await fill(store, 0, 60);
    const { bytes, evicted } = store.room();
    expect(bytes).toBeLessThanOrEqual(LIMIT);
    expect(evicted).toBeGreaterThan(25);
    const objects = readdirSync(tree.at("c/store-3/objects"), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile(),
    );
    expect(objects).toHaveLength(60 - evicted);
    expect(store.totals()).toMatchObject({ artifactCount: 60 - evicted, bytes: (60 - evicted) * OBJECT_BYTES });
  });

  test("evicts what was not used for longest", async () => {
    using tree = fileTree();
    const now = Date.now();
    const clock = { now };
    const realNow = Date.now;
    Date.now = () => clock.now;
    try {
      await using store = openStore(tree.at("c"), { limit: LIMIT });
      await fill(store, 0, 20);
      clock.now = now + 3_600_000;
      expect(readSample(store, "n0")).toBeDefined();
      clock.now = now + 7_200_000;
      await fill(store, 20, 35);
      expect(readSample(store, "n0"), "used an hour later").toBeDefined();
      expect(readSample(store, "n1")).toBeUndefined();
      expect(readSample(store, "n34")).toBeDefined();
    } finally {
      Date.now = realNow;
    }
  });

  test("keeps an object that a younger result needs too", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"), { limit: LIMIT });
    await storeSample(store, "first", contentOf("shared"));
    await fill(store, 0, 10);
    await storeSample(store, "last", contentOf("shared"));
    await fill(store, 10, 30);
    expect(readSample(store, "first")).toBeUndefined();
    expect(readSample(store, "last")).toBeDefined();
    expect(await Bun.file(store.objectPath(digestOf(contentOf("shared")))).exists()).toBeTrue();
  });

  test("is brought below a limit that was lowered between two starts", async () => {
    using tree = fileTree();
    {
      await using store = openStore(tree.at("c"));
      await fill(store, 0, 60);
      expect(store.room()).toMatchObject({ limit: 0, evicted: 0 });
    }
    await using store = openStore(tree.at("c"), { limit: LIMIT });
    await store.evicted();
    expect(store.room().bytes).toBeLessThanOrEqual(LIMIT);
    expect(store.totals().artifactCount).toBeGreaterThan(10);
  });

  test("counts what is on disk, the log of the index included", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    for (let n = 0; n < 40; n++) {
      await storeSample(store, `n${n}`, `content ${n}`);
      store.flush();
    }
    const paths = readdirSync(tree.at("c"), { recursive: true, encoding: "utf8" }).map((path) => tree.at(`c/${path}`));
    const onDisk = paths.map((path) => statSync(path)).filter((stats) => stats.isFile());
    const blocks = onDisk.reduce((sum, stats) => sum + 512 * stats.blocks, 0);
    const log = statSync(tree.at("c/store-3/index.sqlite-wal")).size;
    expect(log).toBeGreaterThan(200_000);
    expect(store.room().bytes).toBeGreaterThanOrEqual(blocks - 4096);
    // What stands in the log only is counted once more, for the file that it will be copied to.
    expect(store.room().bytes).toBeLessThan(blocks + log / 2);
  });

  test("says what never fits", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"), { limit: LIMIT });
    expect([store.fits(LIMIT / 4), store.fits(LIMIT / 4 + 1)]).toEqual([true, false]);
    await using other = openStore(tree.at("d"));
    expect(other.fits(1e15)).toBeTrue();
  });
});
