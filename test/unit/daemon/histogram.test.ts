import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Histogram } from "../../../src/daemon/histogram.ts";

describe("Histogram.quantiles()", () => {
  test("are 0 before the first duration", () => {
    expect(new Histogram().quantiles()).toEqual({ p50: 0, p99: 0, max: 0 });
  });

  test("are right to 5 % for any durations", () => {
    const durations = fc.array(fc.double({ min: 0.001, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 500 });
    fc.assert(
      fc.property(durations, (milliseconds) => {
        const histogram = new Histogram();
        for (const value of milliseconds) histogram.add(value);
        const sorted = milliseconds.map((value) => value * 1000).toSorted((a, b) => a - b);
        const exact = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
        const { p50, p99, max } = histogram.quantiles();
        expect(max).toBe(Math.round(exact(1)));
        for (const [found, wanted] of [
          [p50, exact(0.5)],
          [p99, exact(0.99)],
        ] as const) {
          expect(Math.abs(found - wanted)).toBeLessThanOrEqual(wanted * 0.05 + 1);
        }
      }),
    );
  });

  test("start again after reset()", () => {
    const histogram = new Histogram();
    histogram.add(5);
    histogram.reset();
    expect(histogram.quantiles()).toEqual({ p50: 0, p99: 0, max: 0 });
  });
});
