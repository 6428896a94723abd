import { expect, test } from "bun:test";
import { ASPECT_LETTERS, aspectOf } from "../../../src/core/aspect-letters.ts";

test("aspectOf() gives back what ASPECT_LETTERS stands for, and nothing else", () => {
  for (const [aspect, letter] of Object.entries(ASPECT_LETTERS))
    expect<string | undefined>(aspectOf(letter)).toBe(aspect);
  expect(aspectOf("x")).toBeUndefined();
});
