import { expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { utimesSync, writeFileSync } from "node:fs";
import { isServed, readLock } from "../../../src/daemon/probe.ts";
import { places } from "../../../src/ipc/places.ts";
import { readSettings } from "../../../src/sys/environment.ts";
import { isRunning } from "../../../src/sys/process-kill.ts";
import { identifySelf } from "../../../src/sys/self-image.ts";
import { FakeDaemon } from "../../integration/client/fake-daemon.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

function at(tree: TemporaryTree) {
  return places(readSettings({ ZCCACHE_ENDPOINT: tree.at("daemon.sock") }, false));
}

/** A process of this very program, or of another one, until the end of the scope. */
function living(program = process.execPath): ChildProcess & Disposable {
  const args = program === process.execPath ? ["-e", "await Bun.sleep(60_000)"] : ["60"];
  const child = spawn(program, args, { stdio: "ignore" });
  return Object.assign(child, { [Symbol.dispose]: () => void child.kill("SIGKILL") });
}

async function probe(tree: TemporaryTree, lock: string | undefined): Promise<boolean> {
  const where = at(tree);
  if (lock !== undefined) writeFileSync(where.lockFile, lock);
  return await isServed(where, identifySelf());
}

test("isServed() is true for a lock file that names a process of this program, and an endpoint that accepts", async () => {
  using tree = fileTree();
  using _daemon = new FakeDaemon(tree.at("daemon.sock"), () => {});
  using other = living();
  expect(await probe(tree, String(other.pid))).toBe(true);
});

test("isServed() is false without a lock file, for our own pid, and for what is no pid [daemon 8]", async () => {
  using tree = fileTree();
  using daemon = new FakeDaemon(tree.at("daemon.sock"), () => {});
  expect(await probe(tree, undefined)).toBe(false);
  for (const text of [String(process.pid), "", "0", "-1", " 1", "1\n", "12x", "99999999999"]) {
    expect([text, await probe(tree, text)]).toEqual([text, false]);
  }
  expect(daemon.messages).toEqual([]);
});

test("isServed() is false for a living process of another program, which stays alive [daemon 8]", async () => {
  using tree = fileTree();
  using _daemon = new FakeDaemon(tree.at("daemon.sock"), () => {});
  using stranger = living("/usr/bin/sleep");
  expect(await probe(tree, String(stranger.pid))).toBe(false);
  expect(isRunning(stranger.pid ?? 0)).toBe(true);
});

test("isServed() is false for a process that has ended, reaped or not [daemon 8]", async () => {
  using tree = fileTree();
  using _daemon = new FakeDaemon(tree.at("daemon.sock"), () => {});
  const other = living();
  const ended = new Promise((resolve) => other.once("exit", resolve));
  other.kill("SIGKILL");
  await ended;
  expect(await probe(tree, String(other.pid))).toBe(false);
});

test("isServed() is false for a living daemon whose endpoint does not accept [daemon 8]", async () => {
  using tree = fileTree();
  using other = living();
  expect(await probe(tree, String(other.pid))).toBe(false);
  writeFileSync(at(tree).endpoint, "");
  expect(await probe(tree, String(other.pid))).toBe(false);
});

test("isServed() is false for a process that was started long after the lock file was written [daemon 8]", async () => {
  using tree = fileTree();
  using _daemon = new FakeDaemon(tree.at("daemon.sock"), () => {});
  using other = living();
  const where = at(tree);
  writeFileSync(where.lockFile, String(other.pid));
  expect(await isServed(where, identifySelf())).toBe(true);
  const hourAgo = Date.now() / 1000 - 3600;
  utimesSync(where.lockFile, hourAgo, hourAgo);
  expect(await isServed(where, identifySelf())).toBe(false);
});

test("readLock() gives nothing for what can't be read as a file", () => {
  using tree = fileTree({ "directory/x": "" });
  for (const name of ["none", "directory", "directory/x/y"]) expect(readLock(tree.at(name))).toBeUndefined();
});
