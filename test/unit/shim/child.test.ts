import { describe, expect, test } from "bun:test";
import { type Watched, watchChild } from "../../../src/shim/child.ts";
import { spawnProgram } from "../../../src/sys/processes.ts";
import { withinTries } from "../../support/in-time.ts";

const none: ReadonlySet<number> = new Set();

function shell(line: string, follow: () => void = () => undefined): Watched {
  const program = { path: "/bin/sh", argv: ["sh", "-c", line], environment: ["PATH=/bin"] };
  return { start: () => spawnProgram(program, []), follow };
}

describe("watchChild()", () => {
  test.each([
    ["exit 0", { exitCode: 0, signal: undefined }],
    ["exit 77", { exitCode: 77, signal: undefined }],
    ["sleep 0.2; exit 3", { exitCode: 3, signal: undefined }],
    ["kill -KILL $$", { exitCode: 0, signal: 9 }],
  ])("tells how `%s` ended", async (line, expected) => {
    expect(await watchChild(shell(line), none)).toEqual(expected);
  });
  test("leaves no handler behind, also if nothing could be started", async () => {
    const count = () => ["SIGCHLD", "SIGINT", "SIGTERM"].map((name) => process.listenerCount(name));
    const before = count();
    await watchChild(shell("exit 0"), none);
    const failing = () => {
      throw new Error("nothing to start");
    };
    await expect(watchChild({ ...shell(""), start: failing }, none)).rejects.toThrow("nothing to start");
    expect(count()).toEqual(before);
  });
  test("follows a tool that takes its time, and no other", async () => {
    const looksAt = async (line: string) => {
      let looks = 0;
      const follow = () => {
        looks++;
      };
      await watchChild(shell(line, follow), none);
      return looks;
    };
    await withinTries(async () => expect(await looksAt("exit 0")).toBe(0));
    await withinTries(async () => expect(await looksAt("sleep 0.5")).toBeGreaterThan(5));
  });
  test("installs none for a signal that the caller ignores", async () => {
    let listeners = -1;
    const start = (): number => {
      listeners = process.listenerCount("SIGHUP");
      return shell("exit 0").start();
    };
    await watchChild({ ...shell(""), start }, new Set([1]));
    expect(listeners).toBe(process.listenerCount("SIGHUP"));
  });
});
