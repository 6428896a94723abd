import { expect, test } from "bun:test";
import { asVariable, variableName } from "../../../src/core/variable.ts";

test.each([
  ["A=1", ["A", "1"]],
  ["A=", ["A", ""]],
  ["A=1=2", ["A", "1=2"]],
  ["=A=1", undefined],
  ["A", undefined],
  ["", undefined],
] as const)("asVariable(%p) is %p", (member, expected) => {
  expect(asVariable(member)).toEqual(expected as [string, string] | undefined);
  expect(variableName(member)).toBe(expected?.[0]);
});
