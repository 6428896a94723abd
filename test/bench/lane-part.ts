// What a connection and one Ping cost: directly, and by way of a shared broker's test seam.

import { join } from "node:path";
import { places } from "../../src/ipc/places.ts";
import { readSettings } from "../../src/sys/environment.ts";
import { builtBinary } from "../support/built-binary.ts";
import { figuresOf, sampleLane } from "../support/lane-latency.ts";
import { mustRun } from "../support/run.ts";
import type { Bench, Part, PartReport } from "./part.ts";
import { tableText } from "./table.ts";

/** 100 connections of each lane to one daemon, from one process. */
export const lanePart: Part = { name: "lane", run };

const BUDGETS = { seamMs: 250, brokerMs: 1000, signMs: 1000 };

async function run({ root }: Bench): Promise<PartReport> {
  const env = { PATH: "/usr/bin:/bin", HOME: root, ZCCACHE_CACHE_DIR: join(root, "lane") };
  await mustRun([builtBinary(), "start"], { env });
  try {
    const { endpoint } = places(readSettings(env, false));
    const lanes = {
      direct: await sampleLane(endpoint, {}, BUDGETS),
      broker: await sampleLane(endpoint, { RUNNING_PROCESS_FAKE_BACKEND: endpoint }, BUDGETS),
    };
    const rows = Object.entries(lanes).map(([lane, { milliseconds, routes }]) => {
      const strayed = routes.filter((route) => route !== lane).length;
      return [lane, ...figuresOf(milliseconds), String(strayed)];
    });
    const title = "Connect and Ping, milliseconds (budget: p99 below 1000)";
    const head = ["", "p50", "p99", "min", "max", "n", "by another route"];
    return { text: [tableText({ title, head, rows, absent: [] })], data: lanes, panels: [] };
  } finally {
    await mustRun([builtBinary(), "stop"], { env });
  }
}
