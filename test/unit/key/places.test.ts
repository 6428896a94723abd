import { describe, expect, test } from "bun:test";
import { copyFileSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { Dependency } from "../../../src/core/entry.ts";
import { createFileStates } from "../../../src/key/file-states.ts";
import { placesCondition, placesFit, sameFilesCondition, sameFilesFit, tiesFiles } from "../../../src/key/places.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

const files = createFileStates();
const directory = (path: string): Dependency => ({ path, aspect: "presence", state: "D" });
const file = (path: string): Dependency => ({ path, aspect: "content", state: "F1" });

/** Whether a row that was made in "one" fits "two". */
async function fits(tree: TemporaryTree, dependencies: readonly Dependency[]): Promise<boolean> {
  const condition = await placesCondition(dependencies, tree.at("one"), files);
  if (condition === undefined) throw new Error("no condition");
  const row = { dependencies, environment: [condition] };
  expect(placesFit(row, tree.at("one"), files)).toBe(true);
  return placesFit(row, tree.at("two"), files);
}

describe("placesFit()", () => {
  test("tells a relative directory that is an absolute one as well from one that is another", async () => {
    using tree = fileTree({ "one/inc/h.h": "", "two/inc/h.h": "" });
    expect(await fits(tree, [directory("inc"), directory(tree.at("one/inc"))])).toBe(false);
    expect(await fits(tree, [directory("inc"), directory(tree.at("two/inc"))])).toBe(false);
    expect(await fits(tree, [directory("inc"), directory("/usr")])).toBe(true);
  });
  test("tells two relative names of one file from two files", async () => {
    using tree = fileTree({ "one/a.h": "", "two/a.h": "", "two/b.h": "", "two/c.h": "" });
    linkSync(tree.at("one/a.h"), tree.at("one/b.h"));
    symlinkSync("a.h", tree.at("one/c.h"));
    expect(await fits(tree, [file("a.h"), file("b.h")])).toBe(false);
    expect(await fits(tree, [file("a.h"), file("c.h")])).toBe(false);
    expect(await fits(tree, [file("a.h")])).toBe(true);
  });
  test("leaves out what is not there, and several looks at one name", async () => {
    using tree = fileTree({ "one/a.h": "", "two/a.h": "" });
    mkdirSync(tree.at("two/gone"));
    writeFileSync(tree.at("two/late.h"), "");
    const absent: Dependency = { path: "late.h", aspect: "presence", state: "A" };
    expect(await fits(tree, [file("a.h"), { ...file("a.h"), aspect: "presence", state: "P" }, absent])).toBe(true);
  });
});

test("placesCondition() is none where every name is absolute or nothing is there", async () => {
  expect(await placesCondition([directory("/usr"), { ...file("a.h"), state: "A" }], "/w", files)).toBeUndefined();
});

describe("sameFilesFit()", () => {
  const ONCE = "#pragma once\n";
  const names = [file("a.h"), file("b.h")];

  test.each([
    ["a symbolic link", symlinkSync],
    ["a hard link", linkSync],
  ] as const)("tells a copy from %s in the same directory", (_, link) => {
    using tree = fileTree({ "a.h": ONCE });
    const [one, other] = [tree.at("a.h"), tree.at("b.h")];
    link(one, other);
    const linked = sameFilesCondition(names, tree.path, files);
    const fitsNow = (condition = linked) =>
      sameFilesFit({ dependencies: names, environment: condition === undefined ? [] : [condition] }, tree.path, files);
    expect(fitsNow()).toBe(true);
    rmSync(other);
    copyFileSync(one, other);
    expect(fitsNow()).toBe(false);
    const copied = sameFilesCondition(names, tree.path, files);
    expect(fitsNow(copied)).toBe(true);
    rmSync(other);
    link(one, other);
    expect(fitsNow(copied)).toBe(false);
  });
  test("is only asked where a file that is read once has two names", () => {
    using tree = fileTree({ "a.h": ONCE, "b.h": ONCE, "c.h": "", "d.h": "" });
    expect(sameFilesCondition([file("a.h"), { ...file("b.h"), state: "F2" }], tree.path, files)).toBeUndefined();
    expect(sameFilesCondition([file("c.h"), file("d.h")], tree.path, files)).toBeUndefined();
    expect(sameFilesFit({ dependencies: names, environment: [] }, tree.path, files)).toBe(true);
    const condition = sameFilesCondition(names, tree.path, files);
    expect(tiesFiles(condition === undefined ? [] : [condition])).toBe(true);
    expect(tiesFiles([{ name: "LANG", valueHash: undefined }])).toBe(false);
  });
});
