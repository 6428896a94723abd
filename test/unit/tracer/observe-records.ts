// Observations of hand-made traces.

import type { Observation } from "../../../src/core/observation.ts";
import { type ObserveOptions, observe } from "../../../src/tracer/observe.ts";
import { OPEN } from "../../../src/tracer/record-format.ts";
import { type HandMade, traceBytes } from "./trace-bytes.ts";

/** What every tool's trace begins with. */
export const START: HandMade = { kind: "start", flags: 1, text: "/bin/tool" };

/** How an output is opened. */
export const NEW: number = OPEN.write | OPEN.create | OPEN.truncate;

/** Observes a tool that did these things. */
export function seen(records: readonly HandMade[], options: ObserveOptions = {}): Observation {
  return observe(traceBytes([START, ...records]), options);
}

/** Looks as short lines, without the one at the tool itself. */
export function looks(records: readonly HandMade[]): string[] {
  return seen(records)
    .looks.filter(({ path }) => path !== "/bin/tool")
    .map(({ path, aspect, found }) => `${found ? "+" : "-"}${aspect} ${path}`);
}
