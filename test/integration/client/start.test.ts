// A client that finds no daemon starts one, which then has nothing to do with its starter any more.

import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { VERSION } from "../../../src/core/version.ts";
import { withinTries } from "../../support/in-time.ts";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";

describe("client without a daemon", () => {
  test("starts one in a session of its own, with no descriptor and no runtime switch of its caller (L12)", async () => {
    await using box = sandbox();
    box.tree.write({ "a.c": "int a;\n", other: "" });
    const caller = { ...box.env, BUN_INSPECT_NOTIFY: "", ZCCACHE_IDLE_TIMEOUT_SECS: "60" };
    // `cat` ends only when nobody holds the pipe any more, within the test's time limit.
    const line = `("${box.binary}" gcc -c a.c -o a.o 7<other 2>&1 8>&1) | cat`;
    const result = await run(["/bin/sh", "-c", line], { env: caller, cwd: box.tree.path, timeout: 60_000 });
    expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    const daemons = box.daemons();
    expect(daemons.length).toBe(1);
    const [pid = 0] = daemons;
    const proc = (name: string): string => readFileSync(`/proc/${pid}/${name}`, "latin1");
    const session = proc("stat").split(") ")[1]?.split(" ")[3];
    expect(session).toBe(String(pid));
    expect(proc("cmdline").split("\0").slice(0, 2)).toEqual(["zccache-daemon", "--foreground"]);
    const environment = proc("environ").split("\0");
    expect(environment.filter((member) => /^(BUN_INSPECT|ZCCACHE_DEPTH)/.test(member))).toEqual([]);
    expect(environment).toContain("ZCCACHE_IDLE_TIMEOUT_SECS=60");
    const open = readdirSync(`/proc/${pid}/fd`).map((fd) => target(pid, fd));
    expect(open.filter((path) => path.startsWith("pipe:") || path.endsWith("/other"))).toEqual([]);
  });

  test("of eight at once only one starts it, and all are served", async () => {
    await using box = sandbox();
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    box.tree.write(Object.fromEntries(names.map((name) => [`${name}.c`, `int ${name};\n`])));
    const results = await Promise.all(
      names.map((name) => box.zccache(["gcc", "-c", `${name}.c`, "-o", `${name}.o`], { cwd: box.tree.path })),
    );
    expect(results.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(names.map(() => [0, ""]));
    await until(() => box.daemons().length === 1, "those that lost the race to end");
    await box.settled(names.length);
    expect(await missesOf(box)).toBe(names.length);
  });

  test("a daemon that cannot start costs one call a moment, and the next ones nothing (L8, L9)", async () => {
    await withinTries(async () => {
      await using box = sandbox();
      // The daemon's lock is a directory, so it ends at once.
      box.tree.write({ "a.c": "int a;\n", [`cache/v${VERSION}/daemon.own/x`]: "" });
      const calls = [];
      for (let i = 0; i < 3; i++) calls.push(await box.zccache(["gcc", "-c", "a.c"], { cwd: box.tree.path }));
      expect(calls.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(calls.map(() => [0, ""]));
      const [first, ...next] = calls.map(({ seconds }) => seconds);
      expect(first).toBeLessThan(5);
      expect(Math.max(...next)).toBeLessThan((first ?? 0) - 0.2);
      expect(box.daemons()).toEqual([]);
    });
  });

  test("`zccache start` and `stop` do it by hand, and twice is no error", async () => {
    await using box = sandbox();
    const said = [];
    for (const verb of ["start", "start", "stop", "stop"]) said.push(await box.zccache([verb]));
    expect(said.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(said.map(({ stdout }) => stdout.split(" (")[0])).toEqual([
      "Started the daemon",
      "The daemon runs already",
      "Stopped the daemon",
      "No daemon is running.\n",
    ]);
    expect(box.daemons()).toEqual([]);
  });
});

test("`zccache stop` ends only when the daemon has, also if another one has asked it before", async () => {
  await using box = sandbox();
  box.tree.write({ "tools/gcc": "#!/bin/sh\n: >started; while [ ! -e go ]; do sleep 0.1; done\n", "a.c": "int a;\n" });
  chmodSync(box.tree.at("tools/gcc"), 0o755);
  await box.zccache(["start"]);
  const env = { ...box.env, PATH: `${box.tree.at("tools")}:${box.env["PATH"]}` };
  const call = run([box.binary, "gcc", "-c", "a.c"], { cwd: box.tree.path, env });
  await until(() => existsSync(box.tree.at("started")), "the tool to start");
  const [pid] = box.daemons();
  const first = box.zccache(["stop"]);
  await Bun.sleep(500);
  const stopping = box.zccache(["stop"]);
  // Both wait for the tool.
  await Bun.sleep(500);
  box.tree.write({ go: "" });
  const second = await stopping;
  expect(second).toMatchObject({ exitCode: 0, stdout: `Stopped the daemon (process ${pid}).\n`, stderr: "" });
  expect(box.tree.read(`cache/v${VERSION}/logs/daemon-lifecycle.log`).toString()).toContain('"died-shutdown"');
  expect(box.daemons()).toEqual([]);
  expect([(await first).exitCode, (await call).exitCode]).toEqual([0, 0]);
});

function target(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return ""; // closed meanwhile
  }
}

async function missesOf(box: Sandbox): Promise<number> {
  return JSON.parse((await box.zccache(["status", "--json"])).stdout).daemon.cache_misses;
}
