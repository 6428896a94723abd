import { describe, expect, test } from "bun:test";
import { watchChild } from "../../../src/shim/child.ts";
import { spawnProgram } from "../../../src/sys/libc.ts";

const none: ReadonlySet<number> = new Set();

function shell(line: string): () => number {
  return () => spawnProgram({ path: "/bin/sh", argv: ["sh", "-c", line], environment: ["PATH=/bin"] }, []);
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
    await expect(watchChild(failing, none)).rejects.toThrow("nothing to start");
    expect(count()).toEqual(before);
  });
  test("installs none for a signal that the caller ignores", async () => {
    let listeners = -1;
    await watchChild(
      () => {
        listeners = process.listenerCount("SIGHUP");
        return shell("exit 0")();
      },
      new Set([1]),
    );
    expect(listeners).toBe(process.listenerCount("SIGHUP"));
  });
});
