// Two builds of one tree are the same bytes, wherever the tree lies.

import { expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../support/built-binary.ts";
import { compareTrees } from "../../support/compare-trees.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { mustRun } from "../../support/run.ts";

setDefaultTimeout(600_000);

test("build.ts makes the same bytes of two copies of a tree", async () => {
  using first = fileTree();
  using second = fileTree();
  for (const tree of [first, second]) await buildCopy(tree);
  expect(first.read("dist/zccache").length).toBeGreaterThan(1_000_000);
  expect(compareTrees(first.at("dist"), second.at("dist"))).toEqual([]);
});

async function buildCopy(tree: TemporaryTree): Promise<void> {
  for (const name of ["src", "build.ts", "package.json", "tsconfig.json"]) {
    cpSync(join(repository, name), tree.at(name), { recursive: true });
  }
  symlinkSync(join(repository, "node_modules"), tree.at("node_modules"));
  await mustRun([process.execPath, tree.at("build.ts")], { cwd: tree.path });
}
