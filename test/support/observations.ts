// Observations for tests.

import type { Observation } from "../../src/core/observation.ts";

/** Of a run that did nothing. */
export const NOTHING_OBSERVED: Observation = {
  incomplete: undefined,
  looks: [],
  environment: [],
  wholeEnvironment: false,
  written: [],
  changedInPlace: [],
  renamed: [],
  removed: [],
  folders: [],
  usedDate: false,
  usedNetwork: false,
  usedRandom: false,
};
