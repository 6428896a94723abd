// What the stub does alone. Where the runtime can't start it must not be needed: limits that are too low for it, and
// every answer of a daemon, well or badly said, under such a limit.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { quickest } from "../../support/in-time.ts";
import { missingTool, titled } from "../../support/missing.ts";
import type { Behaviour, Exchange } from "../client/fake-daemon.ts";
import { bytes, clientScene, delivered, execOf, type Scene } from "../client/scene.ts";
import { expectSame, expectSameAnyhow, openStage, openStageAs, type Stage, warningSource } from "./three-ways.ts";

setDefaultTimeout(600_000);

// Kilobytes, descriptors and seconds. The compiler can do with them, or fails as it does without us. Below 120 MB of
// addresses and 8 MB of data the kernel itself can no longer start an executable with the runtime in it.
const LIMITS = ["-v 600000", "-v 150000", "-d 200000", "-d 20000", "-n 4", "-n 6", "-s 100", "-t 5"];

describe("X11: limits that are too low for the runtime", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  test.each(LIMITS)("ulimit %s, with a daemon and without one", async (limit) => {
    const scene = { prepare: warningSource("limited"), script: `ulimit ${limit}; gcc -c a.c -o a.o` };
    await expectSameAnyhow(stage, { ...scene, script: scene.script.replace("-c", "-S") });
    await expectSameAnyhow(stage, scene);
    const endpoint = stage.box.tree.at("nobody/sock");
    await expectSameAnyhow(stage, { ...scene, env: { ZCCACHE_ENDPOINT: endpoint } });
    expect(existsSync(endpoint)).toBeFalse();
  });
});

const noOther = process.getuid?.() === 0 ? missingTool("setpriv") : "only root can become another user";

test.skipIf(noOther !== undefined)(titled("X11: a limit on the number of processes", noOther), async () => {
  await using stage = await openStageAs(65_534);
  const script = "ulimit -u 1; exec gcc -c a.c -o a.o";
  const env = { ZCCACHE_ENDPOINT: stage.box.tree.at("nobody/sock") };
  await expectSame(stage, { prepare: warningSource("few_processes"), script, env });
});

describe("under a limit that is too low for the runtime", () => {
  const TOOL = '#!/bin/sh\necho "$0 $*"; cat; echo said >&2; exit 6\n';
  const scene: Scene = clientScene({
    "tools/gcc": TOOL,
    "other/gcc": TOOL,
    "other/script": "echo script $*; exit 7\n",
  });
  scene.tree.write({ source: "int a;\n" });
  afterAll(() => scene[Symbol.dispose]());

  const call = async (line = "gcc -c <source"): Promise<unknown> => {
    const { exitCode, stdout, stderr } = await scene.shell(`ulimit -v 600000; ${line}`);
    return [exitCode, stdout, stderr];
  };
  const ran = (name: string, args = "-c"): unknown => [6, `${scene.tree.at(name)} ${args}\nint a;\n`, "said\n"];
  const at = (name: string): Buffer => bytes(scene.tree.at(name));

  type Case = [title: string, answer: (exchange: Exchange) => void, end: () => unknown];
  const cases: Case[] = [
    ["Delivered", ({ reply }) => reply(delivered(3, "out", "err")), () => [3, "out", "err"]],
    ["Exec", ({ reply }) => reply(execOf(scene.tree.at("other/gcc"))), () => ran("other/gcc")],
    ["Exec of what is not there", ({ reply }) => reply(execOf("/nonexistent")), () => ran("tools/gcc")],
    [
      "Bypass",
      ({ reply }) => reply({ type: "Bypass", path: at("other/gcc"), skip: 1, reason: "link" }),
      () => ran("other/gcc"),
    ],
    [
      "Bypass without a path",
      ({ reply }) => reply({ type: "Bypass", skip: 1, reason: "tool-missing" }),
      () => ran("tools/gcc"),
    ],
    [
      "Bypass of a script without an interpreter",
      ({ reply }) => reply({ type: "Bypass", path: at("other/script"), skip: 1, reason: "link" }),
      () => [7, "script -c\n", ""],
    ],
    ["Error", ({ reply }) => reply({ type: "Error", message: "no" }), () => ran("tools/gcc")],
    ["garbage", ({ raw }) => raw("garbage and more"), () => ran("tools/gcc")],
    ["the end of the connection", ({ hangUp }) => hangUp(), () => ran("tools/gcc")],
  ];

  test.each(cases)("%s", async (_title, answer, end) => {
    const behave: Behaviour = (exchange) =>
      exchange.message["type"] === "Invoke" ? answer(exchange) : exchange.reply({ type: "Released" });
    using daemon = scene.daemon(behave);
    expect(await call()).toEqual(end());
    expect(daemon.all("Invoke").length).toBe(1);
  });

  test.each(["gcc - <source", "cat source | gcc -"])("NeedStdin of %s", async (line) => {
    const spool = scene.tree.at(`spool-${line.length}`);
    using daemon = scene.daemon(({ message, reply }) => {
      if (message["type"] !== "Invoke") return reply({ type: "Released" });
      if (message["stdin_file"] === undefined) return reply({ type: "NeedStdin", path: bytes(spool) });
      reply(execOf(scene.tree.at("other/gcc"), { stdin_file: message["stdin_file"] }));
    });
    expect(await call(line)).toEqual(ran("other/gcc", "-"));
    expect(readFileSync(spool, "utf8")).toBe("int a;\n");
    expect(daemon.all("Invoke").length).toBe(2);
  });

  test("NeedStdin at a place that is not there", async () => {
    using daemon = scene.daemon(({ reply }) => reply({ type: "NeedStdin", path: bytes("/nonexistent/spool") }));
    expect(await call("cat source | gcc -")).toEqual(ran("tools/gcc", "-"));
    expect(daemon.messages.length).toBe(1);
  });

  test("silence for a second, and no second of the next call", async () => {
    using daemon = scene.daemon(() => {});
    const twice = async () => {
      daemon.messages.length = 0;
      expect(await call()).toEqual(ran("tools/gcc"));
      const began = performance.now();
      expect(await call()).toEqual(ran("tools/gcc"));
      return performance.now() - began;
    };
    expect(await quickest(800, twice)).toBeLessThanOrEqual(800);
    expect(daemon.messages.map(({ type }) => type)).toEqual(["Invoke", "Ping"]);
  });

  test.each(["ZCCACHE_DISABLE=1", "ZCCACHE_DISABLE=true", "ZCCACHE_DEPTH=1", "ZCCACHE_ENDPOINT=$PWD/none"])(
    "%s: the tool, and nobody is asked",
    async (setting) => {
      using daemon = scene.daemon(({ reply }) => reply(delivered(0)));
      expect(await call(`export ${setting}; gcc -c <source`)).toEqual(ran("tools/gcc"));
      expect(daemon.messages).toEqual([]);
    },
  );
});
