import { describe, expect, test } from "bun:test";
import type { Observation } from "../../../src/core/observation.ts";
import { observationFromText, observationToText } from "../../../src/tracer/observation-text.ts";

const EMPTY: Observation = {
  incomplete: undefined,
  looks: [],
  environment: [],
  wholeEnvironment: false,
  written: [],
  changedInPlace: [],
  usedDate: false,
  usedNetwork: false,
};

describe("observationFromText()", () => {
  test.each<[string, Observation]>([
    ["nothing", EMPTY],
    ["why a trace is incomplete", { ...EMPTY, incomplete: "records lost" }],
    ["the whole environment", { ...EMPTY, wholeEnvironment: true }],
    ["a date", { ...EMPTY, usedDate: true }],
    ["a network", { ...EMPTY, usedNetwork: true }],
    ["lists", { ...EMPTY, environment: ["A", "B"], written: ["/a b", "/\xff\n"], changedInPlace: ["/a b"] }],
    [
      "looks",
      {
        ...EMPTY,
        written: ["/o"],
        looks: [
          { path: "a.c", aspect: "content", found: true, file: { device: 2n ** 63n, inode: 2n ** 64n - 1n } },
          { path: "/usr/a:b", aspect: "presence", found: false },
          { path: "/l", aspect: "link", found: true },
          { path: "/d", aspect: "listing", found: true },
          { path: "/t", aspect: "stamp", found: true, file: { device: 0n, inode: 0n } },
        ],
      },
    ],
  ])("gives back %s", (_, observation) => {
    expect(observationFromText(observationToText(observation))).toEqual(observation);
  });
});
