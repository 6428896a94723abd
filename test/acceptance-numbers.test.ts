import { expect, test } from "bun:test";
import { unknownNumbers, withoutTest } from "./support/acceptance-numbers.ts";

test("every numbered promise has a test whose title names it (bun test/support/acceptance-numbers.ts)", () => {
  expect(withoutTest()).toEqual([]);
});

test("no title names a number that there is not", () => {
  expect(unknownNumbers()).toEqual([]);
});
