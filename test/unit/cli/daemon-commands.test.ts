import { describe, expect, test } from "bun:test";
import { interpret } from "../../../src/cli/run.ts";
import { VERSION } from "../../../src/core/version.ts";
import { encodeFrame } from "../../../src/ipc/codec.ts";
import type { WireMap } from "../../../src/ipc/fields.ts";
import { type Exchange, FakeDaemon } from "../../integration/client/fake-daemon.ts";
import { fileTree } from "../../support/file-tree.ts";
import { surroundings } from "./surroundings.ts";

const CLEARED = {
  type: "Cleared",
  artifacts_removed: 61,
  metadata_cleared: 1,
  dep_graph_contexts_cleared: 1,
  on_disk_bytes_freed: 14_200_000,
};

function aged(version: string): WireMap {
  return { type: "Status", version, daemon_namespace: "default", endpoint: "/e", cache_dir: "/c" };
}

const ANOTHER_PROTOCOL = ofProtocol(
  7,
  "Cannot serve protocol 1: this is zccache 9.0.0 with protocol 7; run `zccache stop`",
);

function ofProtocol(protocol: number, message: string): Buffer {
  const frame = encodeFrame({ type: "Error", message });
  // The map's first pair: a text of one letter, then a small number.
  frame[frame.indexOf("v", 0, "latin1") + 1] = protocol;
  return frame;
}

describe("start", () => {
  test("with a daemon there is nothing to do", async () => {
    using tree = fileTree();
    using daemon = new FakeDaemon(tree.at("daemon.sock"), ({ reply }) => reply(aged(VERSION)));
    const around = surroundings(tree);
    const settings = { ...around.settings, noSpawn: false };
    const result = await interpret(["start"], { ...around, settings });
    expect([result.exitCode, result.stderr]).toEqual([0, ""]);
    expect(daemon.messages.map(({ type }) => type)).toEqual(["Status"]);
    expect(result.stdout).toContain(`The daemon runs already (process ${process.pid}, ${tree.at("daemon.sock")}).`);
  });
  test("uses a daemon that is newer, too busy to tell, or older where it may start none", async () => {
    const answers = [
      aged("99.0.0"),
      { type: "Backpressure", queue_depth: 1, retry_after_ms: 1, reason: "x" },
      undefined,
    ];
    for (const answer of answers) {
      using tree = fileTree();
      const behave = ({ reply }: Exchange) => reply(answer ?? aged("0.0.1"));
      using daemon = new FakeDaemon(tree.at("daemon.sock"), behave);
      const around = surroundings(tree);
      const settings = { ...around.settings, noSpawn: answer === undefined };
      const result = await interpret(["start"], { ...around, settings });
      expect(result.stdout).toContain("The daemon runs already");
      expect(daemon.all("Shutdown")).toEqual([]);
    }
  });
  test("says both protocols of a daemon with another one, and what to do [protocol 3]", async () => {
    using tree = fileTree();
    using _daemon = new FakeDaemon(tree.at("daemon.sock"), ({ raw }) => raw(ANOTHER_PROTOCOL));
    const around = surroundings(tree);
    const result = await interpret(["start"], { ...around, settings: { ...around.settings, noSpawn: false } });
    expect(result.exitCode).toBe(1);
    for (const part of ["protocol 1", "protocol 7", "zccache stop"]) expect(result.stderr).toContain(part);
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
