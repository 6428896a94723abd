import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { openStore } from "../../../src/store/open-store.ts";
import { ROWS_A_CONTEXT } from "../../../src/store/result-tables.ts";
import { fileTree } from "../../support/file-tree.ts";
import { quickest } from "../../support/in-time.ts";
import { digestOf, readSample, sampleEntry, sampleRow, storeSample } from "../../support/store-samples.ts";
import { until } from "../../support/until.ts";

describe("Store.commit()", () => {
  test("is found at once, and by the next process", async () => {
    using tree = fileTree();
    {
      await using store = openStore(tree.at("c"));
      await storeSample(store, "a", "object");
      expect(store.lookup(digestOf("a"))).toEqual([sampleRow("a")]);
      expect(store.problem).toBeUndefined();
    }
    await using store = openStore(tree.at("c"));
    expect(store.lookup(digestOf("a"))).toEqual([sampleRow("a")]);
    const entry = readSample(store, "a");
    expect(entry?.stderr.toString()).toBe("warning: a");
    expect(entry?.outputs).toMatchObject([{ role: "object", size: 6, digest: digestOf("object"), executable: false }]);
    expect(store.lookup(digestOf("b"))).toEqual([]);
  });

  test("keeps the newest rows of a context, newest first, each result once", async () => {
    using tree = fileTree();
    const made = Array.from({ length: ROWS_A_CONTEXT + 4 }, (_, n) => n);
    const again = ROWS_A_CONTEXT;
    const kept = [...made.filter((n) => n !== again), again].slice(-ROWS_A_CONTEXT).reverse();
    const wanted = kept.map((n) => sampleRow(String(n)).resultKey);
    {
      await using store = openStore(tree.at("c"));
      for (const n of [...made, again]) {
        await store.commit({ context: digestOf("c"), row: sampleRow(String(n)), entry: sampleEntry(""), outputs: [] });
      }
      expect(store.lookup(digestOf("c")).map(({ resultKey }) => resultKey)).toEqual(wanted);
    }
    await using store = openStore(tree.at("c"));
    expect(store.lookup(digestOf("c")).map(({ resultKey }) => resultKey)).toEqual(wanted);
  });

  test("reaches the disk within 200 ms without being asked", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    const log = (): number => statSync(tree.at("c/store-3/index.sqlite-wal")).size;
    let samples = 0;
    const written = async () => {
      const before = log();
      await storeSample(store, `sample ${samples++}`, "object");
      return await until(() => log() > before, "the index to grow");
    };
    expect(await quickest(400, written)).toBeLessThanOrEqual(400);
  });

  test("refuses streams over 16 MiB with STORE_WRITE and leaves nothing staged", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    const staged = await store.stage(Buffer.from("x"));
    const entry = { ...sampleEntry("a"), stderr: new Uint8Array(17 << 20) };
    const outputs = [{ role: "object" as const, name: undefined, staged }];
    const commit = store.commit({ context: digestOf("a"), row: sampleRow("a"), entry, outputs });
    await expect(commit).rejects.toMatchObject({ code: "STORE_WRITE" });
    await commit.catch(() => undefined);
    expect(readdirSync(tree.at("c/store-3/tmp"))).toEqual([]);
    expect(store.lookup(digestOf("a"))).toEqual([]);
  });
});

describe("Store.drop()", () => {
  test.each([
    ["C9: is gone", (path: string) => rmSync(path)],
    ["F2: is too short", (path: string) => rewrite(path, "obj")],
  ])("forgets a result whose object %s, and stores it anew", async (_what, damage) => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    await storeSample(store, "a", "object");
    damage(store.objectPath(digestOf("object")));
    await store.drop(sampleRow("a").resultKey);
    expect(readSample(store, "a")).toBeUndefined();
    expect(store.totals()).toEqual({ artifactCount: 0, bytes: 0, metadataEntries: 0 });
    await storeSample(store, "a", "object");
    expect(readSample(store, "a")).toBeDefined();
    expect(readFileSync(store.objectPath(digestOf("object")), "utf8")).toBe("object");
  });

  test("removes a damaged object, and keeps a sound one that others need", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    for (const name of ["a", "b"]) await storeSample(store, name, "shared");
    await store.drop(sampleRow("a").resultKey);
    expect(readSample(store, "b")).toBeDefined();
    rewrite(store.objectPath(digestOf("shared")), "SHARED");
    await store.drop(sampleRow("b").resultKey);
    expect(existsSync(store.objectPath(digestOf("shared")))).toBeFalse();
    expect(store.totals().artifactCount).toBe(0);
  });
});

describe("Store.totals() and clear()", () => {
  test("count results, rows and the bytes of distinct objects", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    for (const [name, content] of [
      ["a", "12345"],
      ["b", "12345"],
      ["c", "123"],
    ] as const) {
      await storeSample(store, name, content);
    }
    const totals = { artifactCount: 3, bytes: 8, metadataEntries: 3 };
    expect(store.totals()).toEqual(totals);
    expect(await store.clear()).toEqual(totals);
    expect(store.totals()).toEqual({ artifactCount: 0, bytes: 0, metadataEntries: 0 });
    expect(readSample(store, "a")).toBeUndefined();
    expect(existsSync(store.objectPath(digestOf("12345")))).toBeFalse();
    await storeSample(store, "a", "12345");
    expect(readSample(store, "a")).toBeDefined();
  });

  test("L10: a commit that is under way during clear() ends stored and whole", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    const commits = Array.from({ length: 20 }, (_, i) => storeSample(store, `${i}`, `object ${i}`));
    const cleared = store.clear();
    await Promise.all([...commits, cleared]);
    for (let i = 0; i < 20; i++) {
      const entry = readSample(store, `${i}`);
      for (const { digest } of entry?.outputs ?? []) expect(existsSync(store.objectPath(digest))).toBeTrue();
    }
    await storeSample(store, "last", "x");
    expect(readSample(store, "last")).toBeDefined();
  });
});

describe("openStore()", () => {
  test("takes a root of any bytes, and makes private directories", async () => {
    using tree = fileTree();
    const root = `${tree.path}/\xffc`;
    {
      await using store = openStore(root);
      await storeSample(store, "a", "object");
      expect(store.problem).toBeUndefined();
    }
    expect(statSync(Buffer.from(root, "latin1")).mode & 0o777).toBe(0o700);
    await using store = openStore(root);
    expect(readSample(store, "a")).toBeDefined();
  });

  test("P10: a second opening gets misses and stores nothing; the first goes on", async () => {
    using tree = fileTree();
    await using first = openStore(tree.at("c"));
    await storeSample(first, "a", "object");
    {
      await using second = openStore(tree.at("c"));
      expect(second.problem).toContain("locked");
      expect(second.lookup(digestOf("a"))).toEqual([]);
      await expect(second.stage(Buffer.from("x"))).rejects.toMatchObject({ code: "STORE_WRITE" });
    }
    await storeSample(first, "b", "object b");
    expect([readSample(first, "a"), readSample(first, "b")]).not.toContain(undefined);
  });

  test("S2: a root that others may enter is refused, with misses", async () => {
    using tree = fileTree();
    mkdirSync(tree.at("c/store-3"), { recursive: true });
    chmodSync(tree.at("c/store-3"), 0o777);
    const problems: string[] = [];
    await using store = openStore(tree.at("c"), { onProblem: (error) => problems.push(error.message) });
    await expect(store.stage(Buffer.from("x"))).rejects.toMatchObject({ code: "STORE_WRITE" });
    expect(problems).toHaveLength(1);
  });
});

function rewrite(object: string, content: string): void {
  chmodSync(object, 0o600);
  writeFileSync(object, content);
}

describe("Store.inspect()", () => {
  test("finds what is kept by how the key of a result or of its context begins, newest first", async () => {
    using tree = fileTree();
    await using store = openStore(tree.at("c"));
    for (const name of ["a", "b", "c"]) await storeSample(store, name, `object ${name}`);
    const contexts = ["c", "b", "a"].map(digestOf);
    expect(store.inspect("", 10).map(({ context }) => context)).toEqual(contexts);
    expect(store.inspect("", 2).map(({ context }) => context)).toEqual(contexts.slice(0, 2));
    const { resultKey } = sampleRow("b");
    for (const key of [resultKey, digestOf("b")]) {
      for (const length of [15, 16, 64]) {
        expect(store.inspect(key.slice(0, length), 10)).toEqual([
          expect.objectContaining({ key: resultKey, context: digestOf("b"), row: sampleRow("b") }),
        ]);
      }
    }
    expect(store.inspect("f".repeat(64), 10)).toEqual([]);
  });
});
