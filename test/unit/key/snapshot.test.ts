import { expect, test } from "bun:test";
import { renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createFileStates } from "../../../src/key/file-states.ts";
import { takeSnapshot } from "../../../src/key/snapshot.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

test.each<[string, (tree: TemporaryTree) => void]>([
  ["written with its old content", (tree) => writeFileSync(tree.at("a.h"), "text")],
  ["given its old time", (tree) => utimesSync(tree.at("a.h"), 1, 2)],
  ["renamed over by a copy", (tree) => renameSync(tree.at("copy.h"), tree.at("a.h"))],
  ["gone", (tree) => rmSync(tree.at("a.h"))],
])("Snapshot.held() is false for a file that is %s", async (_, change) => {
  using tree = fileTree({ "a.h": "text", "copy.h": "text", args: "" });
  utimesSync(tree.at("a.h"), 1, 2);
  const snapshot = takeSnapshot(createFileStates());
  const path = tree.at("a.h");
  await snapshot.states([{ path, aspect: "content" }]);
  expect(snapshot.held(path)).toBe(false);
  snapshot.hold([tree.at("args")]);
  expect(snapshot.held(path)).toBe(true);
  await Bun.sleep(15);
  change(tree);
  expect(snapshot.held(path)).toBe(false);
  expect(snapshot.held(tree.at("args"))).toBe(true);
});

test("Snapshot.seen() is what was found first, whatever is there now", async () => {
  using tree = fileTree({ "a.h": "text" });
  const snapshot = takeSnapshot(createFileStates());
  const item = { path: tree.at("a.h"), aspect: "content" } as const;
  expect(snapshot.seen(item)).toBeUndefined();
  const [state] = await snapshot.states([item]);
  writeFileSync(tree.at("a.h"), "other");
  expect(snapshot.seen(item)).toBe(state ?? "");
  expect(await snapshot.states([item])).toEqual([state ?? ""]);
});
