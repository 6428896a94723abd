// Plans for tests.

import type { CompilePlan } from "../../src/core/plan.ts";

/** Of a crate of which nothing is planned. */
export const CRATE_PLAN: CompilePlan = {
  kind: "compile",
  source: "lib.rs",
  keyArguments: [],
  outputs: [],
  sideOutputs: true,
  cwdInKey: true,
};
