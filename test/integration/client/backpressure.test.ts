// A daemon with too much to do: it says so at once and does nothing; the client asks the same one again for a while, then
// runs the tool, and holds nothing against the daemon.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { rawFromString } from "../../../src/core/raw-text.ts";
import { dial } from "../../../src/ipc/dial.ts";
import { faultyBinary } from "../../support/faulty-binary.ts";
import { quickest, withinTries } from "../../support/in-time.ts";
import { invokeOf } from "../../support/invoke-request.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { CLIENTS } from "./clients.ts";
import { delivered, scenesOf } from "./scene.ts";

setDefaultTimeout(600_000);

const TOOL = { "tools/gcc": "#!/bin/sh\necho ran\nexit 5\n" };

function busy(retry_after_ms: unknown = 100): Record<string, unknown> {
  return { type: "Backpressure", queue_depth: 448, retry_after_ms, reason: "compile_queue_full" };
}

describe.each(CLIENTS)("%s client, Backpressure", (_name, binary) => {
  const clientScene = scenesOf(binary);

  test("asks the same daemon again after the time that it says, and takes its answer [protocol 16]", async () => {
    using scene = clientScene(TOOL);
    const times: number[] = [];
    using daemon = scene.daemon(({ reply }) => {
      times.push(performance.now());
      reply(times.length < 4 ? busy() : delivered(3, "out"));
    });
    expect(await scene.run(["gcc", "-c", "a.c"])).toMatchObject({ exitCode: 3, stdout: "out", stderr: "" });
    expect(daemon.messages.map(({ type, id }) => [type, id])).toEqual([1, 2, 3, 4].map((id) => ["Invoke", id]));
    for (let i = 1; i < times.length; i++) {
      expect((times[i] ?? 0) - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(95);
    }
  });

  test("runs the tool after its budget, says nothing, and neither stops nor suspects the daemon [protocol 16]", async () => {
    using scene = clientScene(TOOL);
    using daemon = scene.daemon(({ reply }) => reply(busy(150)));
    await withinTries(async () => {
      daemon.messages.length = 0;
      const result = await scene.run(["gcc", "-c", "a.c"]);
      expect(result).toMatchObject({ exitCode: 5, stdout: "ran\n", stderr: "" });
      expect(daemon.messages.length).toBeGreaterThan(5);
      expect(result.seconds).toBeLessThan(4);
    });
    expect(daemon.messages.length).toBe(daemon.all("Invoke").length);
    expect(readdirSync(scene.tree.path).filter((name) => name.includes("suspect"))).toEqual([]);
  });

  test.each([[2 ** 31], [2 ** 52], ["soon"], [-1], [null]])(
    "runs the tool at once if it is to come back after %p [protocol 16]",
    async (after) => {
      using scene = clientScene(TOOL);
      using daemon = scene.daemon(({ reply }) => reply(busy(after)));
      const call = async () => {
        daemon.messages.length = 0;
        const result = await scene.run(["gcc", "-c", "a.c"]);
        expect(result).toMatchObject({ exitCode: 5, stdout: "ran\n", stderr: "" });
        expect(daemon.messages).toHaveLength(1);
      };
      expect(await quickest(1500, call)).toBeLessThanOrEqual(1500);
    },
  );

  test("runs the tool if the daemon goes away meanwhile", async () => {
    using scene = clientScene(TOOL);
    using _daemon = scene.daemon(({ reply, hangUp }) => {
      reply(busy(500));
      hangUp();
    });
    expect(await scene.run(["gcc", "-c", "a.c"])).toMatchObject({ exitCode: 5, stdout: "ran\n", stderr: "" });
  });
});

describe("the daemon whose queue is full", () => {
  async function figures(box: Sandbox) {
    return JSON.parse((await box.zccache(["status", "--json"])).stdout);
  }

  test("answers Backpressure within 50 ms, does nothing and lives on; others are served [protocol 16]", async () => {
    await using box = sandbox(faultyBinary(), 1);
    box.tree.write({ "a.c": "int a;\n" });
    const env = { ...box.env, ZCCACHE_FAULT: "daemon.admission=throw" };
    await box.zccache(["start"], { env });
    const daemons = box.daemons();
    const endpoint = rawFromString((await figures(box)).daemon.endpoint);
    using client = await dial(endpoint);
    const answered = async () => {
      client.send(invokeOf(box, ["gcc", "-c", "a.c"]));
      const reply = await client.receive(60_000);
      expect(reply).toMatchObject({ type: "Backpressure", queue_depth: 0, reason: "compile_queue_full" });
    };
    expect(await quickest(50, answered)).toBeLessThanOrEqual(50);
    client.send({ type: "Ping" });
    expect(await client.receive(60_000)).toEqual({ type: "Pong" });
    const compile = await box.zccache(["gcc", "-c", "a.c", "-o", "a.o"], { env, cwd: box.tree.path });
    expect(compile).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    expect(box.tree.read("a.o").length).toBeGreaterThan(0);
    expect((await figures(box)).daemon).toMatchObject({ total_compilations: 0, non_cacheable: 0, metadata_entries: 0 });
    expect(box.daemons()).toEqual(daemons);
  });

  test("serves a client that comes again [protocol 16]", async () => {
    await using box = sandbox(faultyBinary(), 1);
    box.tree.write({ "a.c": "int a;\n" });
    await box.zccache(["start"], { env: { ...box.env, ZCCACHE_FAULT: "daemon.admission=throw@1" } });
    await box.zccache(["gcc", "-c", "a.c", "-o", "a.o"], { cwd: box.tree.path });
    await box.settled(1);
    expect((await figures(box)).daemon).toMatchObject({ total_compilations: 1, cache_misses: 1 });
  });
});
