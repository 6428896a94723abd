import { describe, expect, test } from "bun:test";
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { Dependency } from "../../../src/core/entry.ts";
import { createFileStates } from "../../../src/key/file-states.ts";
import { placesCondition, placesFit } from "../../../src/key/places.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

const files = createFileStates();
const directory = (path: string): Dependency => ({ path, aspect: "presence", state: "D" });
const file = (path: string): Dependency => ({ path, aspect: "content", state: "F1" });

/** Whether a row that was made in "one" fits "two". */
function fits(tree: TemporaryTree, dependencies: readonly Dependency[], opened: [string, string][] = []): boolean {
  const identities = opened.map(([name, path]) => {
    const stamp = files.stamp(tree.at(path), "content");
    return [name, { device: stamp?.dev ?? 0n, inode: stamp?.ino ?? 0n }] as const;
  });
  const condition = placesCondition(dependencies, tree.at("one"), { files, opened: new Map(identities) });
  if (condition === undefined) throw new Error("no condition");
  const row = { dependencies, environment: [condition] };
  expect(placesFit(row, tree.at("one"), files)).toBe(true);
  return placesFit(row, tree.at("two"), files);
}

describe("placesFit()", () => {
  test("tells a relative directory that is an absolute one as well from one that is another", () => {
    using tree = fileTree({ "one/inc/h.h": "", "two/inc/h.h": "" });
    expect(fits(tree, [directory("inc"), directory(tree.at("one/inc"))])).toBe(false);
    expect(fits(tree, [directory("inc"), directory(tree.at("two/inc"))])).toBe(false);
    expect(fits(tree, [directory("inc"), directory("/usr")])).toBe(true);
  });
  test("tells two relative names of one file from two files", () => {
    using tree = fileTree({ "one/a.h": "", "two/a.h": "", "two/b.h": "", "two/c.h": "" });
    linkSync(tree.at("one/a.h"), tree.at("one/b.h"));
    symlinkSync("a.h", tree.at("one/c.h"));
    expect(fits(tree, [file("a.h"), file("b.h")])).toBe(false);
    expect(fits(tree, [file("a.h"), file("c.h")])).toBe(false);
    expect(fits(tree, [file("a.h")])).toBe(true);
  });
  test("takes what the tool opened for what a name led to", () => {
    using tree = fileTree({ "one/a.h": "", "two/a.h": "", "two/b.h": "", "one/b.h": "" });
    expect(fits(tree, [file("a.h"), file("b.h")], [["b.h", "one/a.h"]])).toBe(false);
    expect(fits(tree, [file("a.h"), file("b.h")], [["b.h", "one/b.h"]])).toBe(true);
  });
  test("leaves out what is not there, and several looks at one name", () => {
    using tree = fileTree({ "one/a.h": "", "two/a.h": "" });
    mkdirSync(tree.at("two/gone"));
    writeFileSync(tree.at("two/late.h"), "");
    const absent: Dependency = { path: "late.h", aspect: "presence", state: "A" };
    expect(fits(tree, [file("a.h"), { ...file("a.h"), aspect: "presence", state: "P" }, absent])).toBe(true);
  });
});

test("placesCondition() is none where every name is absolute or nothing is there", () => {
  const none = { files, opened: new Map() };
  expect(placesCondition([directory("/usr"), { ...file("a.h"), state: "A" }], "/w", none)).toBeUndefined();
});
