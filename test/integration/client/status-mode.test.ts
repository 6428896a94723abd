// `zccache-daemon` without --foreground: tells whether a daemon serves, starts nothing, and waits for no answer for long.

import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { withinTries } from "../../support/in-time.ts";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { clientScene } from "./scene.ts";

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
  for (let call = 1; call <= 2; call++) {
    await box.zccache(["gcc", "-c", "a.c"], { cwd: box.tree.path });
    await box.settled(call);
  }
  const { daemon, endpoint } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
  const said = await statusMode(box);
  const rows = [...said.matchAll(/^ {2}([a-z/ ]+): +(.*)$/gm)].map(([, label, value]) => [label, value]);
  const { uptime, ...others } = Object.fromEntries(rows);
  expect(others).toEqual({
    endpoint,
    namespace: "default",
    "lock file": endpoint.replace(/sock$/, "lock"),
    status: "running",
    "daemon ns": daemon.daemon_namespace,
    "daemon ep": endpoint,
    private: "no",
    artifacts: String(daemon.artifact_count),
    "cache size": `${daemon.cache_size_bytes} bytes`,
    metadata: `${daemon.metadata_entries} entries`,
    "hits/miss": `${daemon.cache_hits} / ${daemon.cache_misses}`,
  });
  expect([daemon.cache_hits, daemon.cache_misses, daemon.artifact_count]).toEqual([1, 1, 1]);
  expect(Math.abs(Number.parseInt(uptime, 10) - daemon.uptime_secs)).toBeLessThan(10);
  const columns = [...said.matchAll(/^ {2}[a-z/ ]+: +(?=\S)/gm)].map(([start]) => start.length);
  expect(new Set(columns).size).toBe(1);
});

test("status mode waits for a silent daemon as long as ZCCACHE_STATUS_PROBE_TIMEOUT_SECS says [daemon 3]", async () => {
  using scene = clientScene();
  using _daemon = scene.daemon(() => {});
  await withinTries(async () => {
    const waits: number[] = [];
    for (const seconds of ["0", "2"]) {
      const env = { ...scene.env, ZCCACHE_STATUS_PROBE_TIMEOUT_SECS: seconds };
      const result = await run([scene.binary, "daemon-run"], { env });
      expect(result).toMatchObject({ exitCode: 0, stderr: "" });
      expect(result.stdout).toContain("not running");
      waits.push(result.seconds);
    }
    const [short = 0, long = 0] = waits;
    expect(long - short).toBeGreaterThan(1.5);
    expect(long - short).toBeLessThan(3);
  });
});
