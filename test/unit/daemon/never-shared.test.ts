import { expect, test } from "bun:test";
import { differInTemporaries, neverShare } from "../../../src/daemon/never-shared.ts";
import { fileTree } from "../../support/file-tree.ts";

test.each([
  ["LOAD /tmp/ccO3vMwE.o\nLOAD a.o", "LOAD /tmp/ccAAAAAA.o\nLOAD a.o", true],
  ["/tmp/main-4f6c3a.o", "/tmp/main-000000.o", true],
  ["/tmp/ccO3vMwE.ltrans0.o", "/tmp/ccAAAAAA.ltrans0.o", true],
  ["/tmp/ccO3vMwE.o a", "/tmp/ccAAAAAA.o b", false],
  ["/tmp/ccO3vMwE.o", "/tmp/ccAAAAAA.s", false],
  ["ccO3vMwE", "ccAAAAAA", false],
  ["main-4f6c3a", "main-000000", false],
  ["main-4f6c3g.o", "main-000000.o", false],
])("differInTemporaries(%j, %j): %p", (one, other, expected) => {
  expect(differInTemporaries(one, other)).toBe(expected);
});

test.each([
  ["gpch.014a", "gpch.014bc", true],
  ["gpch.014a", "GPCH.014a", false],
  ["CPCHa", "CPCHb", false],
  [" /tmp/ccO3vMwE.o", " /tmp/ccAAAAAA.o", true],
  [" /tmp/ccO3vMwE.o", " /tmp/ccAAAAAA.o ", false],
  ["", "a", false],
])("neverShare(%j, %j): %p", (one, other, expected) => {
  using tree = fileTree({ one, other });
  const file = (name: string, { length }: string) => ({ path: tree.at(name), size: length });
  expect(neverShare(file("one", one), file("other", other))).toBe(expected);
});
