import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { figuresOf, percentile, sampleLane } from "../../support/lane-latency.ts";
import { removeScratch } from "../ipc/sockets.ts";
import { PingServer } from "./lane-stage.ts";

setDefaultTimeout(600_000);
afterAll(removeScratch);

// How long they take is printed, here and by the benchmark; a machine that stalls says nothing about the lane.
test("a hundred connections of each lane keep to it, and their figures are printed [broker 5]", async () => {
  using server = new PingServer();
  const lanes = {
    direct: await sampleLane(server.endpoint, {}),
    broker: await sampleLane(server.endpoint, { RUNNING_PROCESS_FAKE_BACKEND: server.endpoint }),
  };
  for (const [lane, { routes, milliseconds }] of Object.entries(lanes)) {
    console.log(`${lane}: p50, p99, min, max [ms] and n: ${figuresOf(milliseconds).join("  ")}`);
    expect(routes).toEqual(Array<typeof lane>(100).fill(lane) as typeof routes);
    expect(milliseconds).toHaveLength(100);
  }
});

test("percentile() takes the sample at ⌊n·p⌋ of the sorted ones, the last one at most [broker 5]", () => {
  const samples = Array.from({ length: 100 }, (_, n) => 99 - n);
  expect([0, 0.5, 0.99, 1].map((p) => percentile(samples, p))).toEqual([0, 50, 99, 99]);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([3, 1, 2], 0.5)).toBe(2);
});
