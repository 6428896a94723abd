import { expect, test } from "bun:test";
import { added, cpuOf, figure, median, middle, paired, rateOf, ratio, wallOf } from "../../bench/figures.ts";
import type { Round, Samples } from "../../bench/sampling.ts";

function round(wallMs: number[], daemonCpuMs = 0): Round {
  return { wallMs, clientCpuMs: wallMs.map(() => 2), peakKiB: wallMs, daemonCpuMs, elapsedMs: 100 };
}

function samples(...rounds: Round[]): Samples {
  return { rounds, tally: undefined };
}

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[7], 7],
])("median(%j) is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});

test("median() of nothing is not a number", () => {
  expect(median([])).toBeNaN();
});

test("cpuOf() counts the client of one run and the daemon's share in it", () => {
  expect(cpuOf(round([1, 1, 1, 1], 8))).toBe(4);
});

test("rateOf() counts runs a second from the first start to the last end", () => {
  expect(rateOf(round([50, 60, 70]))).toBe(30);
});

test("middle() is the median of the rounds, each with the median of its runs", () => {
  expect(middle(samples(round([1, 2, 90]), round([4, 4, 4]), round([3, 3, 90])), wallOf)).toBe(3);
});

test("paired() compares within each round, so that a slow round is slow for both", () => {
  const bare = samples(round([10]), round([1000]), round([20]));
  const cached = samples(round([11]), round([1100]), round([22]));
  expect(paired([cached, bare], wallOf, ratio)).toBeCloseTo(1.1);
  expect(paired([cached, bare], wallOf, added)).toBe(2);
});

test("paired() with someone missing is not a number", () => {
  expect(paired([samples(round([1])), undefined], wallOf, ratio)).toBeNaN();
  expect(paired([undefined, samples(round([1]))], wallOf, ratio)).toBeNaN();
});

test.each([
  [0.000_04, "0.000"],
  [0.1234, "0.123"],
  [0.999_96, "1.00"],
  [9.996, "10.0"],
  [12.345, "12.3"],
  [99.96, "100"],
  [1234.5, "1,235"],
  [1_234_567, "1,234,567"],
  [-281.4, "-281"],
  [Number.NaN, "-"],
  [Number.POSITIVE_INFINITY, "-"],
])("figure(%d) is %s", (value, expected) => {
  expect(figure(value)).toBe(expected);
});
