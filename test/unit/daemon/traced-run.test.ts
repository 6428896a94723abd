import { expect, test } from "bun:test";
import type { ToolOutcome } from "../../../src/core/executor.ts";
import type { KeyedCall } from "../../../src/daemon/keyed-call.ts";
import type { Services } from "../../../src/daemon/services.ts";
import { type FinishedRun, runTraced } from "../../../src/daemon/traced-run.ts";
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

/** What a run that ended with this exit code, without a single record in its trace, came to. */
async function runEnding(exitCode: number, verified: boolean): Promise<FinishedRun> {
  const outcome: ToolOutcome = {
    exitCode,
    signal: undefined,
    stdout: EMPTY,
    stderr: EMPTY,
    merged: false,
    streamsMissing: false,
  };
  const visit = {
    caller: { pid: process.pid, run: () => Promise.resolve(outcome) },
    services: {
      self: undefined,
      tracer: { path: () => "/lib/tracer.so" },
      tools: { needsTrial: () => false },
    } as unknown as Services, // those that are asked for when the tool has run
    observer: { ran: () => {}, phases: { skip: () => {}, ended: () => {} } },
  } as unknown as Visit;
  const keyed = {
    call: {
      ...{ plan: { outputs: [] }, responseFiles: new Map(), environment: new Map(), terminalColumns: [] },
      ...{ tool: "/bin/cc", skip: 1, cwd: "/" },
    },
    snapshot: { hold: () => {} },
    ...(verified ? { expected: {} } : {}),
  } as unknown as KeyedCall;
  const run = await runTraced(keyed, visit);
  run.copies.drop();
  return run;
}

const EMPTY = new Uint8Array();

test("runTraced() reads no trace of a tool that has failed, and what stands for it lets nothing be stored", async () => {
  const { observation, released } = await runEnding(1, false);
  expect(observation.incomplete).toContain("not read");
  expect(released).toBe(false);
});

test.each([
  [0, false],
  [0, true],
  [1, true],
])("runTraced() reads the trace of a tool that ended with %p, verified: %p", async (exitCode, verified) => {
  const { observation } = await runEnding(exitCode, verified);
  // An empty one: the tool was not traced.
  expect(observation.incomplete).toBeString();
  expect(observation.incomplete).not.toContain("not read");
});
