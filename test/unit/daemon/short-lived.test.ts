import { expect, test } from "bun:test";
import { utimesSync, writeFileSync } from "node:fs";
import type { Look, Observation } from "../../../src/core/observation.ts";
import type { CompilePlan } from "../../../src/core/plan.ts";
import { shortLivedStates } from "../../../src/daemon/short-lived.ts";
import { createFileStates } from "../../../src/key/file-states.ts";
import { takeSnapshot } from "../../../src/key/snapshot.ts";
import { fileClockNs } from "../../../src/sys/libc.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { NOTHING_OBSERVED } from "../../support/observations.ts";
import { CRATE_PLAN } from "../../support/plans.ts";

const PLAN = { ...CRATE_PLAN, unlinks: true, source: "none.rs" };

type Run = Partial<Observation> & { plan: CompilePlan; during?: () => void };

/** What is told of a run that was started now. */
function statesOf(tree: TemporaryTree, { plan, during, ...observed }: Run) {
  const files = createFileStates();
  const times = { startedNs: fileClockNs(), startedMs: performance.now() };
  const start = { ...times, before: takeSnapshot(files), cwd: tree.path };
  during?.();
  const observation = { ...NOTHING_OBSERVED, ...observed };
  const states = shortLivedStates({ observation, call: { plan, cwd: tree.path }, start }, files);
  return [...states].map(([name, state]) => [name.replace(tree.path, ""), state[0]]);
}

const DIRECTORIES: readonly Look[] = [
  { path: "out", aspect: "link", found: true },
  { path: "out", aspect: "presence", found: true },
  { path: "out", aspect: "listing", found: true },
  { path: "other", aspect: "link", found: true },
];

test("shortLivedStates() tells of the directories of outputs that were looked at, if the tool asks where it writes", () => {
  using tree = fileTree({ "out/lib.rlib": "", "other/x": "" });
  const observed = { looks: DIRECTORIES, written: [tree.at("out/lib.rlib")] };
  expect(statesOf(tree, { ...observed, plan: PLAN })).toEqual([
    ["link /out", "D"],
    ["presence /out", "D"],
  ]);
  expect(statesOf(tree, { ...observed, plan: { ...PLAN, unlinks: false } })).toEqual([]);
});

const SOURCE: Look = { path: "conftest.c", aspect: "content", found: true };
const COMPILE = { ...PLAN, source: "conftest.c" };
const TOLD = [["content /conftest.c", "F"]];

/** A tree with a source that is older than the run. */
function withSource(text = "int main;"): TemporaryTree {
  const tree = fileTree({ "conftest.c": text });
  Bun.sleepSync(30);
  return tree;
}

test("shortLivedStates() tells of the source, unless it is large or nothing that the tool looked at", () => {
  using tree = withSource();
  expect(statesOf(tree, { looks: [SOURCE], plan: COMPILE })).toEqual(TOLD);
  expect(statesOf(tree, { looks: [{ ...SOURCE, path: "other.h" }], plan: COMPILE })).toEqual([]);
  expect(statesOf(tree, { looks: [{ ...SOURCE, found: false }], plan: COMPILE })).toEqual([]);
  using large = withSource(" ".repeat(300_000));
  expect(statesOf(large, { looks: [SOURCE], plan: COMPILE })).toEqual([]);
});

test("shortLivedStates() tells of what links compile, not of their objects", () => {
  using tree = withSource();
  const looks = [SOURCE];
  expect(statesOf(tree, { looks, plan: { ...COMPILE, link: true } })).toEqual([]);
  expect(statesOf(tree, { looks, plan: { ...COMPILE, link: true, compiles: true } })).toEqual(TOLD);
});

test("shortLivedStates() does not tell of a source that changed after the start, or is not the file that was opened", () => {
  using tree = withSource();
  const during = () => {
    Bun.sleepSync(30);
    writeFileSync(tree.at("conftest.c"), "int main;");
    utimesSync(tree.at("conftest.c"), 1, 1);
  };
  expect(statesOf(tree, { looks: [SOURCE], plan: COMPILE, during })).toEqual([]);
  using other = withSource();
  const elsewhere: Look = { ...SOURCE, file: { device: 1n, inode: 1n } };
  expect(statesOf(other, { looks: [elsewhere], plan: COMPILE })).toEqual([]);
});
