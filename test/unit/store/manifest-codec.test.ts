import { describe, expect, test } from "bun:test";
import { joinBlock } from "../../../src/core/raw-text.ts";
import {
  type Condition,
  conditionsOf,
  decodeRow,
  encodeRow,
  kindOf,
  readCondition,
  stateOf,
  subjectOf,
} from "../../../src/store/manifest-codec.ts";
import { digestOf, numbering, sampleRow } from "../../support/store-samples.ts";

const KEY = digestOf("result");

describe("decodeRow()", () => {
  test.each([
    ["one after another", 1, 1],
    ["far apart", 1, 70_000],
    ["descending", 5_000_000_000, -300],
  ])("finds conditions whose numbers are %s", (_what, first, step) => {
    const { numberOf, conditionOf } = numbering(first, step);
    const bytes = Buffer.from(encodeRow(sampleRow("x"), conditionsOf(sampleRow("x")).map(numberOf)));
    expect(decodeRow(bytes, conditionOf)).toEqual(sampleRow("x"));
  });

  test("takes 1 byte for a condition that follows another", () => {
    const lengthWith = (more: number): number => {
      const row = sampleRow("x");
      const dependencies = Array.from({ length: more }, (_, n) => ({
        path: `${n}`,
        aspect: "link" as const,
        state: "A",
      }));
      const longer = { ...row, dependencies: [...row.dependencies, ...dependencies] };
      return encodeRow(longer, conditionsOf(longer).map(numbering().numberOf)).length;
    };
    expect(lengthWith(200) - lengthWith(0)).toBe(200);
  });

  test("refuses a row if one of its conditions is missing, or is of the other kind", () => {
    const { numberOf, conditionOf } = numbering();
    const bytes = Buffer.from(encodeRow(sampleRow("x"), conditionsOf(sampleRow("x")).map(numberOf)));
    for (const gone of [1, 2, 3, 6]) {
      expect(decodeRow(bytes, (number) => (number === gone ? undefined : conditionOf(number)))).toBeUndefined();
      const other = conditionOf(gone <= 2 ? 3 : 1);
      expect(decodeRow(bytes, (number) => (number === gone ? other : conditionOf(number)))).toBeUndefined();
    }
  });

  test.each([
    ["nothing", []],
    ["a key that is no digest", ["abc", "split", ""]],
    ["an unknown layout", [KEY, "both", ""]],
  ])("refuses %s", (_, members) => {
    const head = joinBlock(members);
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32LE(head.length, 4);
    expect(decodeRow(Buffer.concat([lengths, head]), () => undefined)).toBeUndefined();
  });

  test.each([
    ["more variables than conditions", 1, 0],
    ["a head beyond the end", 0, 100],
  ])("refuses %s", (_, variables, more) => {
    const head = joinBlock([KEY, "split", ""]);
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32LE(variables);
    lengths.writeUInt32LE(head.length + more, 4);
    expect(decodeRow(Buffer.concat([lengths, head]), () => undefined)).toBeUndefined();
  });
});

describe("readCondition()", () => {
  test("gives back a condition of its parts, looks at one path in several ways apart", () => {
    const conditions: Condition[] = [
      { path: "/lib", aspect: "link", state: "Lusr/lib" },
      { path: "/lib", aspect: "listing", state: `S${digestOf("names")}` },
      { path: "/lib", aspect: "presence", state: "D" },
      { path: "/lib", aspect: "stamp", state: "T1" },
      { name: "/lib", valueHash: undefined },
      { name: "/lib", valueHash: "0".repeat(32) },
    ];
    const parts = conditions.map((condition) => [kindOf(condition), stateOf(condition), subjectOf(condition)] as const);
    expect(new Set(parts.map(([kind, state]) => kind + state)).size).toBe(conditions.length);
    expect(parts.map((each) => readCondition(...each))).toEqual(conditions);
  });

  test.each<[string, Parameters<typeof readCondition>]>([
    ["an unknown kind", ["z", "A", "/a"]],
    ["an unknown state", ["c", "Z", "/a"]],
    ["an error as state, which must never match", ["c", "EACCES", "/a"]],
    ["a state without its path", ["c", "A", ""]],
    ["a variable without a name", ["v", "", ""]],
    ["nothing", ["", "", ""]],
  ])("refuses %s", (_, parts) => {
    expect(readCondition(...parts)).toBeUndefined();
  });
});
