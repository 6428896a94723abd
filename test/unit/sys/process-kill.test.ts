import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { isRunning, killIf, readProcess } from "../../../src/sys/process-kill.ts";

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

test("readProcess() gives nothing of a process that is not there", () => {
  expect(readProcess(process.pid, "stat")).toStartWith(`${process.pid} (`);
  expect(readProcess(2 ** 22 + 1, "maps")).toBe("");
});
