// The parts of the benchmark, in the order in which they run.

import { buildsPart } from "./builds-part.ts";
import { cargoPart } from "./cargo-part.ts";
import { crowdPart } from "./crowd-part.ts";
import { entriesPart } from "./entries.ts";
import { hitPart } from "./hit-part.ts";
import { lanePart } from "./lane-part.ts";
import { linkPart } from "./link-part.ts";
import { missPart } from "./miss-part.ts";
import type { Part } from "./part.ts";
import { stalePart } from "./stale-part.ts";

/** Every part. */
export const PARTS: readonly Part[] = [
  hitPart,
  crowdPart,
  missPart,
  linkPart,
  lanePart,
  stalePart,
  buildsPart,
  cargoPart,
  { ...entriesPart, onRequest: true },
];
