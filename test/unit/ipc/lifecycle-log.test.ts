import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { logLifecycle } from "../../../src/ipc/lifecycle-log.ts";
import { places } from "../../../src/ipc/places.ts";
import { readSettings } from "../../../src/sys/environment.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

function at(tree: TemporaryTree) {
  return places(readSettings({ ZCCACHE_CACHE_DIR: tree.at("cache") }, false));
}

const END = { event: "died-shutdown", reason: "graceful-shutdown", uptime_secs: 3 } as const;

test("logLifecycle() appends one JSON line with the envelope, and makes the directory", () => {
  using tree = fileTree();
  const where = at(tree);
  logLifecycle(where, END);
  logLifecycle(where, {
    event: "daemon-died",
    reason: "takeover",
    pid: 1,
    replaced_by_pid: 2,
    replaced_by_version: "3",
  });
  const lines = readFileSync(where.lifecycleLog, "utf8").trimEnd().split("\n");
  const [end, died] = lines.map((line) => JSON.parse(line));
  expect(end).toEqual({ ts_ms: expect.any(Number), pid: process.pid, daemon_namespace: "default", ...END });
  expect(died).toMatchObject({ event: "daemon-died", pid: 1 });
});

test("logLifecycle() renames a log of more than a MiB, once and again, and loses none of its fields [daemon 21]", () => {
  using tree = fileTree();
  const where = at(tree);
  const fill = (mark: string) => `{"event":"${mark}","field_of_another_version":${" ".repeat(1 << 20)}1}\n`;
  logLifecycle(where, END);
  for (const mark of ["first", "second"]) {
    const old = fill(mark);
    tree.write({ [where.lifecycleLog.slice(tree.path.length + 1)]: old });
    logLifecycle(where, END);
    expect(readFileSync(`${where.lifecycleLog}.1`, "utf8")).toBe(old);
    expect(
      readFileSync(where.lifecycleLog, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([END]);
  }
  expect(existsSync(`${where.lifecycleLog}.2`)).toBe(false);
});

test("logLifecycle() lets a log of just a MiB grow [daemon 21]", () => {
  using tree = fileTree();
  const where = at(tree);
  const old = `{"later":{"versions":"say more"}}${" ".repeat((1 << 20) - 34)}\n`;
  tree.write({ [where.lifecycleLog.slice(tree.path.length + 1)]: old });
  logLifecycle(where, END);
  expect(existsSync(`${where.lifecycleLog}.1`)).toBe(false);
  expect(readFileSync(where.lifecycleLog, "utf8").startsWith(old)).toBe(true);
});

test("logLifecycle() keeps a line below 4096 bytes, whatever it is told", () => {
  using tree = fileTree();
  const where = at(tree);
  const reason = "é\n".repeat(5000);
  const mismatch = { daemon_crate_version: "1", daemon_protocol_version: 1, client_protocol_version: 2 };
  logLifecycle(where, { event: "version_mismatch", ...mismatch, reason });
  const line = readFileSync(where.lifecycleLog);
  expect(line.length).toBeLessThan(4096);
  expect(line.length).toBeGreaterThan(1000);
  const read = JSON.parse(line.toString());
  expect(reason.startsWith(read.reason)).toBe(true);
  expect(read).toMatchObject({ event: "version_mismatch", ...mismatch });
});

test("logLifecycle() fails nobody where it can't write", () => {
  using tree = fileTree({ cache: "a file" });
  expect(() => logLifecycle(at(tree), END)).not.toThrow();
});
