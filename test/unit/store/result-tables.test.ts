import type { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { ConditionTable } from "../../../src/store/condition-table.ts";
import { prepare } from "../../../src/store/index-statements.ts";
import { conditionsOf } from "../../../src/store/manifest-codec.ts";
import { MEMORY, openDatabase } from "../../../src/store/open-database.ts";
import { type IndexedResult, ResultTables, ROWS_A_CONTEXT } from "../../../src/store/result-tables.ts";
import { digestOf, sampleRow } from "../../support/store-samples.ts";

const CONTEXT = digestOf("context");

function emptyTables() {
  const database = openDatabase(MEMORY, "write");
  const conditions = new ConditionTable(database);
  return { database, conditions, tables: new ResultTables(prepare(database), conditions) };
}

const resultOf = (name: string, ...objects: string[]): IndexedResult => ({
  context: CONTEXT,
  row: sampleRow(name),
  entry: Buffer.from(name),
  objects: objects.map((object) => ({ digest: digestOf(object), size: 1 })),
  usedAt: 1,
});

test("ResultTables.rows() gives the newest rows of a context, newest first, each result once", () => {
  const { tables } = emptyTables();
  const names = Array.from({ length: ROWS_A_CONTEXT + 2 }, (_, n) => `${n}`);
  for (const name of [...names, "5"]) tables.write(resultOf(name));
  const expected = ["5", ...names.filter((name) => name !== "5").reverse()].slice(0, ROWS_A_CONTEXT);
  expect(tables.rows(CONTEXT)).toEqual(expected.map(sampleRow));
  expect(tables.rows(digestOf("other"))).toEqual([]);
});

test("ResultTables.write() stops where it is late, and goes on with what it has written by then", () => {
  const { database, tables } = emptyTables();
  const dependencies = Array.from({ length: 100 }, (_, n) => ({
    path: `${n}`,
    aspect: "presence" as const,
    state: "A",
  }));
  const result = { ...resultOf("a"), row: { ...sampleRow("a"), dependencies } };
  const written = () => database.query<{ count: number }, []>("SELECT count(*) AS count FROM conditions").get()?.count;
  let before = 0;
  for (let round = 0; !tables.write(result, () => (written() ?? 0) > before); round++) {
    expect(tables.rows(CONTEXT)).toEqual([]);
    expect([round < 10, (written() ?? 0) > before]).toEqual([true, true]);
    before = written() ?? 0;
  }
  expect(before).toBeGreaterThan(0);
  expect(tables.rows(CONTEXT)).toEqual([result.row]);
});

const LONG_ROW = {
  ...sampleRow("long"),
  dependencies: Array.from({ length: 100 }, (_, n) => ({ path: `${n}`, aspect: "presence" as const, state: "A" })),
};
const isAlwaysLate = () => true;

/** At most 100: one that never comes to its end must fail, not hang. */
function roundsUntilWritten(tables: ResultTables, result: IndexedResult): number {
  let rounds = 1;
  while (rounds < 100 && !tables.write(result, isAlwaysLate)) rounds++;
  return rounds;
}

test("ResultTables.write() comes to an end where going through what is written already takes too long", () => {
  const { tables } = emptyTables();
  const result = { ...resultOf("long"), row: LONG_ROW };
  expect(roundsUntilWritten(tables, result)).toBeLessThan(10);
  expect(tables.rows(CONTEXT)).toEqual([LONG_ROW]);
});

const told = new Set<number>();

test.each<[string, number, (conditions: ConditionTable, database: Database) => void]>([
  [
    "its numbers were forgotten",
    0,
    (conditions, database) => {
      database.run("DELETE FROM conditions");
      conditions.forgetNumbers();
    },
  ],
  [
    "unused ones are swept since",
    conditionsOf(LONG_ROW).length,
    (conditions) => conditions.tellUse((number) => told.add(number)),
  ],
])("ResultTables.write() begins a row anew where %s", (_what, uses, change) => {
  told.clear();
  const { conditions, database, tables } = emptyTables();
  const result = { ...resultOf("long"), row: LONG_ROW };
  expect(tables.write(result, isAlwaysLate)).toBe(false);
  change(conditions, database);
  expect(roundsUntilWritten(tables, result)).toBeLessThan(10);
  expect(new ResultTables(prepare(database), new ConditionTable(database)).rows(CONTEXT)).toEqual([LONG_ROW]);
  expect(told.size).toBe(uses);
});

test("ResultTables.write() goes on with the same row only", () => {
  const { tables } = emptyTables();
  expect(tables.write({ ...resultOf("long"), row: LONG_ROW }, isAlwaysLate)).toBe(false);
  tables.write(resultOf("a"));
  expect(tables.rows(CONTEXT)).toEqual([sampleRow("a")]);
});

test("ResultTables.rows() leaves out a row that is damaged", () => {
  const { database, tables } = emptyTables();
  for (const name of ["a", "b"]) tables.write(resultOf(name));
  database.run("UPDATE manifest SET body = substr(body, 1, length(body) - 1) WHERE id = 1");
  expect(tables.rows(CONTEXT)).toEqual([sampleRow("b")]);
});

test("ResultTables.forget() takes along rows, and only objects that no other result needs", () => {
  const { database, tables } = emptyTables();
  tables.write(resultOf("a", "own", "shared"));
  tables.write(resultOf("b", "shared"));
  const forget = (name: string) => {
    const key = sampleRow(name).resultKey;
    return tables.forget(prepare(database).numberOf.all(Buffer.from(key, "hex")));
  };
  expect(forget("a")).toEqual({ results: [sampleRow("a").resultKey], orphans: [digestOf("own")] });
  expect(tables.rows(CONTEXT)).toEqual([sampleRow("b")]);
  expect(forget("b").orphans).toEqual([digestOf("shared")]);
});
