import { expect, test } from "bun:test";
import { type CargoBuild, type CargoBuilds, WITH_LINKS, WITH_STAND_INS } from "../../bench/cargo-builds.ts";
import { bestCargoPeer, cargoRatios, seconds, shareOfHits } from "../../bench/cargo-comparison.ts";

function build(seconds: number): CargoBuild {
  return { seconds, cpuSeconds: seconds, tally: undefined, reasons: {}, fresh: 0, anew: [] };
}

function builds(cold: readonly number[], warm: readonly number[]): CargoBuilds {
  return { cold: cold.map(build), warm: warm.map(build) };
}

const EVERYONE = new Map([
  ["floor", builds([], [3, 2, 3])],
  ["bare", builds([40, 20], [])],
  ["zccache", builds([44, 23], [4, 5, 4])],
  ["slow", builds([50, 30], [9, 9, 9])],
  ["fast", builds([60, 40], [7, 8, 7])],
  [WITH_LINKS, builds([44, 22], [3.5, 4, 3.5])],
  [WITH_STAND_INS, builds([42, 21], [1, 2, 1])],
]);

test("seconds() is the median, and not a number of none", () => {
  expect(seconds([build(3), build(1), build(2)])).toBe(2);
  expect(seconds(undefined)).toBeNaN();
});

test("bestCargoPeer() is the fastest with a full cache that is neither ours nor a build without a cache", () => {
  expect(bestCargoPeer(EVERYONE)).toBe("fast");
  expect(bestCargoPeer(new Map([["zccache", builds([1], [1])]]))).toBeUndefined();
  expect(bestCargoPeer(new Map([["peer", builds([1], [])]]))).toBeUndefined();
});

test("cargoRatios() compares what was measured in the same round, and takes the floor off where only wrappers are", () => {
  expect(Object.fromEntries(cargoRatios(EVERYONE))).toEqual({
    "cold, zccache / bare": (1.1 + 1.15) / 2,
    [`cold, ${WITH_LINKS} / bare`]: 1.1,
    [`cold, ${WITH_STAND_INS} / bare`]: 1.05,
    "warm, zccache - floor / fast - floor": 0.25,
    [`warm, ${WITH_LINKS} - floor / fast - floor`]: 0.125,
    "warm, zccache / fast": 4 / 7,
    [`warm, ${WITH_LINKS} / fast`]: 0.5,
    [`warm, ${WITH_STAND_INS} / fast`]: 1 / 7,
  });
});

test("cargoRatios() is not a number where there is no peer or no floor", () => {
  const alone = new Map([...EVERYONE].filter(([name]) => name === "bare" || name === "zccache"));
  const ratios = cargoRatios(alone);
  expect(ratios.filter(([, value]) => !Number.isNaN(value)).map(([what]) => what)).toEqual(["cold, zccache / bare"]);
});

test("shareOfHits() counts the calls that were run as they are among all calls", () => {
  const tally = { hits: 96, misses: 1 };
  expect(shareOfHits({ ...build(1), tally, reasons: { "failed-compile": 2, "input-changed": 1 } })).toBe(0.96);
  expect(shareOfHits(build(1))).toBeNaN();
});
