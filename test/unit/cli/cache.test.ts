import { expect, test } from "bun:test";
import { symlinkSync, utimesSync } from "node:fs";
import { interpret } from "../../../src/cli/run.ts";
import { VERSION } from "../../../src/core/version.ts";
import { places } from "../../../src/ipc/places.ts";
import { readSettings } from "../../../src/sys/environment.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { surroundings } from "./surroundings.ts";

function around(tree: TemporaryTree, more: Record<string, string> = {}) {
  const settings = readSettings({ ZCCACHE_CACHE_DIR: tree.at("cache"), ...more }, false);
  return surroundings(tree, { settings, where: places(settings) });
}

test("cache list shows the cache of each version with its size and when it was used", async () => {
  using tree = fileTree({
    "cache/v0.0.1/objects/one": "x".repeat(10_000),
    "cache/v0.0.2/daemon-v0.0.2.lock": String(process.pid),
    "cache/v0.0.3/daemon-v0.0.3.lock": "no number",
    [`cache/v${VERSION}/file`]: "",
    "cache/other/file": "",
  });
  const ages = ["0.0.1", "0.0.2", "0.0.3", VERSION].map((version, index) => {
    const time = 1_700_000_000 + index;
    for (const name of ["objects", "daemon-v0.0.2.lock", "daemon-v0.0.3.lock", "file", ""]) {
      try {
        utimesSync(tree.at(`cache/v${version}/${name}`), time, time);
      } catch {
        // Not in this one.
      }
    }
    return time;
  });
  const { exitCode, stdout } = await interpret(["cache", "list", "--json"], around(tree));
  const rows: Record<string, unknown>[] = JSON.parse(stdout);
  expect(exitCode).toBe(0);
  expect(rows.map(({ size_bytes: _, ...row }) => row)).toEqual(
    [
      { version: "0.0.1", status: "other", last_active_unix: ages[0], path: tree.at("cache/v0.0.1") },
      { version: "0.0.2", status: "running", last_active_unix: ages[1], path: tree.at("cache/v0.0.2") },
      { version: "0.0.3", status: "other", last_active_unix: ages[2], path: tree.at("cache/v0.0.3") },
      { version: VERSION, status: "current", last_active_unix: ages[3], path: tree.at(`cache/v${VERSION}`) },
    ].reverse(),
  );
  const [size = 0] = rows.filter(({ version }) => version === "0.0.1").map((row) => Number(row["size_bytes"]));
  expect(size).toBeWithin(10_000, 100_000);
  const text = (await interpret(["cache", "list"], around(tree))).stdout.trimEnd().split("\n");
  expect(text.map((line) => line.split(/ {2,}/)[0])).toEqual([VERSION, "0.0.3", "0.0.2", "0.0.1"]);
});

test("cache list takes a lock that has gone while it looked for none", async () => {
  using tree = fileTree({ "cache/v0.0.1/file": "" });
  symlinkSync("gone", tree.at("cache/v0.0.1/daemon-v0.0.1.lock"));
  const { exitCode, stdout } = await interpret(["cache", "list", "--json"], around(tree));
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, [{ version: "0.0.1", status: "other" }]]);
});

test("cache list says that there is none, and what else is no such list", async () => {
  using tree = fileTree();
  expect(await interpret(["cache", "list"], around(tree))).toMatchObject({
    exitCode: 0,
    stdout: `There is no cache in ${tree.at("cache")}.\n`,
  });
  expect((await interpret(["cache", "list", "--json"], around(tree))).stdout).toBe("[]\n");
  expect((await interpret(["cache", "sizes"], around(tree))).exitCode).toBe(2);
});

test("cache-root shows the directory, and what decided it", async () => {
  using tree = fileTree();
  const root = tree.at(`cache/v${VERSION}`);
  expect((await interpret(["cache-root"], around(tree))).stdout).toBe(`${root}\n`);
  expect(JSON.parse((await interpret(["cache-root", "--json"], around(tree))).stdout)).toEqual({
    cache_root: root,
    source: "env:ZCCACHE_CACHE_DIR",
    daemon_namespace: "default",
    daemon_endpoint: `${root}/daemon-v${VERSION}.sock`,
  });
  const home = around(tree, { ZCCACHE_CACHE_DIR: "", HOME: tree.path, ZCCACHE_DAEMON_NAMESPACE: "a b" });
  expect(JSON.parse((await interpret(["cache-root", "--json"], home)).stdout)).toMatchObject({
    cache_root: tree.at(`.zccache/v${VERSION}`),
    source: "default:platform_dirs",
    daemon_namespace: "a_b",
  });
});
