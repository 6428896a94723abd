// What a connection and one Ping cost on each lane: figures for people, and routes for the test.

import { connectDaemonWithRoute } from "../../src/broker/connect-daemon.ts";
import type { LaneBudgets, Route } from "../../src/broker/route.ts";
import { question } from "../../src/ipc/question.ts";
import { type LaneVariables, withLaneVariables } from "./lane-variables.ts";

const WARM_UPS = 5;
const SAMPLES = 100;

/** The samples of one lane. */
export type LaneSamples = { readonly routes: readonly Route["kind"][]; readonly milliseconds: readonly number[] };

/** Connects 5 times to warm up and 100 times by the clock. The lane is not given up unless `budgets` are small. */
export async function sampleLane(
  endpoint: string,
  variables: LaneVariables,
  budgets: LaneBudgets = { seamMs: 60_000, brokerMs: 60_000, signMs: 60_000 },
): Promise<LaneSamples> {
  const routes: Route["kind"][] = [];
  const milliseconds: number[] = [];
  await withLaneVariables(variables, async () => {
    for (let n = 0; n < WARM_UPS + SAMPLES; n++) {
      const began = performance.now();
      const { connection, route } = await connectDaemonWithRoute(endpoint, { budgets });
      await question(connection, { type: "Ping" }, { type: "Pong", timeoutMs: 60_000 });
      const took = performance.now() - began;
      connection.close();
      if (n < WARM_UPS) continue;
      routes.push(route.kind);
      milliseconds.push(took);
    }
  });
  return { routes, milliseconds };
}

/** The value below which that part of the samples lies: sorted[min(⌊n·p⌋, n−1)]. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(samples.length * p), samples.length - 1)] ?? Number.NaN;
}

/** p50, p99, min, max and n, as a table's cells; milliseconds. */
export function figuresOf(samples: readonly number[]): string[] {
  const figures = [percentile(samples, 0.5), percentile(samples, 0.99), Math.min(...samples), Math.max(...samples)];
  return [...figures.map((value) => value.toFixed(2)), String(samples.length)];
}
