import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import {
  changedSince,
  type FileStamp,
  readStamp,
  sameStamp,
  settled,
  stampsAreTrusted,
} from "../../../src/key/file-stamp.ts";
import { fileClockNs } from "../../../src/sys/libc.ts";
import { fileTree } from "../../support/file-tree.ts";

const SECOND = 1_000_000_000n;
const NOW = BigInt(Date.now()) * 1_000_000n;

function stampAt(mtimeNs: bigint, ctimeNs: bigint): FileStamp {
  return { kind: "file", dev: 1n, ino: 2n, size: 3n, mtimeNs, ctimeNs };
}

describe("readStamp()", () => {
  test("tells files, directories, links, devices, absence and errors apart", () => {
    using tree = fileTree({ "a.h": "a" });
    mkdirSync(tree.at("d"));
    symlinkSync("a.h", tree.at("l"));
    symlinkSync("nothing", tree.at("dangling"));
    symlinkSync("loop", tree.at("loop"));
    const kinds = ["a.h", "d", "l", "dangling", "none", "a.h/x"].map(
      (name) => readStamp(tree.at(name), "content").kind,
    );
    expect(kinds).toEqual(["file", "directory", "file", "absent", "absent", "absent"]);
    expect(readStamp(tree.at("l"), "link").kind).toBe("link");
    expect(readStamp("/dev/null", "content").kind).toBe("other");
    expect(readStamp(tree.at("loop"), "content")).toEqual({ kind: "unreadable", errno: "ELOOP" });
    expect(readStamp(tree.at("x".repeat(300)), "content")).toEqual({ kind: "unreadable", errno: "ENAMETOOLONG" });
  });

  test("takes paths of any bytes", () => {
    using tree = fileTree();
    writeFileSync(Buffer.from(`${tree.path}/\xff.h`, "latin1"), "a");
    expect(readStamp(`${tree.path}/\xff.h`, "content").kind).toBe("file");
  });
});

describe("sameStamp()", () => {
  test("T2: a same-size edit with its mtime put back is another stamp", () => {
    using tree = fileTree({ "a.h": "old" });
    utimesSync(tree.at("a.h"), 1_000_000, 1_000_000);
    const before = readStamp(tree.at("a.h"), "content");
    writeFileSync(tree.at("a.h"), "new");
    utimesSync(tree.at("a.h"), 1_000_000, 1_000_000);
    const after = readStamp(tree.at("a.h"), "content");
    expect(sameStamp(before, after)).toBeFalse();
    expect(before).toMatchObject({ mtimeNs: 1_000_000n * SECOND, size: 3n });
    expect(after).toMatchObject({ mtimeNs: 1_000_000n * SECOND, size: 3n });
  });

  test("two absences are not the same file", () => {
    expect(sameStamp({ kind: "absent" }, { kind: "absent" })).toBeFalse();
  });
});

describe("settled()", () => {
  test.each([
    ["both times older than 2 s", stampAt(NOW - 3n * SECOND, NOW - 3n * SECOND), true],
    ["a young mtime", stampAt(NOW - SECOND, NOW - 3n * SECOND), false],
    ["a young ctime", stampAt(NOW - 3n * SECOND, NOW - SECOND), false],
    ["exactly 2 s", stampAt(NOW - 2n * SECOND, NOW - 2n * SECOND), false],
    ["a time in the future", stampAt(NOW - 3n * SECOND, NOW + SECOND), false],
  ])("%s", (_, stamp, expected) => {
    expect(settled(stamp, NOW)).toBe(expected);
  });
});

describe("changedSince()", () => {
  test.each([
    ["written before the start", stampAt(NOW - SECOND, NOW - SECOND), false],
    ["written after it", stampAt(NOW + 1n, NOW + 1n), true],
    ["written in the tick of the start", stampAt(NOW, NOW), true],
    ["mtime put back after it", stampAt(NOW - SECOND, NOW + 1n), true],
    ["T6: mtime set into the future before it", stampAt(NOW + 1_000_000n * SECOND, NOW - SECOND), false],
  ])("%s", (_, stamp, expected) => {
    expect(changedSince(stamp, NOW)).toBe(expected);
  });
});

describe("stampsAreTrusted()", () => {
  test("M7: proc makes its times up, a path that is gone has none", () => {
    expect(stampsAreTrusted("/proc/self/status")).toBeFalse();
    expect(stampsAreTrusted("/nonexistent")).toBeFalse();
  });
});

test("fileClockNs() is never later than the stamp of a write after it, and at most a tick before it", () => {
  using tree = fileTree();
  let closest = 1n << 62n;
  for (let count = 0; count < 300; count++) {
    const before = fileClockNs();
    writeFileSync(tree.at("file"), String(count));
    const found = readStamp(tree.at("file"), "content");
    if (found.kind !== "file") throw new Error(found.kind);
    expect(found.mtimeNs).toBeGreaterThanOrEqual(before);
    expect(found.ctimeNs).toBeGreaterThanOrEqual(before);
    if (found.mtimeNs - before < closest) closest = found.mtimeNs - before;
  }
  // The longest tick of a kernel, 1/100 s.
  expect(closest).toBeLessThanOrEqual(10_000_000n);
});
