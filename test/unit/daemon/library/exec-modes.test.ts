import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { modesCondition, modesFit } from "../../../../src/daemon/library/exec-modes.ts";
import { fileTree } from "../../../support/file-tree.ts";

test("modesFit() says no once a file or a listed directory has another mode, or is gone", () => {
  using tree = fileTree({ a: "", b: "", "dir/x": "" });
  mkdirSync(tree.at("passed"));
  utimesSync(tree.at("dir"), 2000, 2000);
  const dependencies = [
    { path: "a", aspect: "content", state: "F1" },
    { path: "b", aspect: "presence", state: "P" },
    { path: "dir", aspect: "listing", state: "S1" },
    { path: "passed", aspect: "presence", state: "D" },
    { path: "none", aspect: "presence", state: "A" },
  ] as const;
  const row = { dependencies, environment: [modesCondition(dependencies, tree.path)] };
  expect(modesFit(row, tree.path)).toBe(true);
  chmodSync(tree.at("passed"), 0o700);
  expect(modesFit(row, tree.path)).toBe(true);
  for (const name of ["a", "b", "dir"]) {
    chmodSync(tree.at(name), 0o711);
    expect(modesFit(row, tree.path)).toBe(false);
    chmodSync(tree.at(name), name === "dir" ? 0o755 : 0o644);
    expect(modesFit(row, tree.path)).toBe(true);
  }
  const { atime, mtime } = statSync(tree.at("dir"));
  utimesSync(tree.at("dir"), atime, 1000);
  expect(modesFit(row, tree.path)).toBe(false);
  utimesSync(tree.at("dir"), atime, mtime);
  rmSync(tree.at("a"));
  expect(modesFit(row, tree.path)).toBe(false);
  expect(modesFit({ dependencies, environment: [] }, tree.path)).toBe(true);
});
