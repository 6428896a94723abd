import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import type { Dependency, ManifestRow } from "../../../src/core/entry.ts";
import { IndexFile } from "../../../src/store/index-file.ts";
import { fileTree } from "../../support/file-tree.ts";
import { digestOf, sampleRow } from "../../support/store-samples.ts";

// More than a sweep is begun for.
const MANY = 12_000;

function rowWith(name: string, from: number, to: number): ManifestRow {
  const dependencies = Array.from(
    { length: to - from },
    (_, n): Dependency => ({ path: `/d/${from + n}.h`, aspect: "presence", state: "A" }),
  );
  return { ...sampleRow(name), dependencies };
}

function put(index: IndexFile, name: string, row: ManifestRow): void {
  const result = { context: digestOf(name), row, entry: new Uint8Array(), objects: [], usedAt: 1 };
  while (index.write([{ kind: "result", result }]) === 0);
}

function countIn(path: string): number {
  using database = new Database(path, { readonly: true });
  return database.query<{ count: number }, []>("SELECT count(*) AS count FROM conditions").get()?.count ?? 0;
}

test("ConditionSweep.step() forgets what no row uses, and nothing else", () => {
  using tree = fileTree();
  const kept = rowWith("kept", 100, 300);
  {
    using index = new IndexFile(tree.at("i"), "write");
    put(index, "kept", kept);
    put(index, "gone", rowWith("gone", 0, MANY));
    index.drop(sampleRow("gone").resultKey);
    while (index.sweepConditions());
    expect(index.rows(digestOf("kept"))).toEqual([kept]);
    expect(index.sweepConditions(), "there is nothing to do so soon").toBeFalse();
  }
  expect(countIn(tree.at("i"))).toBe(kept.dependencies.length + kept.environment.length);
  using index = new IndexFile(tree.at("i"), "write");
  expect(index.rows(digestOf("kept"))).toEqual([kept]);
});

test("ConditionSweep.step() keeps conditions of rows that come at any step of it", () => {
  using tree = fileTree();
  const rows = new Map<string, ManifestRow>();
  {
    using index = new IndexFile(tree.at("i"), "write");
    put(index, "gone", rowWith("gone", 0, MANY));
    index.drop(sampleRow("gone").resultKey);
    for (let step = 0; index.sweepConditions(); step++) {
      const row = rowWith(`step ${step}`, (step * 97) % MANY, ((step * 97) % MANY) + 50);
      rows.set(`step ${step}`, row);
      put(index, `step ${step}`, row);
    }
  }
  expect(rows.size).toBeGreaterThan(50);
  using index = new IndexFile(tree.at("i"), "write");
  for (const [name, row] of rows) expect(index.rows(digestOf(name))).toEqual([row]);
});

test("ConditionSweep.step() never lets a number be given again", () => {
  using tree = fileTree();
  {
    using index = new IndexFile(tree.at("i"), "write");
    put(index, "gone", rowWith("gone", 0, MANY));
    index.drop(sampleRow("gone").resultKey);
    while (index.sweepConditions());
  }
  {
    using index = new IndexFile(tree.at("i"), "write");
    put(index, "new", rowWith("new", MANY, MANY + 1));
  }
  using database = new Database(tree.at("i"), { readonly: true });
  const { first } = database.query<{ first: number }, []>("SELECT min(id) AS first FROM conditions").get() ?? {
    first: 0,
  };
  expect(first).toBeGreaterThan(MANY);
});
