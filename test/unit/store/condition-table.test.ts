import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { CONDITION_TABLES, ConditionTable } from "../../../src/store/condition-table.ts";
import type { Condition } from "../../../src/store/manifest-codec.ts";
import { digestOf } from "../../support/store-samples.ts";

const HEADER: Condition = { path: "/usr/include/\xff.h", aspect: "content", state: `F${digestOf("a")}` };
const ABSENT: Condition = { path: "/usr/include/\xff.h", aspect: "presence", state: "A" };
const VARIABLE: Condition = { name: "CPATH", valueHash: undefined };

function newDatabase(): Database {
  const database = new Database(":memory:");
  database.run(CONDITION_TABLES);
  return database;
}

test("ConditionTable.shared() gives one object for equal conditions, and others for others", () => {
  const table = new ConditionTable(newDatabase());
  expect(table.shared({ ...HEADER })).toBe(table.shared({ ...HEADER }));
  const edited = { ...HEADER, state: `F${digestOf("b")}` };
  expect([table.shared(edited), table.shared(HEADER), table.shared(ABSENT)]).toEqual([edited, HEADER, ABSENT]);
});

test("ConditionTable.shared() gives a condition back that has a number, and finds its equals after numbers were forgotten", () => {
  const table = new ConditionTable(newDatabase());
  const known = table.shared(HEADER);
  table.numberOf(known);
  expect([table.shared(known), table.shared({ ...HEADER })]).toEqual([known, known]);
  expect(table.shared({ ...HEADER })).toBe(known);
  table.forgetNumbers();
  expect(table.shared({ ...HEADER })).toBe(known);
});

test("ConditionTable.numberOf() is the same for equal conditions, in this process and the next", () => {
  const database = newDatabase();
  const table = new ConditionTable(database);
  const numbers = [HEADER, ABSENT, VARIABLE].map((condition) => table.numberOf(condition));
  expect(new Set(numbers).size).toBe(3);
  expect([HEADER, ABSENT, VARIABLE].map((condition) => table.numberOf({ ...condition }))).toEqual(numbers);
  const next = new ConditionTable(database);
  expect(numbers.map((number) => next.conditionOf(number))).toEqual([HEADER, ABSENT, VARIABLE]);
  expect([HEADER, ABSENT, VARIABLE].map((condition) => next.numberOf({ ...condition }))).toEqual(numbers);
});

test("ConditionTable.forgetNumbers() takes back numbers of a transaction that was rolled back", () => {
  const database = newDatabase();
  const table = new ConditionTable(database);
  const kept = table.numberOf(HEADER);
  const fail = database.transaction(() => {
    table.numberOf(ABSENT);
    throw new Error("full");
  });
  expect(fail).toThrow("full");
  table.forgetNumbers();
  const number = table.numberOf(VARIABLE);
  expect([table.conditionOf(kept), table.conditionOf(number)]).toEqual([HEADER, VARIABLE]);
  expect(new ConditionTable(database).conditionOf(table.numberOf(ABSENT))).toEqual(ABSENT);
});

test.each([
  ["its text changed", "UPDATE conditions SET text = CAST(replace(text, 'F', 'A') AS BLOB) WHERE id = 1"],
  ["its number changed", "UPDATE conditions SET id = 9 WHERE id = 2; UPDATE conditions SET id = 2 WHERE id = 1"],
  ["it is gone", "DELETE FROM conditions WHERE id IN (1, 2)"],
])("F4: ConditionTable.conditionOf() gives nothing where %s", (_what, damage) => {
  const database = newDatabase();
  const table = new ConditionTable(database);
  expect([table.numberOf(HEADER), table.numberOf(ABSENT)]).toEqual([1, 2]);
  database.run(damage);
  const next = new ConditionTable(database);
  expect([next.conditionOf(1), next.conditionOf(2)]).not.toContainEqual(HEADER);
});
