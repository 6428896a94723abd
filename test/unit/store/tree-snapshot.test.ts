import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import {
  differences,
  readSnapshot,
  type TreeSnapshot,
  UNSURE,
  writeSnapshot,
} from "../../../src/store/tree-snapshot.ts";
import { fileTree } from "../../support/file-tree.ts";

const SNAPSHOT: TreeSnapshot = new Map([
  ["a\xff\n", { stamp: "1 2 3 4 5", content: "d".repeat(64) }],
  ["link", { stamp: "", content: "L../x" }],
  ["unsure", { stamp: "1", content: UNSURE }],
]);

test("readSnapshot() reads what writeSnapshot() wrote, also over another and of an empty tree", () => {
  using tree = fileTree();
  const path = tree.at("snapshot");
  expect(readSnapshot(path)).toBeUndefined();
  for (const files of [SNAPSHOT, new Map(), SNAPSHOT]) {
    writeSnapshot(path, files);
    expect(readSnapshot(path)).toEqual(files);
  }
});

test("readSnapshot() takes no byte of a snapshot on trust", () => {
  using tree = fileTree();
  const path = tree.at("snapshot");
  writeSnapshot(path, SNAPSHOT);
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
    writeFileSync(path, damaged);
    expect(readSnapshot(path)).toBeUndefined();
    writeFileSync(path, whole.subarray(0, at));
    expect(readSnapshot(path)).toBeUndefined();
  }
});

test("differences() names what was added, removed, changed or is unsure on either side, in order", () => {
  const file = (content: string) => ({ stamp: "", content });
  const before = new Map([
    ["same", file("1")],
    ["removed", file("1")],
    ["changed", file("1")],
    ["unsure", file(UNSURE)],
    ["was unsure", file(UNSURE)],
    ["link", file("La")],
  ]);
  const after = new Map([
    ["same", { stamp: "other times", content: "1" }],
    ["added", file("1")],
    ["changed", file("2")],
    ["unsure", file(UNSURE)],
    ["was unsure", file("1")],
    ["link", file("Lb")],
  ]);
  expect(differences(before, after)).toEqual(["added", "changed", "link", "removed", "unsure", "was unsure"]);
});
