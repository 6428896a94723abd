// session-start, session-stats and session-end as scripts call them.

import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { run } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { clientForAll, statusOf } from "./connect.ts";
import { gcc, journalOf } from "./requests.ts";

const { box, client } = await clientForAll();

const FIGURES = {
  compilations: 2,
  hits: 1,
  misses: 1,
  non_cacheable: 0,
  errors: 0,
  errors_cached: 0,
  unique_sources: 1,
  hit_rate: 0.5,
  lookup_outcomes: {
    depgraph_hit_artifact_hit: 1,
    depgraph_hit_artifact_miss: 0,
    depgraph_cold_skip: 1,
    depgraph_other_miss: {},
  },
  phase_profile: expect.objectContaining({ hit_count: 1, miss_count: 1 }),
};

test("a session from its start to its end, as JSON", async () => {
  box.tree.write({ "v.c": "int v;\n" });
  const args = ["session-start", "--stats", "--journal", "v.jsonl", "--log", "v.log", "--profile"];
  const started = await box.zccache(args, { cwd: box.tree.path });
  expect(started.stdout.match(/\n/g)).toHaveLength(1);
  const { session_id, started_at, journal_path } = JSON.parse(started.stdout);
  expect([Number.isNaN(Date.parse(started_at)), journal_path]).toEqual([false, box.tree.at("v.jsonl")]);
  for (let count = 0; count < 2; count += 1) await client.ask("Compile", gcc(box, session_id, ["-c", "v.c"]));
  const stats = await box.zccache(["session-stats", session_id, "--json"]);
  const size = readFileSync(box.tree.at("v.o")).length;
  const expected = { status: "ok", session_id, ...FIGURES, bytes_read: size, bytes_written: size };
  expect(JSON.parse(stats.stdout)).toMatchObject(expected);
  const ended = await box.zccache(["session-end", "--json", session_id]);
  expect([ended.exitCode, ended.stderr]).toEqual([0, ""]);
  expect(JSON.parse(ended.stdout)).toMatchObject(expected);
  expect(Object.keys(JSON.parse(ended.stdout))).toEqual(Object.keys(JSON.parse(stats.stdout)));
  expect(journalOf(journal_path)).toHaveLength(2);
  expect(readFileSync(box.tree.at("v.log"), "utf8")).toContain(session_id);
});

test("calls of stand-ins count in the session that ZCCACHE_SESSION_ID names, and in no other", async () => {
  box.tree.write({ "standing.c": "int standing;\n" });
  const started = await box.zccache(["session-start", "--stats", "--journal", "standing.jsonl"], {
    cwd: box.tree.path,
  });
  const { session_id } = JSON.parse(started.stdout);
  const other = JSON.parse((await box.zccache(["session-start", "--stats"])).stdout).session_id;
  const env = { ...box.env, ZCCACHE_SESSION_ID: session_id };
  const gcc = (args: string) => run(["/bin/sh", "-c", `${box.binary} gcc ${args}`], { cwd: box.tree.path, env });
  const calls = [
    "-c standing.c",
    "-c standing.c",
    "-c -x c - -o in.o < standing.c",
    "-c nothing.c",
    "-c standing.c -o /dev/stdout",
  ];
  for (const args of calls) await gcc(args);
  await box.zccache(["gcc", "-c", "standing.c"], { cwd: box.tree.path });
  const { stdout } = await box.zccache(["session-end", "--json", session_id]);
  expect(JSON.parse(stdout)).toMatchObject({ compilations: 5, hits: 1, misses: 2, non_cacheable: 2, errors: 1 });
  const lines = journalOf(box.tree.at("standing.jsonl"));
  expect(lines.map(({ outcome, exit_code }) => [outcome, exit_code])).toEqual([
    ["miss", 0],
    ["hit", 0],
    ["miss", 0],
    ["error", 1],
    ["miss", null],
  ]);
  const unnamed = await box.zccache(["session-end", "--json", other]);
  expect(JSON.parse(unnamed.stdout)).toMatchObject({ compilations: 0 });
});

test("figures for people are on standard error", async () => {
  const { session_id } = JSON.parse((await box.zccache(["session-start", "--stats"])).stdout);
  for (const verb of ["session-stats", "session-end"]) {
    const said = await box.zccache([verb, session_id]);
    expect([said.exitCode, said.stdout]).toEqual([0, ""]);
    expect(said.stderr).toContain(`Session ${session_id}`);
  }
});

test("where there are no figures the reason is said", async () => {
  const { session_id } = JSON.parse((await box.zccache(["session-start"])).stdout);
  const reasonOf = async (verb: string) => {
    const { exitCode, stdout } = await box.zccache([verb, session_id, "--json"]);
    return [exitCode, JSON.parse(stdout)];
  };
  const unavailable = { status: "unavailable", session_id };
  expect(await reasonOf("session-stats")).toEqual([0, { ...unavailable, reason: "stats_not_enabled" }]);
  expect(await reasonOf("session-end")).toEqual([0, { ...unavailable, reason: "stats_not_enabled" }]);
  expect(await reasonOf("session-end")).toEqual([0, { ...unavailable, reason: "stats_unavailable" }]);
  expect(await reasonOf("session-stats")).toEqual([1, { ...unavailable, reason: "stats_unavailable" }]);
});

test.each([
  [["session-start", "--journal", "x.txt"], 1, ".jsonl"],
  [["session-start", "--owner-pid", "me"], 2, "--owner-pid"],
  [["session-start", "--private-env", "novalue"], 2, "--private-env"],
  [["session-end", "nonsense"], 1, '"session_id" is missing or not as it should be'],
  [["session-stats", "nonsense"], 1, '"session_id" is missing or not as it should be'],
  [["session-end"], 2, "id"],
])("%p is exit code %i and says why", async (args, exitCode, text) => {
  const said = await box.zccache(args, { cwd: box.tree.path });
  expect([said.exitCode, said.stdout]).toEqual([exitCode, ""]);
  expect(said.stderr).toContain(text);
});

test("a daemon that has gone has ended every session", async () => {
  await using other = sandbox();
  const { session_id } = JSON.parse((await other.zccache(["session-start", "--stats"])).stdout);
  await other.stop();
  expect((await other.zccache(["session-end", session_id])).exitCode).toBe(0);
  expect((await other.zccache(["session-stats", session_id])).exitCode).toBe(1);
  expect(other.daemons()).toEqual([]);
});

test("a private daemon is started where the flags say, belongs to the caller and shows names only", async () => {
  const flags = ["--cache-dir", box.tree.at("own"), "--daemon-name", "mine", "--private-daemon"];
  const variables = ["--private-env", "ZCC_A=hidden-value", "--private-env", "ZCC_B=x=y"];
  const started = await box.zccache(["session-start", ...flags, ...variables]);
  expect([started.exitCode, started.stderr]).toEqual([0, ""]);
  await using own = sandbox();
  Object.assign(own.env, { ...box.env, ZCCACHE_CACHE_DIR: box.tree.at("own"), ZCCACHE_DAEMON_NAMESPACE: "mine" });
  try {
    const { private_daemon, daemon_namespace, cache_dir } = await statusOf(own);
    expect([daemon_namespace, cache_dir.startsWith(box.tree.at("own"))]).toEqual(["mine", true]);
    expect(private_daemon).toEqual({
      enabled: true,
      owners: [{ pid: process.pid, ref_count: 1 }],
      private_env_keys: ["ZCC_A", "ZCC_B"],
    });
    expect(existsSync(box.tree.at("own"))).toBe(true);
    expect((await statusOf(box)).private_daemon.enabled).toBe(false);
  } finally {
    await own.zccache(["stop"]);
  }
});
