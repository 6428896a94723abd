import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, closeSync, existsSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { linkUnwritten } from "../../../src/deliver/link-object.ts";
import type { ContentWatch } from "../../../src/watch/content-watch.ts";
import { openContentWatch } from "../../../src/watch/open-watch.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { mapForWriting } from "../../support/mapped-file.ts";

describe("linkUnwritten()", () => {
  let tree: TemporaryTree;
  let contents: ContentWatch;
  beforeEach(() => {
    tree = fileTree({ object: "content" });
    contents = openContentWatch(tmpdir());
  });
  afterEach(() => {
    contents[Symbol.dispose]();
    tree[Symbol.dispose]();
  });

  function keep(): void {
    using followed = contents.follow(tree.at("object"));
    if (followed !== undefined) contents.keep(followed, tree.at("object"));
  }

  const link = (name: string, mode = 0o644) =>
    linkUnwritten({ from: tree.at("object"), to: tree.at(name), mode }, contents);

  test("makes one link after the other of what was compared once", () => {
    expect([link("a"), existsSync(tree.at("a"))]).toEqual([false, false]);
    keep();
    expect([link("a"), link("b"), link("c")]).toEqual([true, true, true]);
    rmSync(tree.at("b"));
    expect([link("b"), statSync(tree.at("object")).nlink]).toEqual([true, 4]);
  });

  test("none where it was written to, or is gone", () => {
    keep();
    link("a");
    writeFileSync(tree.at("a"), "X", { flag: "r+" });
    expect([link("b"), existsSync(tree.at("b"))]).toEqual([false, false]);
    keep();
    rmSync(tree.at("object"));
    expect(link("b")).toBeFalse();
  });

  test("none while somebody has it open for writing, by any name, mapped or not", async () => {
    keep();
    link("a");
    const writer = openSync(tree.at("a"), "r+");
    expect(link("b")).toBeFalse();
    closeSync(writer);
    // Whoever had it open may have written.
    expect(link("b")).toBeFalse();
    keep();
    await using mapping = await mapForWriting(tree.at("a"));
    expect(link("b")).toBeFalse();
    await mapping.write("X");
    expect(link("b")).toBeFalse();
    await mapping.end();
    expect([link("b"), existsSync(tree.at("b"))]).toEqual([false, false]);
  });

  test("none where another name has another mode, or that name is taken", () => {
    keep();
    expect(link("a")).toBeTrue();
    expect([link("a"), link("b", 0o600), existsSync(tree.at("b"))]).toEqual([false, false, false]);
    chmodSync(tree.at("a"), 0o600);
    expect([link("b", 0o600), statSync(tree.at("b")).mode & 0o7777]).toEqual([true, 0o600]);
  });
});
