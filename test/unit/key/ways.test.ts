import { describe, expect, test } from "bun:test";
import { renameSync, symlinkSync } from "node:fs";
import { createFileStates } from "../../../src/key/file-states.ts";
import { Ways } from "../../../src/key/ways.ts";
import { fileClockNs } from "../../../src/sys/libc.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

/** A tree of which nothing is younger than the ways that are made after it. */
async function settledTree(): Promise<TemporaryTree> {
  const tree = fileTree({ "one/a.h": "1", "other/a.h": "2", "out/x": "" });
  symlinkSync("one", tree.at("link"));
  symlinkSync("../one/a.h", tree.at("other/b.h"));
  symlinkSync("loop", tree.at("loop"));
  await Bun.sleep(30);
  return tree;
}

const ways = () => new Ways(createFileStates(), fileClockNs());

describe("Ways.changed()", () => {
  test.each<[string, string, (tree: TemporaryTree) => void]>([
    ["a link to a directory was retargeted", "link/a.h", (tree) => retarget(tree, "link", "other")],
    ["a link to the file was retargeted", "other/b.h", (tree) => retarget(tree, "other/b.h", "a.h")],
    ["a directory was moved to the name", "one/a.h", (tree) => move(tree, "other", "one")],
    ["a directory was moved to where a link leads", "link/a.h", (tree) => move(tree, "other", "one")],
    ["the way was left by `..`", "link/../one/a.h", (tree) => retarget(tree, "link", "other")],
  ])("sees that %s", async (_, path, change) => {
    using tree = await settledTree();
    const before = ways();
    change(tree);
    expect(before.changed(`${tree.path}/${path}`)).toBe(true);
  });
  test.each(["link/a.h", "one/a.h", "other/b.h", "absent/a.h", "loop/a.h"])("sees nothing at %s", async (path) => {
    using tree = await settledTree();
    const before = ways();
    tree.write({ "out/y": "", "new/z": "" });
    expect(before.changed(tree.at(path))).toBe(false);
  });
  test("lets a build write into the directories on the way", async () => {
    using tree = await settledTree();
    const before = ways();
    tree.write({ "one/a.o": "", "one/sub/a.o": "" });
    expect(before.changed(tree.at("one/a.h"))).toBe(false);
  });
});

function retarget(tree: TemporaryTree, name: string, target: string): void {
  symlinkSync(target, tree.at("staged"));
  renameSync(tree.at("staged"), tree.at(name));
}

function move(tree: TemporaryTree, from: string, to: string): void {
  renameSync(tree.at(to), tree.at("away"));
  renameSync(tree.at(from), tree.at(to));
}
