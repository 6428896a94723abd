import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { symlinkSync } from "node:fs";
import { isRunning, killIf, processStat, readProcess, startedAtMs } from "../../../src/sys/process-kill.ts";
import { fileTree } from "../../support/file-tree.ts";
import { until } from "../../support/until.ts";

test("killIf() kills the process that is meant, and no other (S23)", async () => {
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  const pid = child.pid ?? 0;
  const ended = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  expect(killIf(pid, () => false)).toBe(false);
  expect(isRunning(pid)).toBe(true);
  expect(killIf(pid, (candidate) => candidate === pid)).toBe(true);
  expect(await ended).toBe("SIGKILL");
  expect(isRunning(pid)).toBe(false);
  expect(killIf(pid, () => true)).toBe(false);
});

test("isRunning() takes a process that only waits to be reaped for ended, one of another user for running", async () => {
  // The shell becomes a program that never waits for the child that it had before.
  const shell = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  const pid = Number(await new Promise((resolve) => shell.stdout.once("data", resolve)));
  while (!readProcess(pid, "stat").includes(") Z")) await Bun.sleep(5);
  expect(isRunning(pid)).toBe(false);
  shell.kill("SIGKILL");
  expect(isRunning(1)).toBe(true);
  expect(isRunning(2 ** 22 + 1)).toBe(false);
});

test("processStat() is not led astray by a process's name", async () => {
  using tree = fileTree();
  const named = tree.at("a) Z (b");
  symlinkSync("/bin/sleep", named);
  const child = spawn(named, ["60"], { stdio: "ignore" });
  await until(() => readProcess(child.pid ?? 0, "stat").includes("a) Z (b)"));
  const stat = processStat(child.pid ?? 0);
  expect(stat?.state).toMatch(/^[RSD]$/);
  expect(Math.abs((startedAtMs(child.pid ?? 0) ?? 0) - Date.now())).toBeLessThan(60_000);
  child.kill("SIGKILL");
  expect(processStat(2 ** 22 + 1)).toBeUndefined();
});

test("readProcess() gives nothing of a process that is not there", () => {
  expect(readProcess(process.pid, "stat")).toStartWith(`${process.pid} (`);
  expect(readProcess(2 ** 22 + 1, "maps")).toBe("");
});
