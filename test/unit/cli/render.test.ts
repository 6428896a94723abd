import { describe, expect, test } from "bun:test";
import { palette, showBytes, showCount, showDuration, showShare, table } from "../../../src/cli/render.ts";

describe("render", () => {
  test.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [14_249_000, "14.2 MB"],
    [99_960, "100 kB"],
    [999_499_999, "999 MB"],
    [999_500_000, "1.0 GB"],
    [5e15, "5000 TB"],
  ])("showBytes(%d) is %p", (bytes, text) => expect(showBytes(bytes)).toBe(text));

  test.each([
    [0, "0.0 s"],
    [420, "0.4 s"],
    [9_949, "9.9 s"],
    [10_000, "10 s"],
    [59_600, "1 min 0 s"],
    [63_000, "1 min 3 s"],
    [7_980_000, "2 h 13 min"],
    [90_000_000, "1 d 1 h"],
  ])("showDuration(%d) is %p", (milliseconds, text) => expect(showDuration(milliseconds)).toBe(text));

  test.each([
    [0, "0 artifacts"],
    [1, "1 artifact"],
    [1234, "1,234 artifacts"],
  ])("showCount(%d) is %p", (count, text) => expect(showCount(count, "artifact")).toBe(text));

  test("showShare() has one digit, and none of nothing", () => {
    expect([showShare(2, 3), showShare(0, 5), showShare(0, 0)]).toEqual(["66.7 %", "0.0 %", "–"]);
  });

  test("table() aligns values", () => {
    const rows = [["a", "1"] as const, ["long", "2"] as const];
    expect(table(rows, (label) => label)).toEqual(["  a     1", "  long  2"]);
    expect(table([], (label) => label)).toEqual([]);
  });

  test("palette() is plain off a terminal", () => expect(palette(false).red("x")).toBe("x"));
});
