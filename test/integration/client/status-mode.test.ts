// `zccache-daemon` without --foreground: tells whether a daemon serves, starts nothing, and waits for no answer for long.

import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { clientScene } from "./scene.ts";

const LABELS = ["daemon ns", "daemon ep", "private", "uptime", "artifacts", "cache size", "metadata", "hits/miss"];

async function statusMode(box: Sandbox): Promise<string> {
  const { exitCode, stdout, stderr } = await box.zccache(["daemon-run"]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  return stdout;
}

test("status mode without a daemon says so, names its places and leaves nothing behind [daemon 2]", async () => {
  await using box = sandbox();
  const before = readdirSync(box.tree.path);
  const said = await statusMode(box);
  for (const text of ["endpoint:", "namespace:  default", "lock file:", "status:     not running", "--foreground"]) {
    expect(said).toContain(text);
  }
  expect(readdirSync(box.tree.path)).toEqual(before);
});

test("status mode with a daemon has the figures of its Status [daemon 2]", async () => {
  await using box = sandbox();
  box.tree.write({ "a.c": "int a;\n" });
  for (let call = 0; call < 2; call++) await box.zccache(["gcc", "-c", "a.c"], { cwd: box.tree.path });
  const { daemon, endpoint } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
  const said = await statusMode(box);
  for (const label of LABELS) expect(said).toContain(`  ${label}:`);
  expect(said).toContain(`daemon ep:  ${endpoint}`);
  expect(said).toContain(`hits/miss:  ${daemon.cache_hits} / ${daemon.cache_misses}`);
});

test("status mode waits for a silent daemon as long as ZCCACHE_STATUS_PROBE_TIMEOUT_SECS says [daemon 3]", async () => {
  using scene = clientScene();
  using _daemon = scene.daemon(() => {});
  const waits: number[] = [];
  for (const seconds of ["0", "2"]) {
    const env = { ...scene.env, ZCCACHE_STATUS_PROBE_TIMEOUT_SECS: seconds };
    const result = await run([scene.binary, "daemon-run"], { env });
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(result.stdout).toContain("not running");
    waits.push(result.seconds);
  }
  const [short = 0, long = 0] = waits;
  expect(long).toBeLessThan(3);
  expect(long - short).toBeGreaterThan(1.5);
});
