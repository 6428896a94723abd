import { describe, expect, test } from "bun:test";
import { interpret } from "../../../src/cli/run.ts";
import { FakeDaemon } from "../../integration/client/fake-daemon.ts";
import { fileTree } from "../../support/file-tree.ts";
import { surroundings } from "./surroundings.ts";

const CLEARED = {
  type: "Cleared",
  artifacts_removed: 61,
  metadata_cleared: 1,
  dep_graph_contexts_cleared: 1,
  on_disk_bytes_freed: 14_200_000,
};

describe("start", () => {
  test("with a daemon there is nothing to do", async () => {
    using tree = fileTree();
    using daemon = new FakeDaemon(tree.at("daemon.sock"), () => {});
    const result = await interpret(["start"], surroundings(tree));
    expect([result.exitCode, result.stderr, daemon.messages]).toEqual([0, "", []]);
    expect(result.stdout).toContain(`The daemon runs already (process ${process.pid}, ${tree.at("daemon.sock")}).`);
  });
  test("says that ZCCACHE_NO_SPAWN forbids it", async () => {
    using tree = fileTree();
    const result = await interpret(["start"], surroundings(tree));
    expect([result.exitCode, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toContain("ZCCACHE_NO_SPAWN");
  });
  test("names the file that is in the way", async () => {
    using tree = fileTree({ file: "" });
    const around = surroundings(tree);
    const where = { ...around.where, endpoint: tree.at("none"), spawnLock: tree.at("file/lock") };
    const settings = { ...around.settings, noSpawn: false };
    const result = await interpret(["start"], { ...around, settings, where });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(tree.at("file"));
  });
});

describe("stop", () => {
  test("without a daemon there is nothing to do", async () => {
    using tree = fileTree();
    const result = await interpret(["stop"], surroundings(tree));
    expect(result).toEqual({ exitCode: 0, stdout: "No daemon is running.\n", stderr: "" });
  });
  test("waits for the daemon's process, as long as ZCCACHE_STOP_TIMEOUT_SECS says", async () => {
    using tree = fileTree();
    using daemon = new FakeDaemon(tree.at("daemon.sock"), ({ reply }) => reply({ type: "ShuttingDown" }));
    const began = performance.now();
    // The fake daemon is this very process, which does not end.
    const result = await interpret(["stop"], surroundings(tree, { environment: ["ZCCACHE_STOP_TIMEOUT_SECS=1"] }));
    expect(performance.now() - began).toBeGreaterThan(1000);
    expect([result.exitCode, result.stdout, daemon.all("Shutdown").length]).toEqual([1, "", 1]);
    expect(result.stderr).toContain(`process ${process.pid} still finishes its work after 1 s`);
  });
  test("names the process of a daemon that does not answer", async () => {
    using tree = fileTree();
    using _daemon = new FakeDaemon(tree.at("daemon.sock"), ({ hangUp }) => hangUp());
    const result = await interpret(["stop"], surroundings(tree));
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(`end process ${process.pid} by hand`);
  });
});

describe("clear", () => {
  test("says how much is gone", async () => {
    using tree = fileTree();
    using _daemon = new FakeDaemon(tree.at("daemon.sock"), ({ reply }) => reply(CLEARED));
    const result = await interpret(["clear"], surroundings(tree));
    expect(result).toEqual({ exitCode: 0, stdout: "Cleared the cache: 61 artifacts, 14.2 MB.\n", stderr: "" });
  });
});
