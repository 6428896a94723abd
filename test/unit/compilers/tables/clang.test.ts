// The tables are sorted and say each thing once, so that a newcomer finds a row and adds one in a place.

import { describe, expect, test } from "bun:test";
import { CLANG_OPTIONS, CLANG_ROWS } from "../../../../src/compilers/tables/clang.ts";
import { CC1_ROWS } from "../../../../src/compilers/tables/clang-cc1.ts";
import { CLANG_PLAIN_FLAGS } from "../../../../src/compilers/tables/clang-plain-flags.ts";

describe.each([
  ["CLANG_ROWS", CLANG_ROWS.map(({ name }) => name)],
  ["CC1_ROWS", CC1_ROWS.map(({ name }) => name)],
  ["CLANG_PLAIN_FLAGS", CLANG_PLAIN_FLAGS],
])("%s", (_, names) => {
  test("are sorted by name", () => {
    expect(names).toEqual(names.toSorted());
  });
});

describe.each([
  ["CLANG_OPTIONS", CLANG_OPTIONS],
  ["CC1_ROWS", CC1_ROWS],
])("%s", (_, rows) => {
  test("name every option once", () => {
    const names = rows.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
  test("begin with a dash, and only narrow refusals where there are some", () => {
    expect(rows.filter(({ name }) => !/^-./.test(name))).toEqual([]);
    expect(rows.filter(({ when, refuse }) => when !== undefined && refuse === undefined)).toEqual([]);
  });
});

test("CLANG_ROWS name no option that is a plain flag", () => {
  const rows = new Set(CLANG_ROWS.map(({ name }) => name));
  expect(CLANG_PLAIN_FLAGS.filter((flag) => rows.has(`-f${flag}`) || rows.has(`-fno-${flag}`))).toEqual([]);
});
