import { expect, test } from "bun:test";
import { type Promised, unknownNumbers, withoutTest } from "./support/acceptance-numbers.ts";

/** Numbers whose tests are still to come. Nothing is added here: what has a test keeps one. */
const AWAITED: readonly Promised[] = numbers("daemon", [22]);

test("every numbered promise has a test whose title names it (bun test/support/acceptance-numbers.ts)", () => {
  expect(withoutTest().filter((number) => !AWAITED.includes(number))).toEqual([]);
});

test("no title names a number that there is not", () => {
  expect(unknownNumbers()).toEqual([]);
});

function numbers(part: "daemon" | "links", list: readonly number[]): Promised[] {
  return list.map((number): Promised => `${part} ${number}`);
}
