import { describe, expect, test } from "bun:test";
import type { Observation } from "../../../src/core/observation.ts";
import { observationFromText, observationToText } from "../../../src/tracer/observation-text.ts";
import { NOTHING_OBSERVED } from "../../support/observations.ts";

describe("observationFromText()", () => {
  test.each<[string, Observation]>([
    ["nothing", NOTHING_OBSERVED],
    ["why a trace is incomplete", { ...NOTHING_OBSERVED, incomplete: "records lost" }],
    ["the whole environment", { ...NOTHING_OBSERVED, wholeEnvironment: true }],
    ["a date", { ...NOTHING_OBSERVED, usedDate: true }],
    ["a network", { ...NOTHING_OBSERVED, usedNetwork: true }],
    ["random bytes", { ...NOTHING_OBSERVED, usedRandom: true }],
    [
      "lists",
      {
        ...NOTHING_OBSERVED,
        environment: ["A", "B"],
        written: ["/a b", "/\xff\n"],
        changedInPlace: ["/a b"],
        renamed: ["/n"],
        removed: ["/r"],
        folders: ["/f"],
      },
    ],
    [
      "looks",
      {
        ...NOTHING_OBSERVED,
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
