import { expect, test } from "bun:test";
import type { Observation } from "../../../src/core/observation.ts";
import { outputPlaces } from "../../../src/daemon/output-places.ts";
import { createFileStates } from "../../../src/key/file-states.ts";
import { fileTree } from "../../support/file-tree.ts";
import { NOTHING_OBSERVED } from "../../support/observations.ts";
import { CRATE_PLAN } from "../../support/plans.ts";

const PLAN = { ...CRATE_PLAN, unlinks: true };

test("outputPlaces() tells of the directories of outputs that were looked at, if the tool asks where it writes", () => {
  using tree = fileTree({ "out/lib.rlib": "", "other/x": "" });
  const looks: Observation["looks"] = [
    { path: "out", aspect: "link", found: true },
    { path: tree.at("out"), aspect: "presence", found: true },
    { path: tree.at("out"), aspect: "listing", found: true },
    { path: "other", aspect: "link", found: true },
  ];
  const observation: Observation = {
    ...NOTHING_OBSERVED,
    looks,
    written: [tree.at("out/lib.rlib")],
  };
  const files = createFileStates();
  const found = outputPlaces(observation, { plan: PLAN, cwd: tree.path }, files);
  expect([...found]).toEqual([
    [`link ${tree.at("out")}`, "D"],
    [`presence ${tree.at("out")}`, "D"],
  ]);
  expect(outputPlaces(observation, { plan: { ...PLAN, unlinks: false }, cwd: tree.path }, files).size).toBe(0);
});
