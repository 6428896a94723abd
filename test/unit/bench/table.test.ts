import { expect, test } from "bun:test";
import { hitsText, ratioLine, tableText } from "../../bench/table.ts";

test("tableText() aligns its columns and names who is not there, with the reason", () => {
  const text = tableText({
    title: "A title",
    head: ["", "ms", "hits"],
    rows: [
      ["one", "1.00", "2 of 2"],
      ["another", "1,234", "-"],
    ],
    absent: [{ name: "third", why: "it is not installed" }],
  });
  expect(text.split("\n")).toEqual([
    "A title",
    "                         ms    hits",
    "  one                  1.00  2 of 2",
    "  another             1,234       -",
    "  third               not shown: it is not installed",
  ]);
});

test.each([
  [0.125, "  what: 0.125 (1/8.00)"],
  [1.04, "  what: 1.04"],
  [5.44, "  what: 5.44"],
  [Number.NaN, "  what: not shown, one of them is missing"],
])("ratioLine() of %d is %p", (value, expected) => {
  expect(ratioLine("what", value)).toBe(expected);
});

test("hitsText() sets the hits beside the runs, so that a miss among them shows", () => {
  const round = { wallMs: [1, 1], clientCpuMs: [1, 1], peakKiB: [1, 1], daemonCpuMs: 0, elapsedMs: 1 };
  expect(hitsText({ rounds: [round, round], tally: { hits: 3, misses: 1 } })).toBe("3 of 4");
  expect(hitsText({ rounds: [round, round], tally: undefined })).toBe("-");
});
