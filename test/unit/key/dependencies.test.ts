import { describe, expect, test } from "bun:test";
import { utimesSync } from "node:fs";
import type { Look } from "../../../src/core/observation.ts";
import { dependenciesOf, draftDependencies } from "../../../src/key/dependencies.ts";
import type { FileStamp } from "../../../src/key/file-stamp.ts";
import { createFileStates, type FileStates } from "../../../src/key/file-states.ts";
import { takeSnapshot } from "../../../src/key/snapshot.ts";
import { newItem } from "../../../src/key/state-items.ts";
import { fileTree } from "../../support/file-tree.ts";

const START = 1_000_000_000_000n;
const LONG_BEFORE = START - 10_000_000_000n;

/** Files by path: their state, and when they were last written. */
function world(files: Record<string, { state: string; writtenNs?: bigint; heldMs?: number }>): FileStates {
  const stateOf = (path: string) => files[path]?.state ?? "A";
  return {
    state: stateOf,
    recentState: stateOf,
    identity: () => "1:1",
    states: async (items) => items.map(({ path }) => stateOf(path)),
    stamp: (path) => {
      const writtenNs = files[path]?.writtenNs ?? LONG_BEFORE;
      const stamp: FileStamp = { kind: "file", dev: 1n, ino: 1n, size: 1n, mtimeNs: writtenNs, ctimeNs: writtenNs };
      return stamp;
    },
    item: newItem,
    heldSince: ({ path }) => files[path]?.heldMs,
    size: 0,
  };
}

const look = (path: string, over: Partial<Look> = {}): Look => ({ path, aspect: "content", found: true, ...over });
// A second later on both clocks.
const clocks = { fileNs: () => START + 1_000_000_000n, steadyMs: () => 2000 };
const start = (before = takeSnapshot(world({}))) => ({ startedNs: START, startedMs: 1000, before, cwd: "/w", clocks });

describe("dependenciesOf()", () => {
  test("keeps what was found and what was absent, with states after the run", async () => {
    const files = world({ "/w/a.c": { state: "F1" }, "/usr/b.h": { state: "F2" } });
    expect(
      await dependenciesOf([look("a.c"), look("/usr/b.h"), look("/i/c.h", { found: false })], files, start()),
    ).toEqual([
      { path: "a.c", aspect: "content", state: "F1" },
      { path: "/usr/b.h", aspect: "content", state: "F2" },
      { path: "/i", aspect: "presence", state: "A" },
    ]);
  });
  test("keeps absolute paths absolute, even below the working directory", async () => {
    const files = world({ "/w/a.c": { state: "F1" } });
    expect(await dependenciesOf([look("/w/a.c")], files, start())).toEqual([
      { path: "/w/a.c", aspect: "content", state: "F1" },
    ]);
  });
  test.each<[string, Look, { state: string; writtenNs?: bigint }]>([
    ["an input written while the tool ran (T4)", look("a.c"), { state: "F1", writtenNs: START + 1n }],
    ["an input written in the clock tick of the start", look("a.c"), { state: "F1", writtenNs: START }],
    ["an input that is gone", look("a.c"), { state: "A" }],
    ["an absent path that is there now", look("a.c", { found: false }), { state: "F1" }],
    ["another file than was opened", look("a.c", { file: { device: 1n, inode: 2n } }), { state: "F1" }],
    ["a file of another device", look("a.c", { file: { device: 2n, inode: 1n } }), { state: "F1" }],
    ["an input that can't be read", look("a.c"), { state: "EACCES" }],
  ])("refuses %s", async (_title, each, file) => {
    expect(await dependenciesOf([each], world({ "/w/a.c": file }), start())).toMatchObject({ reason: "input-changed" });
  });
  test("takes a directory that is gone as it was when the outputs were copied, and nothing else that is gone", async () => {
    const places = new Map([
      ["link /w/out", "D"],
      ["link /w/gone", "A"],
    ]);
    const gone = world({ "/w/out": { state: "A" }, "/w/gone": { state: "A" } });
    const of = (each: Look) => dependenciesOf([each], gone, { ...start(), shortLived: places });
    expect(await of(look("out", { aspect: "link" }))).toEqual([{ path: "out", aspect: "link", state: "D" }]);
    for (const each of [look("out", { aspect: "presence" }), look("gone", { aspect: "link" })])
      expect(await of(each)).toMatchObject({ reason: "input-changed" });
  });
  test.each<[string, number, boolean]>([
    ["takes what was followed before the start and never changed since, whatever its times say", 999, true],
    ["does not rely on what is followed since the start only", 1000, false],
  ])("%s", async (_, heldMs, isTaken) => {
    const files = world({ "/w/a.c": { state: "F1", writtenNs: START + 1n, heldMs } });
    expect("reason" in (await dependenciesOf([look("a.c")], files, start()))).toBe(!isTaken);
  });
  test("does not take a followed path that was found otherwise", async () => {
    const files = world({ "/w/a.c": { state: "A", heldMs: 1 }, "/w/b.c": { state: "F1", heldMs: 1 } });
    for (const each of [look("a.c"), look("b.c", { found: false })]) {
      expect(await dependenciesOf([each], files, start())).toMatchObject({ reason: "input-changed" });
    }
  });
  describe("when the clock is set while the tool runs (T6)", () => {
    const HOUR = 3_600_000_000_000n;
    const afterStep = (step: bigint, writtenNs: bigint) => {
      const stepped = { ...start(), clocks: { ...clocks, fileNs: () => START + 1_000_000_000n + step } };
      return dependenciesOf([look("a.c")], world({ "/w/a.c": { state: "F1", writtenNs } }), stepped);
    };
    test("refuses what was written after it was set back, with a time before the start", async () => {
      const half = START + 500_000_000n;
      expect(await afterStep(-HOUR, half - HOUR)).toMatchObject({ reason: "input-changed" });
      expect(await afterStep(0n, half - HOUR)).toHaveLength(1);
    });
    test("refuses what was written before it was set back", async () => {
      expect(await afterStep(-HOUR, START)).toMatchObject({ reason: "input-changed" });
    });
    test("takes what is older than that, and does not mind if it is set ahead", async () => {
      expect(await afterStep(-HOUR, START - HOUR - 1_000_000_000n)).toHaveLength(1);
      expect(await afterStep(HOUR, LONG_BEFORE)).toHaveLength(1);
      expect(await afterStep(HOUR, START - 1n)).toHaveLength(1);
      expect(await afterStep(HOUR, START + HOUR)).toMatchObject({ reason: "input-changed" });
    });
    test("takes ticks and slewing of the clock for no step", async () => {
      expect(await afterStep(-19_000_000n, START - 1n)).toHaveLength(1);
      expect(await afterStep(-21_000_000n, START - 1n)).toMatchObject({ reason: "input-changed" });
    });
  });
  test("refuses what was read from a fifo, a socket or a device", async () => {
    const files = world({ "/w/f.h": { state: "O" }, "/tmp/GMfifo12": { state: "O" } });
    expect(await dependenciesOf([look("f.h")], files, start())).toMatchObject({ reason: "input-stream" });
    expect(await dependenciesOf([look("f.h", { aspect: "presence" })], files, start())).toHaveLength(1);
    // Tokens of make's job server.
    expect(await dependenciesOf([look("/tmp/GMfifo12")], files, start())).toHaveLength(1);
  });
  test("keeps times of regular files only", async () => {
    const files = world({ "/w/a.c": { state: "T1@2" }, "/w/d": { state: "D" } });
    const looks = [look("a.c", { aspect: "stamp" }), look("d", { aspect: "stamp" })];
    expect(await dependenciesOf(looks, files, start())).toEqual([{ path: "a.c", aspect: "stamp", state: "T1@2" }]);
  });
  test("refuses a file whose time was set while the tool ran", async () => {
    const files = world({ "/w/a.c": { state: "T1@2", writtenNs: START } });
    const refused = { reason: "input-changed" };
    expect(await dependenciesOf([look("a.c", { aspect: "stamp" })], files, start())).toMatchObject(refused);
  });
  test("keeps the times of two files with the same bytes that are to be read once", async () => {
    using tree = fileTree({ "a/x.h": "#pragma once\n", "b/x.h": "#pragma once\n", "c.h": "" });
    for (const name of ["a/x.h", "b/x.h", "c.h"]) utimesSync(tree.at(name), 1, 2);
    const looks = ["a/x.h", "b/x.h", "c.h"].map((name) => look(tree.at(name)));
    const startedNs = 4_000_000_000_000_000_000n;
    const later = { ...start(), startedNs, clocks: { ...clocks, fileNs: () => startedNs + 1_000_000_000n } };
    const kept = await dependenciesOf(looks, createFileStates(), later);
    if ("reason" in kept) throw new Error(kept.detail);
    const stamps = kept.filter(({ aspect }) => aspect === "stamp");
    expect(stamps).toEqual(
      ["a/x.h", "b/x.h"].map((name) => ({ path: tree.at(name), aspect: "stamp", state: "T13@2000000000" })),
    );
  });
  test("takes the file that was opened", async () => {
    const opened = look("a.c", { file: { device: 1n, inode: 1n } });
    expect(await dependenciesOf([opened], world({ "/w/a.c": { state: "F1" } }), start())).toHaveLength(1);
  });
  test("does not mind when a directory on the way is written to", async () => {
    const files = world({ "/tmp": { state: "D", writtenNs: START + 1n } });
    expect(await dependenciesOf([look("/tmp", { aspect: "link" })], files, start())).toHaveLength(1);
  });
  test("takes an input written just before the start if its content was seen before and is the same", async () => {
    const files = world({ "/w/a.c": { state: "F1", writtenNs: START } });
    const before = takeSnapshot(files);
    await before.states([{ path: "/w/a.c", aspect: "content" }]);
    before.hold([]);
    expect(await dependenciesOf([look("a.c")], files, start(before))).toHaveLength(1);
    const changed = world({ "/w/a.c": { state: "F2", writtenNs: START + 1n } });
    expect(await dependenciesOf([look("a.c")], changed, start(before))).toMatchObject({ reason: "input-changed" });
  });
  test("refuses an input that was written while the tool ran and has its old content again (T4)", async () => {
    const written = { "/w/a.c": { state: "F1", writtenNs: START } };
    const files = world(written);
    const before = takeSnapshot(files);
    await before.states([{ path: "/w/a.c", aspect: "content" }]);
    before.hold([]);
    written["/w/a.c"] = { state: "F1", writtenNs: START + 1n };
    expect(await dependenciesOf([look("a.c")], files, start(before))).toMatchObject({ reason: "input-changed" });
  });
});

test("draftDependencies() gives what its check still refuses if it changes before that", async () => {
  const written: Record<string, { state: string; writtenNs?: bigint }> = { "/w/a.c": { state: "F1" } };
  const draft = await draftDependencies([look("a.c")], world(written), start());
  expect(draft.dependencies).toEqual([{ path: "a.c", aspect: "content", state: "F1" }]);
  expect(await draft.check()).toBeUndefined();
  written["/w/a.c"] = { state: "F1", writtenNs: START + 1n };
  expect(await draft.check()).toMatchObject({ reason: "input-changed" });
});
