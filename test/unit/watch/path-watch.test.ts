import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { linkSync, renameSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { openWatch } from "../../../src/watch/open-watch.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { TRIAL_FILES, tryWatch } from "../../support/watch-trial.ts";

setDefaultTimeout(600_000);

const SEED = Number(process.env["ZCCACHE_TEST_SEED"] ?? Date.now() % 1_000_000);
const STEPS = 3000;

describe("PathWatch.follow()", () => {
  test(`T1 T2 T3 T4 T5 every change shows at the next drain, ${STEPS} random ones (seed ${SEED})`, () => {
    using tree = fileTree(TRIAL_FILES);
    const { looks, kept, wrong } = tryWatch(tree.path, { seed: SEED, steps: STEPS });
    expect(wrong).toBeUndefined();
    expect(kept, "many looks need no look at the disk").toBeGreaterThan(looks / 4);
  });

  test("a path without change keeps its state, whatever is written beside it", () => {
    using tree = fileTree({ "d/x": "1" });
    const watch = openWatch([tmpdir()]);
    const mark = watch.follow(tree.at("d/x"), "content");
    if (mark === undefined) throw new Error("not followed");
    mark.state = "F1";
    const before = watch.epoch;
    for (let count = 0; count < 100; count++) writeFileSync(tree.at(`d/other${count}`), "x");
    watch.drain();
    expect({ state: mark.state, epoch: watch.epoch }).toEqual({ state: "F1", epoch: before });
  });

  test.each<[string, (tree: TemporaryTree) => void]>([
    ["its times are set", (tree) => utimesSync(tree.at("d/x"), 1, 2)],
    ["it is written to by another name", (tree) => writeFileSync(tree.at("y"), "2")],
    ["another takes its place", (tree) => renameSync(tree.at("z"), tree.at("d/x"))],
    ["its directory moves away", (tree) => renameSync(tree.at("d"), tree.at("e"))],
  ])("a file's time is looked at again when %s", (_, change) => {
    using tree = fileTree({ "d/x": "1", z: "1" });
    linkSync(tree.at("d/x"), tree.at("y"));
    const watch = openWatch([tmpdir()]);
    const mark = watch.follow(tree.at("d/x"), "stamp");
    if (mark === undefined) throw new Error("not followed");
    mark.state = "T1@2";
    watch.drain();
    expect(mark.state).toBe("T1@2");
    change(tree);
    watch.drain();
    expect(mark.state).toBeUndefined();
  });

  test("raises everything when the queue overflows", () => {
    using tree = fileTree({ "d/x": "1" });
    const watch = openWatch([tmpdir()]);
    const mark = watch.follow(tree.at("d/x"), "content");
    if (mark === undefined) throw new Error("not followed");
    mark.state = "F1";
    // The kernel keeps 16,384 events unless told otherwise (max_queued_events, inotify(7)); a turn makes two.
    for (let count = 0; count < 9000; count++) {
      symlinkSync("x", tree.at("d/a"));
      unlinkSync(tree.at("d/a"));
    }
    watch.drain();
    expect(mark.state).toBeUndefined();
    expect(watch.report().overflows).toBe(1);
  });

  test("does not follow what the kernel does not tell of", () => {
    const watch = openWatch([tmpdir()]);
    expect(watch.follow("/proc/self/status", "content")).toBeUndefined();
    expect(watch.report().unfollowed["file-system"]).toBe(1);
  });
});
