import { expect, test } from "bun:test";
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { places } from "../../../src/ipc/places.ts";
import { startDaemon } from "../../../src/shim/start-daemon.ts";
import { readSettings } from "../../../src/sys/environment.ts";
import { lockExclusively } from "../../../src/sys/libc.ts";
import { fileTree } from "../../support/file-tree.ts";

/** Waits for a daemon that another client is starting; none ever answers. @returns how long, and what was noted. */
async function park(lockFile: string | undefined, budgetMs: number, budgetWithProcessMs: number) {
  using tree = fileTree();
  const where = places(readSettings({ ZCCACHE_CACHE_DIR: tree.at("c") }, false));
  for (const path of [where.spawnLock, where.lockFile, where.endpoint]) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  }
  if (lockFile !== undefined) writeFileSync(where.lockFile, lockFile);
  const lock = openSync(where.spawnLock, "w", 0o600);
  expect(lockExclusively(lock)).toBe(true);
  const began = performance.now();
  const connection = await startDaemon(where, { environment: [], budgetMs, budgetWithProcessMs });
  closeSync(lock);
  expect(connection).toBeUndefined();
  const { event, reason } = JSON.parse(tree.read(where.lifecycleLog.slice(tree.path.length + 1)).toString());
  return { waitedMs: performance.now() - began, event, reason };
}

const NOBODY = "4194304"; // above every pid that Linux gives (PID_MAX_LIMIT)

test("startDaemon() waits longer for a daemon whose process is there", async () => {
  const { waitedMs, ...noted } = await park(String(process.pid), 50, 1500);
  expect(waitedMs).toBeGreaterThan(1500);
  expect(noted).toEqual({ event: "spawn-parked", reason: "initial-start" });
});

test.each([
  [undefined, "initial-start"],
  [NOBODY, "replaced-unreachable"],
])("startDaemon() waits no longer than for any where the lock file holds %s", async (lockFile, reason) => {
  const { waitedMs, ...noted } = await park(lockFile, 50, 3_600_000);
  expect(waitedMs).toBeGreaterThan(50);
  expect(noted).toEqual({ event: "spawn-parked", reason });
});
