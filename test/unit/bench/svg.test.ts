import { expect, test } from "bun:test";
import { type Panel, picture } from "../../bench/svg.ts";

function panel(...values: number[]): Panel {
  const bars = values.map((value, index) => ({ name: `bar ${index}`, value, own: index === 0 }));
  return { title: "A <title>", note: "", unit: "ms", bars };
}

test("picture() gives the longest bar of each panel the whole width and the others their share", () => {
  const widths = (svg: string): number[] =>
    [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  const [half = 0, whole = 0, other = 0] = widths(picture([panel(1, 2), panel(500)], ""));
  expect(half).toBeCloseTo(whole / 2);
  expect(other).toBe(whole);
});

test("picture() writes numbers without exponents", () => {
  expect(picture([panel(0.000_01, 123_456)], "")).toContain(">123,456 ms<");
  expect(picture([panel(0.000_01, 123_456)], "")).not.toMatch(/\de[+-]\d/);
});

test("picture() has no bar for what was not measured", () => {
  const svg = picture([panel(1, Number.NaN)], "");
  expect(svg).not.toContain("NaN");
  expect(svg.match(/<rect /g)).toHaveLength(1);
});

test("picture() escapes text, and everything lies within its height", () => {
  const svg = picture([panel(1, 2, 3), panel(1)], 'a "caption" & more');
  expect(svg).toContain("A &lt;title>");
  expect(svg).toContain("a &quot;caption&quot; &amp; more");
  const height = Number(/ height="(\d+)"/.exec(svg)?.[1]);
  const tops = [...svg.matchAll(/ y="(\d+)"/g)].map(([, y]) => Number(y));
  expect(Math.max(...tops)).toBeLessThan(height);
});
