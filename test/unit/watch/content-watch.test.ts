import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  linkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { openChangeQueue } from "../../../src/sys/inotify.ts";
import { ContentWatch } from "../../../src/watch/content-watch.ts";
import { TrustedDevices } from "../../../src/watch/trusted-devices.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { mapForWriting } from "../../support/mapped-file.ts";

describe("ContentWatch", () => {
  let tree: TemporaryTree;
  let contents: ContentWatch;
  const open = (limit = 100) =>
    new ContentWatch({ queue: openChangeQueue(), devices: new TrustedDevices(() => false), limit });
  beforeEach(() => {
    tree = fileTree({ object: "content", another: "content" });
    linkSync(tree.at("object"), tree.at("second"));
    contents = open();
  });
  afterEach(() => {
    contents[Symbol.dispose]();
    tree[Symbol.dispose]();
  });

  /** Follows and keeps what is at a path; `compare` happens in between. */
  function keep(path = tree.at("object"), compare = () => {}): void {
    using followed = contents.follow(path);
    if (followed === undefined) throw new Error(`not followed: ${path}`);
    compare();
    contents.keep(followed, path);
  }

  const isUnwritten = (path = tree.at("object")) =>
    contents.isKept(path) && contents.isUnwritten(path, statSync(path, { bigint: true }));

  test.each<[string, () => void]>([
    ["nothing happens", () => {}],
    ["it gets another name", () => linkSync(tree.at("object"), tree.at("third"))],
    ["another name of it goes", () => unlinkSync(tree.at("second"))],
    ["another name of it changes", () => renameSync(tree.at("second"), tree.at("third"))],
    ["its permissions change", () => chmodSync(tree.at("second"), 0o640)],
    ["both its times are set", () => utimesSync(tree.at("second"), 1, 2)],
    ["another file is written", () => writeFileSync(tree.at("another"), "changed")],
    ["it is read", () => Bun.spawnSync(["cat", tree.at("second")])],
  ])("a content is the same when %s", (_, change) => {
    keep();
    for (let time = 0; time < 2; time++) {
      expect(isUnwritten()).toBeTrue();
      if (time === 0) change();
    }
  });

  const at = (name: string) => tree.at(name);
  const WRITES: [string, () => void][] = [
    ["it is written to", () => writeFileSync(at("object"), "X", { flag: "r+" })],
    ["it is written to by another name", () => writeFileSync(at("second"), "X", { flag: "r+" })],
    ["it is cut off", () => truncateSync(at("second"), 3)],
    ["something is added", () => writeFileSync(at("second"), "more", { flag: "a" })],
    ["another file takes its place", () => renameSync(at("another"), at("object"))],
    [
      "F7: it is written to and its times are restored",
      () => {
        const { atimeMs, mtimeMs } = statSync(at("object"));
        writeFileSync(at("second"), "CONTENT");
        utimesSync(at("second"), atimeMs / 1000, mtimeMs / 1000);
      },
    ],
  ];

  test.each(WRITES)("and another one when %s", (_, change) => {
    keep();
    change();
    expect(isUnwritten()).toBeFalse();
  });

  test.each(WRITES)("nothing is known of what was compared while %s", (_, change) => {
    keep(at("object"), change);
    expect(isUnwritten()).toBeFalse();
  });

  test("a store through a mapping shows when the mapping ends", async () => {
    keep();
    await using mapping = await mapForWriting(tree.at("second"));
    await mapping.write("X");
    await mapping.end();
    expect(tree.read("object").toString()).toBe("Xontent");
    expect(isUnwritten()).toBeFalse();
  });

  test("what was written once can be kept again", () => {
    keep();
    writeFileSync(tree.at("second"), "other");
    expect(isUnwritten()).toBeFalse();
    keep();
    expect(isUnwritten()).toBeTrue();
    keep();
    expect(isUnwritten()).toBeTrue();
  });

  test("what moved to another path before it was kept is known there", () => {
    using followed = contents.follow(tree.at("object"));
    renameSync(tree.at("object"), tree.at("moved"));
    if (followed !== undefined) contents.keep(followed, tree.at("moved"));
    expect([isUnwritten(tree.at("moved")), contents.isKept(tree.at("object"))]).toEqual([true, false]);
  });

  test("what was never kept, and a file that is gone, is not known", () => {
    {
      using _ = contents.follow(tree.at("object"));
    }
    expect(contents.isKept(tree.at("object"))).toBeFalse();
    keep();
    const file = statSync(tree.at("object"), { bigint: true });
    rmSync(tree.at("second"));
    rmSync(tree.at("object"));
    expect(contents.isUnwritten(tree.at("object"), file)).toBeFalse();
  });

  test("two who compare the same file do not disturb each other", () => {
    const [one, other] = [contents.follow(tree.at("object")), contents.follow(tree.at("object"))];
    if (one === undefined || other === undefined) throw new Error("not followed");
    contents.keep(one, tree.at("object"));
    contents.keep(other, tree.at("object"));
    one[Symbol.dispose]();
    other[Symbol.dispose]();
    expect(isUnwritten()).toBeTrue();
  });

  test("the oldest give way where too many are followed", () => {
    contents[Symbol.dispose]();
    contents = open(1);
    keep();
    keep(tree.at("another"));
    expect([isUnwritten(), isUnwritten(tree.at("another"))]).toEqual([false, true]);
  });

  test("nothing is known any more when changes were lost", () => {
    keep();
    writeFileSync(tree.at("noise"), "");
    using _ = contents.follow(tree.at("noise"));
    // The kernel keeps 16,384 events unless told otherwise (max_queued_events, inotify(7)), and joins equal ones in a row.
    keep(tree.at("another"));
    for (let count = 0; count < 9000; count++) {
      writeFileSync(tree.at("noise"), "x");
      writeFileSync(tree.at("noise"), "x", { flag: "a" });
    }
    expect([isUnwritten(), isUnwritten(tree.at("another"))]).toEqual([false, false]);
  });

  test("what can't be followed is not: links, other kinds of file systems, nothing", () => {
    symlinkSync("object", tree.at("link"));
    for (const path of [tree.at("none"), "/proc/self/status"]) expect(contents.follow(path)).toBeUndefined();
    using followed = contents.follow(tree.at("link"));
    if (followed !== undefined) contents.keep(followed, tree.at("link"));
    writeFileSync(tree.at("object"), "changed");
    expect(isUnwritten(tree.at("link"))).toBeFalse();
  });
});
