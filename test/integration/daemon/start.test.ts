// A daemon started by hand: its flags, its streams, its working directory.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from "node:fs";
import { isErrno } from "../../../src/core/errors.ts";
import { sandbox } from "../../support/sandbox.ts";
import { answering, endpointOf, events, serving } from "./daemon-stage.ts";

setDefaultTimeout(600_000);

test("--help lists the seven flags [daemon 1]", async () => {
  await using box = sandbox();
  const { exitCode, stdout } = await box.zccache(["daemon-run", "--help"]);
  expect(exitCode).toBe(0);
  const flags = [...stdout.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
  const seven = ["config", "log-level", "foreground", "endpoint", "idle-timeout", "no-depgraph-cache", "log-file"];
  expect(flags).toEqual([...seven.map((name) => `--${name}`), "--help", "--version"]);
});

test.each([
  [["--idle-timeout", "abc"], {}, "--idle-timeout"],
  [[], { ZCCACHE_IDLE_TIMEOUT_SECS: "abc" }, "ZCCACHE_IDLE_TIMEOUT_SECS"],
  [["--foreground"], { ZCCACHE_IDLE_TIMEOUT_SECS: "abc" }, "ZCCACHE_IDLE_TIMEOUT_SECS"],
  [["--log-level", "loud"], {}, "--log-level"],
  [["--nonsense"], {}, "--nonsense"],
])("%p under %p exits with 2 and says why [daemon 1]", async (flags, variables, named) => {
  await using box = sandbox();
  const result = await box.zccache(["daemon-run", ...flags], { env: { ...box.env, ...variables } });
  expect([result.exitCode, result.stdout]).toEqual([2, ""]);
  expect(result.stderr).toContain(named);
});

test.each([
  [["--idle-timeout", "5"], { ZCCACHE_IDLE_TIMEOUT_SECS: "abc" }, 5],
  [["--idle-timeout", "5"], { ZCCACHE_IDLE_TIMEOUT_SECS: "7" }, 5],
  [[], { ZCCACHE_IDLE_TIMEOUT_SECS: "7" }, 7],
  [[], {}, 3600],
])("%p under %p is an idle timeout of %d s [daemon 1]", async (flags, env, seconds) => {
  await using box = sandbox();
  await serving(box, flags, { env });
  expect(events(box, "spawn").map((event) => event["idle_timeout"])).toEqual([seconds]);
});

test("a daemon with --idle-timeout 0 outlives one with 1 [daemon 1]", async () => {
  await using never = sandbox();
  await using soon = sandbox();
  const lasting = await serving(never, ["--idle-timeout", "0"]);
  const { ended } = await serving(soon, ["--idle-timeout", "1"]);
  expect(await ended).toBe(0);
  await Bun.sleep(500);
  expect(await answering(endpointOf(never))).toBe(lasting.pid);
});

test("whoever holds the other ends of its streams sees them closed while it serves [daemon 4]", async () => {
  await using box = sandbox();
  const command = [box.binary, "daemon-run", "--foreground"];
  const child = Bun.spawn(command, { env: box.env, stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  expect(await Promise.all([child.stdout.text(), child.stderr.text()])).toEqual(["", ""]);
  expect(await answering(endpointOf(box))).toBe(child.pid);
  expect(["0", "1", "2"].map((fd) => readlinkSync(`/proc/${child.pid}/fd/${fd}`))).toEqual(Array(3).fill("/dev/null"));
});

test("it has nothing open that its starter had", async () => {
  await using box = sandbox();
  box.tree.write({ held: "" });
  const line = `exec "${box.binary}" daemon-run --foreground 5<held 7>held 9>&1`;
  const child = Bun.spawn(["/bin/sh", "-c", line], { env: box.env, cwd: box.tree.path, stdout: "pipe" });
  expect(await answering(endpointOf(box))).toBe(child.pid);
  const open = readdirSync(`/proc/${child.pid}/fd`).map((fd) => linkIfAny(`/proc/${child.pid}/fd/${fd}`));
  expect(open.filter((path) => path.endsWith("/held") || path.startsWith("pipe:"))).toEqual([]);
  expect(await child.stdout.text()).toBe("");
});

/** What a descriptor leads to; nothing where it has been closed since its directory was listed. */
function linkIfAny(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return "";
    throw error;
  }
}

test("--log-file takes the log, and what a second daemon says comes behind it [daemon 5]", async () => {
  await using box = sandbox();
  const log = box.tree.at("daemon.log");
  for (let start = 1; start <= 2; start++) {
    const { ended } = await serving(box, ["--log-file", log, "--config", "x.toml"]);
    await box.stop();
    expect(await ended).toBe(0);
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    expect(lines.filter((line) => line.includes("listens at")).length).toBe(start);
    expect(lines.filter((line) => line.includes("--config")).length).toBe(start);
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z (INFO |WARN ) zccache_\w+\[0\]: /);
  }
});

test("a log file that can't be opened does not keep it from serving [daemon 5]", async () => {
  await using box = sandbox();
  box.tree.write({ file: "" });
  const { pid } = await serving(box, ["--log-file", box.tree.at("file/below")]);
  expect(["0", "1", "2"].map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))).toEqual(Array(3).fill("/dev/null"));
});

test("it leaves the directory that it was started in, which can be removed [daemon 6]", async () => {
  await using box = sandbox();
  const launch = box.tree.at("launch");
  mkdirSync(launch);
  const { pid } = await serving(box, [], { cwd: launch });
  expect(readlinkSync(`/proc/${pid}/cwd`)).toBe(box.tree.at("home/.zccache"));
  rmdirSync(launch);
  expect(existsSync(launch)).toBe(false);
  expect(await answering(endpointOf(box))).toBe(pid);
});
