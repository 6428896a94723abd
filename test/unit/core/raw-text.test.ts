import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  absolutePath,
  baseName,
  joinBlock,
  rawFromBytes,
  rawFromString,
  rawToBytes,
  showRaw,
  splitBlock,
} from "../../../src/core/raw-text.ts";

describe("raw text", () => {
  test("rawFromBytes() and rawToBytes() keep every byte (X6)", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => expect([...rawToBytes(rawFromBytes(bytes))]).toEqual([...bytes])),
    );
  });
  test("splitBlock() undoes joinBlock(), empty members and all", () => {
    const member = fc.string().map((text) => rawFromString(text.replaceAll("\0", "")));
    fc.assert(fc.property(fc.array(member), (members) => expect(splitBlock(joinBlock(members))).toEqual(members)));
  });
  test("showRaw() shows UTF-8 as a person wrote it", () => {
    expect(showRaw(rawFromString("größe"))).toBe("größe");
  });
  test.each([
    ["a/b", "/w", "/w/a/b"],
    ["/a", "/w", "/a"],
    ["a", "/", "/a"],
    ["../a", "/w", "/w/../a"],
  ])("absolutePath(%p, %p) is %p", (path, cwd, expected) => expect(absolutePath(path, cwd)).toBe(expected));
  test("baseName() is what stands behind the last slash", () =>
    expect([baseName("/a/b"), baseName("b")]).toEqual(["b", "b"]));
});
