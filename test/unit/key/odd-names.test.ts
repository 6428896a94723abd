import { expect, test } from "bun:test";
import fc from "fast-check";
import { rawFromBytes, rawFromString } from "../../../src/core/raw-text.ts";
import { spellPath, unspellPath } from "../../../src/key/odd-names.ts";

test("unspellPath() gives the path behind spellPath(), whatever its bytes", () => {
  const bytes = fc.uint8Array({ min: 1, maxLength: 30 }).map(rawFromBytes);
  const text = fc.string({ unit: "grapheme", maxLength: 10 }).map(rawFromString);
  fc.assert(
    fc.property(fc.array(fc.oneof(bytes, text), { maxLength: 4 }), (names) => {
      const path = names.join("/");
      expect(unspellPath(spellPath(path))).toBe(path);
    }),
  );
});

test("spellPath() spells UTF-8 as itself, no line break at all, and different paths differently", () => {
  expect(spellPath(rawFromString("größe/\u{1f600}.c"))).toBe("größe/\u{1f600}.c");
  expect(spellPath("a\nb/c\r")).not.toMatch(/[\r\n]/);
  expect(new Set(["a\xff", "a\xfe", "a\ufffd"].map(spellPath)).size).toBe(3);
});
