import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { findTexts } from "../../../src/sys/find-texts.ts";
import { fileTree } from "../../support/file-tree.ts";

const MIB = 1 << 20;

describe("findTexts()", () => {
  test("tells for each text whether it stands in the file", () => {
    using tree = fileTree({ f: "ab\0cd\xff" });
    expect(findTexts(tree.at("f"), ["b\0c", "bc", "", "d"])).toEqual([true, false, true, true]);
    expect(findTexts(tree.at("f"), [])).toEqual([]);
  });
  test.each([MIB - 3, MIB - 1, MIB, 2 * MIB - 2])(
    "finds a text that begins at byte %d, also between two pieces",
    (at) => {
      using tree = fileTree({});
      const bytes = Buffer.alloc(3 * MIB, "x");
      bytes.write("needle", at);
      writeFileSync(tree.at("f"), bytes);
      expect(findTexts(tree.at("f"), ["needle", "needles", "n"])).toEqual([true, false, true]);
    },
  );
  test("finds one at the very end, and none in an empty file", () => {
    using tree = fileTree({ f: `${"x".repeat(MIB)}yz`, empty: "" });
    expect(findTexts(tree.at("f"), ["xyz", "z", "yx"])).toEqual([true, true, false]);
    expect(findTexts(tree.at("empty"), ["x"])).toEqual([false]);
  });
});
