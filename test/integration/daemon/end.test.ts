// How a daemon ends: asked to, by a signal, for want of work; and what it waits for.

import { expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync } from "node:fs";
import { dial } from "../../../src/ipc/dial.ts";
import { question } from "../../../src/ipc/question.ts";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { connected, endpointOf, events, inRoot, lockText, serving, startDaemon } from "./daemon-stage.ts";

setDefaultTimeout(600_000);

const ASKING = 25;

test(`Shutdown from ${ASKING} clients at once is answered to each, and is one event [daemon 17]`, async () => {
  await using box = sandbox();
  const { ended } = await serving(box);
  const clients = await Promise.all(Array.from({ length: ASKING }, () => connected(endpointOf(box))));
  const answers = await Promise.all(
    clients.map((client) => question(client, { type: "Shutdown" }, { type: "ShuttingDown", timeoutMs: 10_000 })),
  );
  expect(answers.map(({ type }) => type)).toEqual(Array(ASKING).fill("ShuttingDown"));
  for (const client of clients) client.close();
  expect(await ended).toBe(0);
  expect(events(box, "died-shutdown")).toMatchObject([
    { reason: "graceful-shutdown", uptime_secs: expect.any(Number) },
  ]);
  expect(lockText(box)).toBeUndefined();
});

test("who has connected before the daemon comes to it gets an answer, too [daemon 17]", async () => {
  await using box = sandbox();
  const { pid, ended } = await serving(box);
  using first = await connected(endpointOf(box));
  process.kill(pid, "SIGSTOP");
  first.send({ type: "Shutdown" });
  // The kernel takes them; they wait to be accepted.
  const waiting = await Promise.all(Array.from({ length: ASKING }, () => dial(endpointOf(box))));
  for (const client of waiting) client.send({ type: "Shutdown" });
  process.kill(pid, "SIGCONT");
  for (const client of [first, ...waiting]) {
    expect(await client.receive(10_000)).toMatchObject({ type: "ShuttingDown" });
    client.close();
  }
  expect(await ended).toBe(0);
  expect(events(box, "died-shutdown").length).toBe(1);
});

test.each(["SIGINT", "SIGTERM"] as const)("%s is an orderly end", async (signal) => {
  await using box = sandbox();
  const { pid, ended } = await serving(box);
  process.kill(pid, "SIGHUP");
  process.kill(pid, signal);
  expect(await ended).toBe(0);
  expect([lockText(box), existsSync(endpointOf(box)), existsSync(inRoot(box, "spool"))]).toEqual([
    undefined,
    false,
    false,
  ]);
  expect(events(box).map(({ event }) => event)).toEqual(["spawn", "died-shutdown"]);
});

test.each([0, 50, 100, 200, 400])("SIGTERM %d ms after the start is an orderly end, too", async (milliseconds) => {
  await using box = sandbox();
  const { pid, ended } = startDaemon(box);
  // Before its code is loaded the kernel ends it, and there is nothing yet to be ended in order.
  await until(() => existsSync(box.tree.at("home/.zccache")));
  await Bun.sleep(milliseconds);
  process.kill(pid, "SIGTERM");
  expect(await ended).toBe(0);
  expect(lockText(box)).toBeUndefined();
});

test("a result that is being filed when the end comes is kept", async () => {
  await using box = sandbox();
  box.tree.write({ "a.c": "int a;\n" });
  const compile = () => box.zccache(["gcc", "-c", "a.c"], { cwd: box.tree.path });
  // The client is let go before its result is hashed and stored.
  for (let round = 1; round <= 3; round++) {
    const { pid, ended } = await serving(box);
    box.tree.write({ "a.c": `int a = ${round};\n` });
    await compile();
    process.kill(pid, "SIGTERM");
    expect(await ended).toBe(0);
    await serving(box);
    box.counter.take();
    await compile();
    expect(box.counter.take().cc1).toBe(0);
    await box.stop();
  }
});

test("SIGHUP does not end it", async () => {
  await using box = sandbox();
  const { pid } = await serving(box);
  process.kill(pid, "SIGHUP");
  using _client = await connected(endpointOf(box));
});

test("--idle-timeout ends it for want of work, and not while a client waits for its tool [daemon 18]", async () => {
  await using box = sandbox();
  const slow = slowCompiler(box, 6);
  // Long enough for a call to come, whatever the machine does meanwhile.
  const { ended } = await serving(box, ["--idle-timeout", "4"]);
  const call = await run([box.binary, "gcc", "-c", "a.c"], { cwd: box.tree.path, env: slow });
  expect([call.exitCode, call.stderr]).toEqual([0, ""]);
  expect(call.seconds).toBeGreaterThan(5.9);
  expect(events(box, "died-idle")).toEqual([]);
  expect(await ended).toBe(0);
  const [died] = events(box, "died-idle");
  expect(died).toMatchObject({ reason: "idle-timeout", idle_timeout_secs: 4 });
  expect(Number(died?.["idle_secs"])).toBeGreaterThanOrEqual(4);
});

test("a client that is killed while its tool runs is a cancelled one in the lifecycle log", async () => {
  await using box = sandbox();
  const slow = slowCompiler(box, 30);
  await serving(box);
  const { promise, resolve } = Promise.withResolvers<number>();
  const call = run([box.binary, "gcc", "-c", "a.c"], { cwd: box.tree.path, env: slow, started: resolve });
  await until(() => existsSync(box.tree.at("started")));
  const client = await promise;
  process.kill(client, "SIGKILL");
  await call;
  await until(() => events(box, "client_cancelled").length > 0);
  expect(events(box, "client_cancelled")).toMatchObject([{ kind: "Invoke", client_pid: client }]);
});

/** @returns the environment of a call for which gcc is a script that takes its time. */
function slowCompiler(box: Sandbox, seconds: number): Record<string, string> {
  box.tree.write({ "tools/gcc": `#!/bin/sh\n: >started; sleep ${seconds}\n`, "a.c": "int a;\n" });
  chmodSync(box.tree.at("tools/gcc"), 0o755);
  return { ...box.env, PATH: `${box.tree.at("tools")}:${box.env["PATH"]}` };
}
