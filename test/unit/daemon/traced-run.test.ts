import { expect, test } from "bun:test";
import type { KeyedCall } from "../../../src/daemon/keyed-call.ts";
import type { Services } from "../../../src/daemon/services.ts";
import { runTraced } from "../../../src/daemon/traced-run.ts";
import type { Visit } from "../../../src/daemon/visit.ts";

/** What a run does, up to where the caller would run the tool. */
async function stepsOf(link: boolean): Promise<string[]> {
  const steps: string[] = [];
  const step = (name: string) => void steps.push(name);
  const visit = {
    caller: {
      pid: process.pid,
      run: () => {
        step("run");
        return Promise.reject(new Error("no tool here"));
      },
    },
    services: {
      self: undefined,
      tracer: { path: () => "/lib/tracer.so" },
      handOver: {
        isOver: async () => {
          await Bun.sleep(5);
          step("handed over");
        },
      },
    } as unknown as Services, // those that are asked for before the tool runs
    observer: { phases: { skip: () => step("skip") } },
  } as unknown as Visit;
  const keyed = {
    call: { plan: { link }, responseFiles: new Map(), environment: new Map(), tool: "/bin/cc", skip: 1 },
    snapshot: { hold: () => step("hold") },
  } as unknown as KeyedCall;
  await expect(runTraced(keyed, visit)).rejects.toThrow("no tool here");
  return steps;
}

test("runTraced() has a link wait for what was handed over last, before it takes any time", async () => {
  expect(await stepsOf(true)).toEqual(["handed over", "hold", "skip", "run"]);
});

test("runTraced() has no compile wait", async () => {
  expect(await stepsOf(false)).toEqual(["hold", "skip", "run"]);
});
