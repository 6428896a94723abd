import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { type RawText, rawToBytes } from "../../../src/core/raw-text.ts";
import { scanTree, type TreeFilter } from "../../../src/key/scan-tree.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

const FILES = {
  "x.rs": "",
  "lib.c": "",
  "a/y.RS": "",
  "a/b/z.c": "",
  "a/.hid.rs": "",
  "gen/g.rs": "",
  "a/gen/h.c": "",
};

const ROWS: readonly (readonly [filter: Partial<TreeFilter>, names: readonly string[]])[] = [
  [{}, ["a/.hid.rs", "a/b/z.c", "a/gen/h.c", "a/y.RS", "gen/g.rs", "lib.c", "x.rs"]],
  [{ extensions: ["rs"] }, ["a/.hid.rs", "a/y.RS", "gen/g.rs", "x.rs"]],
  [{ extensions: ["rs", "c"], exclude: ["gen"] }, ["a/.hid.rs", "a/b/z.c", "a/y.RS", "lib.c", "x.rs"]],
  [{ extensions: ["s"] }, []],
  [{ include: ["**/*.rs"] }, ["a/.hid.rs", "gen/g.rs", "x.rs"]],
  [{ include: ["*.{rs,c}", "./a/b/*"] }, ["a/b/z.c", "lib.c", "x.rs"]],
  [{ include: ["x.rs", "./x.rs", "a//y.RS", "a/./b/z.c"] }, ["a/b/z.c", "a/y.RS", "x.rs"]],
  [{ include: ["gen/", "a/b"] }, ["a/b/z.c", "gen/g.rs"]],
  [{ include: ["./"], exclude: ["a"] }, ["gen/g.rs", "lib.c", "x.rs"]],
  [{ include: ["."], exclude: ["a"] }, ["gen/g.rs", "lib.c", "x.rs"]],
  [{ exclude: ["a"] }, ["gen/g.rs", "lib.c", "x.rs"]],
  [{ exclude: ["./gen/", "a/b"] }, ["a/.hid.rs", "a/gen/h.c", "a/y.RS", "lib.c", "x.rs"]],
  [{ exclude: ["*.c", "**/.hid*", "/gen/**"] }, ["a/y.RS", "x.rs"]],
  [{ exclude: ["", "/", "./"] }, ["a/.hid.rs", "a/b/z.c", "a/gen/h.c", "a/y.RS", "gen/g.rs", "lib.c", "x.rs"]],
];

test.each(ROWS)("scanTree() with %j gives %j", (filter, names) => {
  using tree = fileTree(FILES);
  expect(scan(tree, filter)).toEqual([...names].sort());
});

test("scanTree() loses no byte of a name, and no name with a line break", () => {
  using tree = fileTree({ "größe/€.rs": "" });
  const odd = ["d\xff\n/\xfe.rs", "\xc3\xbc\xff/\xe2\x82\xac.rs", "a\rb/c\\d.rs", "[x]/*.rs"];
  for (const name of odd) {
    mkdirSync(rawToBytes(`${tree.path}/${name.slice(0, name.indexOf("/"))}`));
    writeFileSync(rawToBytes(`${tree.path}/${name}`), "");
  }
  const utf8 = Buffer.from("größe/€.rs").toString("latin1");
  expect(scan(tree, {})).toEqual([...odd, utf8].sort());
  expect(scan(tree, { include: ["**/*.rs"] })).toEqual([...odd, utf8].sort());
  expect(scan(tree, { include: ["größe/?.rs"] })).toEqual([utf8]);
});

test("scanTree() gives links with what they say and does not enter them, nor tells fifos", () => {
  using tree = fileTree({ "in/a": "", "out/b": "" });
  symlinkSync("../out", tree.at("in/link"));
  symlinkSync("nowhere\u00e9", tree.at("in/dangling"));
  Bun.spawnSync(["mkfifo", tree.at("in/fifo")]);
  const files = scanTree({ ...ALL, root: tree.at("in") });
  expect(files.map(({ name, target }) => [name, target])).toEqual([
    ["a", undefined],
    ["dangling", "nowhere\xc3\xa9"],
    ["link", "../out"],
  ]);
});

test("scanTree() goes through a link to the root, and does not fold `..` behind one", () => {
  using tree = fileTree({ "deep/er/x": "", "deep/y": "", z: "" });
  symlinkSync("deep/er", tree.at("link"));
  expect(scanTree({ ...ALL, root: tree.at("link") }).map(({ name }) => name)).toEqual(["x"]);
  expect(scanTree({ ...ALL, root: `${tree.path}/link/..` }).map(({ name }) => name)).toEqual(["er/x", "y"]);
});

test("scanTree() gives a stamp that moves with every write, and trusts old ones only", async () => {
  using tree = fileTree({ new: "1", old: "1" });
  const stampOf = (wanted: string) => scanTree({ ...ALL, root: tree.path }).find(({ name }) => name === wanted);
  const before = stampOf("new");
  expect(before?.settled).toBe(false);
  await Bun.sleep(20);
  writeFileSync(tree.at("new"), "2");
  utimesSync(tree.at("new"), 1e9, 1e9);
  // Its time of change can't be set back.
  expect(stampOf("new")?.settled).toBe(false);
  expect(stampOf("new")?.stamp).not.toBe(before?.stamp ?? "");
  await Bun.sleep(2100);
  expect(stampOf("old")?.settled).toBe(true);
});

test("scanTree() trusts no stamp of another file system than the root's", async () => {
  using tree = fileTree({ here: "" });
  const elsewhere = mkdtempSync("/dev/shm/zccache-test-");
  try {
    expect(statSync(elsewhere).dev).not.toBe(statSync(tree.path).dev);
    writeFileSync(`${elsewhere}/there`, "");
    symlinkSync(elsewhere, tree.at("link"));
    await Bun.sleep(2100);
    const files = scanTree({ ...ALL, root: tree.path, include: ["here", "link/there"] });
    expect(files.map(({ name, settled }) => [name, settled])).toEqual([
      ["here", true],
      ["link/there", false],
    ]);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});

test.each(["none", "file"])("scanTree() throws if the root is %p", (name) => {
  using tree = fileTree({ file: "" });
  expect(() => scanTree({ ...ALL, root: tree.at(name) })).toThrow(`Cannot scan "${tree.at(name)}"`);
});

const ALL: Omit<TreeFilter, "root"> = { extensions: [], include: [], exclude: [] };

function scan(tree: TemporaryTree, filter: Partial<TreeFilter>): RawText[] {
  return scanTree({ ...ALL, root: tree.path, ...filter }).map(({ name }) => name);
}
