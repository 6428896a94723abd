import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { ToolStart } from "../../../../src/daemon/library/run-tool.ts";
import { Slots } from "../../../../src/daemon/library/slots.ts";
import { type ToolClient, type ToolPlace, ToolRuns } from "../../../../src/daemon/library/tool-runs.ts";
import { fileTree, type TemporaryTree } from "../../../support/file-tree.ts";

const STRANGER: ToolClient = { pid: process.pid, gone: new AbortController().signal };

function shell(script: string, tree: TemporaryTree): ToolStart {
  const environment = ["PATH=/usr/bin:/bin"];
  return { path: "/bin/sh", argv: ["sh", "-c", script], environment, cwd: tree.path, stdinFile: undefined, nice: 0 };
}

/** A tool that holds its place until the file `go` is there, or the test is over, and a process below it. */
async function held(place: ToolPlace, tree: TemporaryTree): Promise<{ below: number; end: Promise<unknown> }> {
  tree.write({ here: "" });
  const end = place.run(
    shell(
      "(sh -c 'echo $PPID > below; sleep 100') & while [ ! -e go ] && [ -e here ]; do sleep 0.01; done; kill 0",
      tree,
    ),
  );
  await until(() => existsSync(tree.at("below")) && tree.read("below").length > 1);
  return { below: Number(tree.read("below").toString()), end };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(5);
}

function mark<Result>(promise: Promise<Result>): { isDone: boolean; promise: Promise<Result> } {
  const marked = { isDone: false, promise };
  promise.then(
    () => (marked.isDone = true),
    () => {},
  );
  return marked;
}

test("ToolRuns gives a client below a tool the place of that tool, and strangers none", async () => {
  using tree = fileTree();
  const runs = new ToolRuns(new Slots(1));
  const { below, end } = await held(await runs.enter(STRANGER), tree);
  const stranger = mark(runs.enter(STRANGER));
  const nested = await runs.enter({ ...STRANGER, pid: below });
  using ended = await nested.run(shell("exit 3", tree));
  expect([ended.exitCode, stranger.isDone]).toEqual([3, false]);
  // It has its place back.
  await Bun.sleep(20);
  expect(stranger.isDone).toBe(false);
  tree.write({ go: "" });
  await end;
  (await stranger.promise)[Symbol.dispose]();
});

test("ToolRuns.mayWait() lends the place of the tool above to strangers for whom its client may be waiting", async () => {
  using tree = fileTree();
  const runs = new ToolRuns(new Slots(1));
  const { below, end } = await held(await runs.enter(STRANGER), tree);
  const stranger = mark(runs.enter(STRANGER));
  {
    using _notBelow = runs.mayWait(process.pid);
    await Bun.sleep(500);
    expect(stranger.isDone).toBe(false);
  }
  {
    using _waits = runs.mayWait(below);
    (await stranger.promise)[Symbol.dispose]();
  }
  const next = mark(runs.enter(STRANGER));
  await Bun.sleep(20);
  expect(next.isDone).toBe(false);
  tree.write({ go: "" });
  await end;
  (await next.promise)[Symbol.dispose]();
});

test("ToolRuns gives a place that a client below did not wait for back to its tool", async () => {
  using tree = fileTree();
  const runs = new ToolRuns(new Slots(1));
  const { below, end } = await held(await runs.enter(STRANGER), tree);
  const [first, leaves] = [await runs.enter({ ...STRANGER, pid: below }), new AbortController()];
  const second = runs.enter({ pid: below, gone: leaves.signal });
  leaves.abort();
  await expect(second).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  first[Symbol.dispose]();
  const stranger = mark(runs.enter(STRANGER));
  await Bun.sleep(20);
  expect(stranger.isDone).toBe(false);
  tree.write({ go: "" });
  await end;
  (await stranger.promise)[Symbol.dispose]();
});
