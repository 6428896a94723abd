import { describe, expect, test } from "bun:test";
import { chmodSync, symlinkSync } from "node:fs";
import { rawFromString } from "../../../src/core/raw-text.ts";
import { resolveRealTool, toolOf } from "../../../src/sys/real-tool.ts";
import { identifySelf } from "../../../src/sys/self-image.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

// In a test the running executable is Bun, so a link to that is "us".
const self = identifySelf();

function toolTree(...names: string[]): TemporaryTree {
  const tree = fileTree(Object.fromEntries(names.map((name) => [name, "#!/bin/sh\n"])));
  for (const name of names) chmodSync(tree.at(name), 0o755);
  return tree;
}

/** Where `name` is found; `@` in PATH is the tree. */
function find(tree: TemporaryTree, name: string, path: string): string | undefined {
  return resolveRealTool(name, { path: path.replaceAll("@", tree.path), cwd: tree.path, self })?.path;
}

describe("toolOf()", () => {
  test.each([
    [["gcc", "-c"], "gcc", 1],
    [["/shims/gcc", "-c"], "gcc", 1],
    [["zccache", "gcc", "-c"], "gcc", 2],
    [["/opt/zccache", "/usr/bin/gcc"], "/usr/bin/gcc", 2],
    [["zccache", "cc"], "cc", 2],
    [["zccache", "wrap", "gcc", "-c"], "gcc", 3],
    [["zccache", "wrap"], "", 3],
    [["zccache"], "", 2],
    [[], "", 1],
  ])("%p is for %p, %d members before its arguments", (argv, name, skip) => {
    expect(toolOf(argv)).toEqual({ name, skip });
  });
});

describe("resolveRealTool()", () => {
  test("takes the first on PATH", () => {
    using tree = toolTree("a/gcc", "b/gcc");
    expect(find(tree, "gcc", "@/none:@/a:@/b")).toBe(tree.at("a/gcc"));
  });
  test("goes past us, also through symbolic links (P21)", () => {
    using tree = toolTree("b/gcc", "a/other");
    symlinkSync(process.execPath, tree.at("a/zccache"));
    symlinkSync("zccache", tree.at("a/gcc"));
    expect(find(tree, "gcc", "@/a:@/b")).toBe(tree.at("b/gcc"));
    expect(find(tree, "gcc", "@/a")).toBeUndefined();
  });
  test("keeps the name of a link to a tool, which compilers look at", () => {
    using tree = toolTree("a/gcc-12");
    symlinkSync("gcc-12", tree.at("a/gcc"));
    expect(find(tree, "gcc", "@/a")).toBe(tree.at("a/gcc"));
  });
  test("passes directories, dangling links and files that can't be executed", () => {
    using tree = toolTree("good/gcc", "directory/gcc/x");
    tree.write({ "plain/gcc": "" });
    symlinkSync("nothing", tree.at("plain/cc"));
    expect(find(tree, "gcc", "@/directory:@/plain:@/good")).toBe(tree.at("good/gcc"));
    expect(find(tree, "cc", "@/plain")).toBeUndefined();
  });
  test("an empty element of PATH is the working directory, and the result is absolute", () => {
    using tree = toolTree("gcc", "bin/cc");
    expect([find(tree, "gcc", ""), find(tree, "gcc", ":/none"), find(tree, "gcc", "/none:")]).toEqual([
      tree.at("gcc"),
      tree.at("gcc"),
      tree.at("gcc"),
    ]);
    expect(find(tree, "cc", "bin")).toBe(tree.at("bin/cc"));
  });
  test("without PATH looks where execvp does", () => {
    expect(resolveRealTool("sh", { path: undefined, cwd: "/", self })?.path).toBe("/bin/sh");
  });
  test("takes a name with a slash as it is", () => {
    using tree = toolTree("a/gcc", "b/gcc");
    expect(find(tree, "./b/gcc", "@/a")).toBe(`${tree.path}/./b/gcc`);
    expect(find(tree, tree.at("b/gcc"), "@/a")).toBe(tree.at("b/gcc"));
    expect(find(tree, "./c/gcc", "@/a")).toBeUndefined();
  });
  test("looks on PATH for a name with a slash that is us", () => {
    using tree = toolTree("b/gcc");
    tree.write({ "a/x": "" });
    symlinkSync(process.execPath, tree.at("a/gcc"));
    expect(find(tree, tree.at("a/gcc"), "@/a:@/b")).toBe(tree.at("b/gcc"));
  });
  test("passes tools over, one file under two names as one, and never the last", () => {
    using tree = toolTree("a/gcc", "c/gcc");
    symlinkSync("a", tree.at("b"));
    const path = ["a", "b", "c"].map((name) => tree.at(name)).join(":");
    const found = [0, 1, 2, 9].map((passOver) => resolveRealTool("gcc", { path, cwd: "/", self, passOver })?.path);
    expect(found).toEqual([tree.at("a/gcc"), tree.at("c/gcc"), tree.at("c/gcc"), tree.at("c/gcc")]);
  });
  test("finds names that are no UTF-8 (X6)", () => {
    using tree = fileTree();
    const bytes = Buffer.concat([Buffer.from(tree.at("")), Buffer.from([0xff])]);
    Bun.spawnSync(["sh", "-c", 'cp /bin/true "$(printf "$0/\\377")"', tree.path]);
    expect(`${rawFromString(tree.at(""))}\xff`).toBe(bytes.toString("latin1"));
    expect(find(tree, "\xff", "@")).toBe(`${tree.path}/\xff`);
  });
  test("an empty name is no tool", () => {
    using tree = toolTree("gcc");
    expect(find(tree, "", "@")).toBeUndefined();
  });
});
