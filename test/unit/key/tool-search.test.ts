import { describe, expect, test } from "bun:test";
import { chmodSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { stillFound, ToolSearches } from "../../../src/key/tool-search.ts";
import { identifySelf } from "../../../src/sys/self-image.ts";
import { openWatch } from "../../../src/watch/open-watch.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

function toolTree(...names: string[]): TemporaryTree {
  const tree = fileTree(Object.fromEntries(names.map((name) => [name, ""])));
  for (const name of names) chmodSync(tree.at(name), 0o755);
  return tree;
}

const placeOf = (tree: TemporaryTree) => ({ path: `${tree.at("a")}:${tree.at("b")}`, cwd: tree.path });

describe("ToolSearches.find()", () => {
  test("remembers a finding until something happens where it looked", () => {
    using tree = toolTree("b/as-2", "a/x", "c/as");
    symlinkSync("as-2", tree.at("b/as"));
    const watch = openWatch([tree.path]);
    const tools = new ToolSearches(identifySelf(), watch);
    const find = () => {
      watch.drain();
      return tools.find("as", placeOf(tree));
    };
    const first = find();
    expect([first.path, first.realName]).toEqual([tree.at("b/as"), "as-2"]);
    expect(find()).toBe(first);
    renameSync(tree.at("c/as"), tree.at("a/as"));
    expect(find().path).toBe(tree.at("a/as"));
    expect(stillFound(first)).toBe(false);
    chmodSync(tree.at("a/as"), 0o644);
    expect(find().path).toBe(tree.at("b/as"));
    chmodSync(tree.at("b/as-2"), 0o644);
    expect(find().path).toBeUndefined();
    chmodSync(tree.at("b/as-2"), 0o755);
    expect(find().path).toBe(tree.at("b/as"));
    rmSync(tree.at("b"), { recursive: true });
    expect(find().path).toBeUndefined();
  });
  test("remembers that there is none, and tells names and places apart", () => {
    using tree = toolTree("a/as", "sub/as");
    const watch = openWatch([tree.path]);
    const tools = new ToolSearches(identifySelf(), watch);
    const none = tools.find("ld", placeOf(tree));
    expect(none.path).toBeUndefined();
    expect(tools.find("ld", placeOf(tree))).toBe(none);
    expect(tools.find("as", placeOf(tree)).path).toBe(tree.at("a/as"));
    const [here, below] = [tree.path, tree.at("sub")].map((cwd) => tools.find("as", { path: ".", cwd }).path);
    expect([here, below]).toEqual([undefined, `${tree.at("sub")}/./as`]);
  });
  test("looks each time without a watch", () => {
    using tree = toolTree("b/as", "c/as");
    const tools = new ToolSearches(identifySelf());
    expect(tools.find("as", placeOf(tree)).path).toBe(tree.at("b/as"));
    renameSync(tree.at("c"), tree.at("a"));
    const found = tools.find("as", placeOf(tree));
    expect(found.path).toBe(tree.at("a/as"));
    expect(stillFound(found)).toBe(false);
  });
});
