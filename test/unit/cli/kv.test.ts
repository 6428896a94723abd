import { expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { KvStore } from "../../../src/cli/kv-store.ts";
import { interpret } from "../../../src/cli/run.ts";
import { places } from "../../../src/ipc/places.ts";
import { readSettings } from "../../../src/sys/environment.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { surroundings } from "./surroundings.ts";

const KEY = "0a1b2c";
const BYTES = Buffer.from([0, 0xff, 0x0a, 0xc3]);

function around(tree: TemporaryTree) {
  const settings = readSettings({ ZCCACHE_CACHE_DIR: tree.at("cache") }, false);
  return surroundings(tree, { settings, where: places(settings) });
}

function scene(tree: TemporaryTree) {
  const here = around(tree);
  const run = (...args: string[]) => interpret(["kv", ...args], here);
  const json = async (...args: string[]) => JSON.parse((await run(...args, "--json")).stdout);
  return { run, json, store: new KvStore(here.where.root), root: `${here.where.root}/kv` };
}

test("kv get gives the bytes that were put, under keys of either case, and 2 where there are none", async () => {
  using tree = fileTree();
  const { run } = scene(tree);
  writeFileSync(tree.at("value"), BYTES);
  expect(await run("get", "lint", KEY)).toEqual({ exitCode: 2, stdout: "", stderr: "" });
  expect(await run("put", "lint", KEY, "--value-from", tree.at("value"))).toEqual({
    exitCode: 0,
    stdout: "",
    stderr: "",
  });
  const { exitCode, bytes } = await run("get", "lint", KEY.toUpperCase());
  expect([exitCode, bytes]).toEqual([0, BYTES]);
  expect((await run("get", "other", KEY)).exitCode).toBe(2);
});

test("kv says everything as JSON, too", async () => {
  using tree = fileTree({ value: "12345" });
  const { json } = scene(tree);
  const put = ["put", "n", KEY, "--value-from", tree.at("value")];
  expect(await json(...put)).toEqual({ namespace: "n", key: KEY, size_bytes: 5 });
  expect(await json("get", "n", KEY)).toEqual({ namespace: "n", key: KEY, found: true, value_base64: "MTIzNDU=" });
  expect(await json("ls", "n")).toEqual({ namespace: "n", entries: [{ key: KEY, size_bytes: 5 }] });
  const namespaces = [{ namespace: "n", entries: 1, size_bytes: 5 }];
  expect(await json("stats")).toEqual({ entries: 1, size_bytes: 5, namespaces });
  expect(await json("rm", "n", KEY)).toEqual({ namespace: "n", key: KEY, removed: true });
  expect(await json("rm", "n", KEY)).toEqual({ namespace: "n", key: KEY, removed: false });
  expect(await json("get", "n", KEY)).toEqual({ namespace: "n", key: KEY, found: false, value_base64: null });
  expect(await json("clear", "n")).toEqual({ namespace: "n", removed: 0 });
});

test("kv ls, clear and stats are for people, and keep namespaces apart", async () => {
  using tree = fileTree();
  const { run, store } = scene(tree);
  expect((await run("stats")).stdout).toBe("There are no values.\n");
  for (const key of ["ff", "00aa", "0001"]) store.put("a", key, Buffer.alloc(1000));
  store.put("b", "00", Buffer.alloc(0));
  expect((await run("ls", "a")).stdout).toBe("0001\n00aa\nff\n");
  expect((await run("stats")).stdout).toBe("  a  3 values, 3.0 kB\n  b  1 value, 0 bytes\n");
  expect((await run("clear", "a")).stdout).toBe("Removed 3 values.\n");
  expect((await run("ls", "a")).stdout).toBe("");
  expect(store.get("b", "00")).toEqual(Buffer.alloc(0));
});

test.each([
  [["frobnicate"]],
  [["get", "n"]],
  [["get", "n", "0a1"]],
  [["get", "n", "xy"]],
  [["get", "n", "00".repeat(65)]],
  [["get", "../n", KEY]],
  [["ls", "."]],
  [["ls", "n/../../store-3"]],
  [["ls", ""]],
  [["stats", "n"]],
  [["put", "n", KEY]],
  [["put", "n", KEY, "--value-from", "/dev/null", "--value-from-stdin"]],
  [["put", "n", KEY, "--value-from", "/nowhere/at/all"]],
])("kv %j is refused with 1, which never means that there is no value", async (args) => {
  using tree = fileTree();
  const { exitCode, stdout, stderr } = await scene(tree).run(...args);
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toStartWith("zccache: Cannot ");
});

test("KvStore has no value whose file is damaged or cut off, and replaces one whole", async () => {
  using tree = fileTree();
  const { store, root } = scene(tree);
  const path = `${root}/n/0a/${KEY}`;
  store.put("n", KEY, Buffer.from("first"));
  store.put("n", KEY, Buffer.from("second"));
  expect(store.get("n", KEY)?.toString()).toBe("second");
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length += 1) {
    writeFileSync(path, whole.subarray(0, length));
    expect(store.get("n", KEY)).toBeUndefined();
  }
  writeFileSync(path, Buffer.from(whole.map((byte, at) => (at === whole.length - 1 ? byte ^ 1 : byte))));
  expect(store.get("n", KEY)).toBeUndefined();
  expect(readdirSync(`${root}/n/0a`)).toEqual([KEY]);
  expect([statSync(path).mode & 0o777, statSync(`${root}/n`).mode & 0o777]).toEqual([0o600, 0o700]);
});

test("KvStore does not list what is no key of its own", () => {
  using tree = fileTree();
  const { store, root } = scene(tree);
  store.put("n", KEY, Buffer.from("1"));
  writeFileSync(`${root}/n/0a/.zccache-0123`, "left behind");
  writeFileSync(`${root}/n/stray`, "");
  writeFileSync(`${root}/not a namespace`, "");
  expect(store.list("n").map(({ key }) => key)).toEqual([KEY]);
  expect(store.totals().map(({ namespace }) => namespace)).toEqual(["n"]);
});
