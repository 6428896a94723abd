import { describe, expect, test } from "bun:test";
import { joinBlock } from "../../../src/core/raw-text.ts";
import { decodeRow, encodeRow } from "../../../src/store/manifest-codec.ts";
import { digestOf, sampleRow } from "../../support/store-samples.ts";

const KEY = digestOf("result");

describe("decodeRow()", () => {
  test("makes equal dependencies of two rows one object", () => {
    const known = new Map();
    const [a, b] = ["one", "two"].map((name) => decodeRow(encodeRow(sampleRow(name)), known));
    expect(a?.dependencies[1]).toBe(b?.dependencies[1]);
    expect(a?.dependencies[0]).not.toEqual(b?.dependencies[0]);
    expect([a, b]).toEqual([sampleRow("one"), sampleRow("two")]);
  });

  test("keeps looks at one path in several ways apart", () => {
    const row = {
      ...sampleRow("x"),
      dependencies: [
        { path: "/lib", aspect: "link" as const, state: "Lusr/lib" },
        { path: "/lib", aspect: "listing" as const, state: `S${digestOf("names")}` },
        { path: "/lib", aspect: "presence" as const, state: "D" },
      ],
    };
    expect(decodeRow(encodeRow(row), new Map())).toEqual(row);
  });

  test.each([
    ["nothing", []],
    ["a key that is no digest", ["abc", "split", "", "0"]],
    ["an unknown layout", [KEY, "both", "", "0"]],
    ["a count that is no number", [KEY, "split", "", "x"]],
    ["a count beyond the end", [KEY, "split", "", "9"]],
    ["an unknown aspect", [KEY, "split", "", "0", "zA", "/a"]],
    ["an unknown state", [KEY, "split", "", "0", "cZ", "/a"]],
    ["an error as state, which must never match", [KEY, "split", "", "0", "cEACCES", "/a"]],
    ["a state without its path", [KEY, "split", "", "0", "cA"]],
  ])("refuses %s", (_, members) => {
    expect(decodeRow(joinBlock(members), new Map())).toBeUndefined();
  });
});
