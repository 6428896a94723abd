// Tools that the daemon runs: not too many at once, none waits for itself, and none outlives the daemon.

import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { isRunning } from "../../../src/sys/process-kill.ts";
import { type ExecScene, execScene, textOf } from "../../support/exec-scene.ts";

const PATH: [string, string] = ["PATH", "/usr/bin:/bin"];
const ONE = { ZCCACHE_MAX_PARALLEL_COMPILES: "1" };

/** What a client in a tool needs beside PATH. */
function variables({ box }: ExecScene): [string, string][] {
  return [
    PATH,
    ...["HOME", "XDG_RUNTIME_DIR", "ZCCACHE_CACHE_DIR"].map((name): [string, string] => [name, box.env[name] ?? ""]),
  ];
}

test("GenericToolExec runs no more tools at once than ZCCACHE_MAX_PARALLEL_COMPILES says", async () => {
  await using scene = await execScene(ONE);
  // Fails if another one is at it.
  const tool = scene.script('mkdir busy || exit 1; sleep 0.3; rmdir busy; echo "$1"');
  const kinds = ["Normal", "Bypass"] as const;
  const runs = [1, 2, 3, 4].map((n) =>
    scene.exec(tool, { args: [String(n)], env: [PATH], cache_policy: kinds[n % 2] ?? "Normal" }),
  );
  const replies = await Promise.all(runs);
  expect(replies.map((reply) => [reply.exit_code, textOf(reply.stdout)])).toEqual(
    [1, 2, 3, 4].map((n) => [0, `${n}\n`]),
  );
}, 600_000);

test("GenericToolExec of a tool that has the daemon run another one waits for neither", async () => {
  await using scene = await execScene(ONE);
  const inner = scene.script("echo inner", "inner");
  const middle = scene.script(`${scene.box.binary} exec -- ${inner}; echo middle`, "middle");
  const outer = scene.script(
    `${scene.box.binary} exec -- ${middle} & ${scene.box.binary} exec -- ${inner} b; wait; echo outer`,
  );
  const reply = await scene.exec(outer, { env: variables(scene), cache_policy: "Bypass" });
  expect(reply.exit_code).toBe(0);
  expect(textOf(reply.stdout).trim().split("\n").sort()).toEqual(["inner", "inner", "middle", "outer"]);
}, 600_000);

test("a compile inside of a tool is served while all places are taken", async () => {
  await using scene = await execScene(ONE);
  scene.write({ "a.c": "int a;\n" });
  const tool = scene.script(`${scene.box.binary} gcc -c a.c -o a.o && echo done`);
  const reply = await scene.exec(tool, { env: variables(scene), cache_policy: "Bypass" });
  expect([reply.exit_code, textOf(reply.stdout)]).toEqual([0, "done\n"]);
  expect(existsSync(`${scene.cwd}/a.o`)).toBe(true);
}, 600_000);

test("a compile inside of a tool does not wait for an equal one that waits for the tool's place", async () => {
  await using scene = await execScene(ONE);
  scene.write({ "a.c": "int a;\n" });
  const zccache = scene.box.binary;
  const tool = scene.script(`while [ ! -e go ]; do sleep 0.01; done; ${zccache} gcc -c a.c -o a.o && echo done`);
  const env = variables(scene);
  const outer = scene.exec(tool, { env, cache_policy: "Bypass" });
  while (scene.starts() === 0) await Bun.sleep(10);
  using client = await scene.client();
  const call = { session_id: crypto.randomUUID(), compiler: "/usr/bin/gcc", args: ["-c", "a.c", "-o", "a.o"] };
  const equal = client.ask("Compile", { ...call, cwd: scene.cwd, env, stdin: new Uint8Array() });
  // Long enough for it to be the one that others wait for; if it is not, there is nothing to wait for.
  await Bun.sleep(1000);
  scene.write({ go: "" });
  const [reply, compiled] = await Promise.all([outer, equal]);
  expect([reply.exit_code, textOf(reply.stdout), compiled.exit_code]).toEqual([0, "done\n", 0]);
}, 600_000);

test.each(["Normal", "Bypass"] as const)(
  "a tool ends with a daemon that is killed, its children too (%s)",
  async (cache_policy) => {
    await using scene = await execScene();
    const tool = scene.script("sleep 1000 & echo $$ $! > pids; wait");
    using client = await scene.client();
    const asked = scene.ask(client, tool, { env: [PATH], cache_policy });
    asked.catch(() => {});
    while (!existsSync(`${scene.cwd}/pids`) || scene.read("pids").trim() === "") await Bun.sleep(10);
    const pids = scene.read("pids").trim().split(" ").map(Number);
    expect(pids.length).toBe(2);
    // Once it answers it is done with the start.
    await scene.box.zccache(["status"]);
    for (const daemon of scene.box.daemons()) process.kill(daemon, "SIGKILL");
    await expect(asked).rejects.toThrow();
    while (pids.some(isRunning)) await Bun.sleep(10);
  },
  60_000,
);
