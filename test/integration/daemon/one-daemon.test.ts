// One daemon for an endpoint: who comes second, who comes after a dead one, and where none can be. ZCCACHE_TEST_ROUNDS:
// how many races.

import { expect, setDefaultTimeout, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { VERSION } from "../../../src/core/version.ts";
import { quickest } from "../../support/in-time.ts";
import { titled } from "../../support/missing.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { answering, endpointOf, events, inRoot, lockText, serving, startDaemon } from "./daemon-stage.ts";

setDefaultTimeout(600_000);

// A second of a test with a program that ends at once.
const AT_ONCE_MS = 1000;
const ROUNDS = Number(process.env["ZCCACHE_TEST_ROUNDS"] ?? 5);
const AT_ONCE = 16;

test("a second daemon ends at once with 0, and nothing shows that it was there [daemon 7]", async () => {
  await using box = sandbox();
  const { pid } = await serving(box);
  // Written after the first request may have been answered.
  await until(() => existsSync(inRoot(box, "daemon.running-process.json")));
  const traces = () => ({ log: events(box), lock: lockText(box), names: readdirSync(inRoot(box, "")).sort() });
  const before = traces();
  const endOfSecond = async () => {
    const second = startDaemon(box);
    expect(await second.ended).toBe(0);
    return 1000 * (await second.lasted);
  };
  expect(await quickest(AT_ONCE_MS, endOfSecond)).toBeLessThanOrEqual(AT_ONCE_MS);
  expect(traces()).toEqual(before);
  expect(await answering(endpointOf(box))).toBe(pid);
});

test(`of ${AT_ONCE} daemons at once one serves and the others end with 0, ${ROUNDS} times [daemon 9]`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await using box = sandbox();
    const all = Array.from({ length: AT_ONCE }, () => startDaemon(box));
    const survivor = await answering(endpointOf(box));
    const losers = all.filter(({ pid }) => pid !== survivor);
    expect(await Promise.all(losers.map(({ ended }) => ended))).toEqual(Array(AT_ONCE - 1).fill(0));
    expect(events(box).map(({ event, pid }) => [event, pid])).toEqual([["spawn", survivor]]);
    expect(lockText(box)).toBe(String(survivor));
    expect(await answering(endpointOf(box))).toBe(survivor);
  }
});

test(`${AT_ONCE} clients at once start one daemon with one log [daemon 9]`, async () => {
  await using box = sandbox();
  const names = Array.from({ length: AT_ONCE }, (_, index) => `unit${index}`);
  box.tree.write(Object.fromEntries(names.map((name) => [`${name}.c`, `int ${name};\n`])));
  const calls = names.map((name) => box.zccache(["gcc", "-c", `${name}.c`], { cwd: box.tree.path }));
  const results = await Promise.all(calls);
  expect(results.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(names.map(() => [0, ""]));
  expect(events(box, "spawn").length).toBe(1);
  expect(events(box, "spawn-attempt")).toMatchObject([{ reason: "initial-start", version: VERSION }]);
  for (const parked of events(box, "spawn-parked")) expect(parked).toMatchObject({ reason: "initial-start" });
  expect(readdirSync(inRoot(box, "logs")).filter((name) => name.startsWith("daemon-spawn")).length).toBe(1);
});

test("a file in the way of the endpoint's directory is exit code 1, and no lock file stays [daemon 10]", async () => {
  await using box = sandbox();
  box.tree.write({ file: "" });
  const result = startDaemon(box, ["--endpoint", box.tree.at("file/x.sock"), "--log-file", box.tree.at("log")]);
  expect(await result.ended).toBe(1);
  expect(readFileSync(box.tree.at("log"), "utf8")).toContain(`ERROR zccache_daemon[0]: Cannot serve`);
  expect(existsSync(box.tree.at("file/x.sock.lock"))).toBe(false);
  expect(lockText(box)).toBeUndefined();
});

test("a lock file of another process stays where the daemon can't serve [daemon 10]", async () => {
  await using box = sandbox();
  mkdirSync(box.tree.at("d"), { mode: 0o755 });
  writeFileSync(box.tree.at("d/x.sock.lock"), "1");
  expect(await startDaemon(box, ["--endpoint", box.tree.at("d/x.sock")]).ended).toBe(1);
  expect(readdirSync(box.tree.at("d"))).toEqual(["x.sock.lock"]);
});

const reason = process.getuid?.() === 0 ? undefined : "only root can give a directory away";
const NOBODY = 65534;

test.skipIf(reason !== undefined)(
  titled("a directory of another user is exit code 1 with a message, and nothing is put into it [daemon 10]", reason),
  async () => {
    await using box = sandbox();
    mkdirSync(box.tree.at("theirs"), { mode: 0o700 });
    chownSync(box.tree.at("theirs"), NOBODY, NOBODY);
    const log = box.tree.at("log");
    const { ended } = startDaemon(box, ["--endpoint", box.tree.at("theirs/x.sock"), "--log-file", log]);
    expect(await ended).toBe(1);
    expect(readFileSync(log, "utf8")).toContain(`it belongs to user ${NOBODY}`);
    expect(readdirSync(box.tree.at("theirs"))).toEqual([]);
  },
);

test("after kill -9 the next one takes over, and says whom it replaces [daemon 11]", async () => {
  await using box = sandbox();
  const first = await serving(box);
  process.kill(first.pid, "SIGKILL");
  expect(await first.ended).toBe("SIGKILL");
  expect([existsSync(endpointOf(box)), lockText(box)]).toEqual([true, String(first.pid)]);
  const second = await serving(box);
  expect(await answering(endpointOf(box))).toBe(second.pid);
  expect(lockText(box)).toBe(String(second.pid));
  expect(events(box)).toMatchObject([
    { event: "spawn", pid: first.pid },
    {
      event: "daemon-died",
      pid: first.pid,
      reason: "takeover",
      replaced_by_pid: second.pid,
      replaced_by_version: VERSION,
    },
    { event: "pipe-handover", inbound_pid: second.pid, outbound_pid: first.pid, reason: "previous-died" },
    { event: "spawn", pid: second.pid },
  ]);
  // Killed is not crashed.
  expect((await box.zccache(["crashes"])).stdout).toBe("No crashes.\n");
});

test("the spawn event has its six fields and the envelope, and the lock file's process id [daemon 12]", async () => {
  await using box = sandbox();
  const { pid } = await serving(box, ["--idle-timeout", "90"]);
  const [{ ts_ms, ...event } = {}] = events(box);
  expect(Math.abs(Date.now() - Number(ts_ms))).toBeLessThan(60_000);
  expect(event).toEqual({
    event: "spawn",
    pid,
    daemon_namespace: "default",
    endpoint: endpointOf(box),
    idle_timeout: 90,
    version: VERSION,
    client_version: VERSION,
    client_binary_path: box.binary,
  });
  expect(lockText(box)).toBe(String(pid));
});

test("namespaces and cache roots share no endpoint, lock or log; a root and its version directory do [daemon 20]", async () => {
  await using box = sandbox();
  await using other = sandbox();
  const cache = { ZCCACHE_CACHE_DIR: inRoot(box, "") };
  const first = await serving(box);
  const second = startDaemon(box, [], { env: { ZCCACHE_DAEMON_NAMESPACE: "dev x" } });
  const third = await serving(other);
  expect(await startDaemon(box, [], { env: cache }).ended).toBe(0);
  const named = inRoot(box, `daemon-dev_x-v${VERSION}`);
  expect(await answering(`${named}.sock`)).toBe(second.pid);
  expect(readFileSync(`${named}.lock`, "utf8")).toBe(String(second.pid));
  expect(namedSpawns(box)).toEqual([second.pid]);
  expect(events(box, "spawn").map(({ pid }) => pid)).toEqual([first.pid]);
  expect(events(other, "spawn").map(({ pid }) => pid)).toEqual([third.pid]);
  process.kill(second.pid);
  expect(await second.ended).toBe(0);
  expect(await answering(endpointOf(box))).toBe(first.pid);
});

test("logs of days before go when a client starts a daemon; the lifecycle log and records stay", async () => {
  await using box = sandbox();
  await box.zccache(["start"]);
  await box.stop();
  const [spawnLog = ""] = readdirSync(inRoot(box, "logs")).filter((name) => name.startsWith("daemon-spawn"));
  const old = ["daemon-lifecycle.log", "session.log", "compile_journal.jsonl", spawnLog];
  const { utimesSync } = await import("node:fs");
  // A name that is no UTF-8 keeps nothing else.
  const odd = Buffer.concat([Buffer.from(inRoot(box, "logs/")), Buffer.from([0xff])]);
  writeFileSync(odd, "");
  utimesSync(odd, 1e9, 1e9);
  for (const name of old) {
    const path = inRoot(box, `logs/${name}`);
    if (!existsSync(path)) writeFileSync(path, "");
    utimesSync(path, 1e9, 1e9);
  }
  writeFileSync(inRoot(box, "logs/young.log"), "");
  await box.zccache(["start"]);
  await until(() => !existsSync(inRoot(box, "logs/session.log")) && !existsSync(odd));
  const left = readdirSync(inRoot(box, "logs"));
  expect(left).not.toContain(spawnLog);
  expect(existsSync(odd)).toBe(false);
  for (const name of ["daemon-lifecycle.log", "compile_journal.jsonl", "young.log"]) expect(left).toContain(name);
});

function namedSpawns(box: Sandbox): unknown[] {
  const log = readFileSync(inRoot(box, "daemon-state/dev_x/logs/daemon-lifecycle-dev_x.log"), "utf8");
  const lines = log.split("\n").filter((line) => line !== "");
  return lines.map((line): Record<string, unknown> => JSON.parse(line)).map(({ pid }) => pid);
}
