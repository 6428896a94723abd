// Every wrapped family: each call does what libc's does, and is recorded.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { bareRun, hasStrace, traceRun } from "../../support/trace-run.ts";
import { compareWithStrace } from "./compare-with-strace.ts";

/** A tree with the compiled program and an empty folder to run it in. */
function familiesTree(): TemporaryTree {
  const tree = fileTree({ "run/sub/.keep": "" });
  const source = join(import.meta.dirname, "programs/families.c");
  const { exitCode, stderr } = bareRun(["gcc", "-w", source, "-o", "families"], { cwd: tree.path });
  if (exitCode !== 0) throw new Error(stderr);
  return tree;
}

test("wrapped calls return what libc's return, errno included", () => {
  using bare = familiesTree();
  using traced = familiesTree();
  const expected = bareRun(["../families"], { cwd: bare.at("run") });
  expect(expected.stdout.split("\n").length).toBeGreaterThan(120);
  expect(traceRun(["../families"], { cwd: traced.at("run") }).outcome).toEqual(expected);
});

test.skipIf(!hasStrace)("wrapped calls are recorded, each name that is asked for in vain among them", () => {
  using tree = familiesTree();
  const { missed, run } = compareWithStrace(["../families"], { cwd: tree.at("run") });
  expect(missed).toEqual([]);
  const names = new Set(run.records.filter(({ error }) => error !== 0).map(({ text }) => text.split("/").at(-1)));
  const asked = Array.from({ length: 37 }, (_unused, index) => `none${index + 1}`);
  expect(asked.filter((name) => !names.has(name))).toEqual([]);
});
