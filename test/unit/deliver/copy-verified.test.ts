import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { copyVerified, type VerifiedCopy } from "../../../src/deliver/copy-verified.ts";
import { xxh64 } from "../../../src/sys/xxh64.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

const CONTENT = Buffer.alloc(2_500_000, "0123456789abcdef!");

function copyIn(tree: TemporaryTree, change: Partial<VerifiedCopy> = {}): VerifiedCopy {
  const [from, to] = [tree.at("from"), tree.at("to")];
  return { from, to, size: CONTENT.length, check: xxh64(CONTENT), mode: 0o640, share: false, ...change };
}

describe("copyVerified()", () => {
  test.each([true, false])("makes an equal file with the given mode (share: %p)", (share) => {
    using tree = fileTree({ from: CONTENT });
    copyVerified(copyIn(tree, { share }));
    expect(tree.read("to").equals(CONTENT)).toBeTrue();
    expect(statSync(tree.at("to")).mode & 0o7777).toBe(0o640);
    expect(statSync(tree.at("to")).nlink).toBe(1);
  });

  test("copies an empty file", () => {
    using tree = fileTree({ from: "" });
    copyVerified(copyIn(tree, { size: 0, check: xxh64(Buffer.alloc(0)) }));
    expect(statSync(tree.at("to")).size).toBe(0);
  });

  test.each([
    ["F1: other content", (tree: TemporaryTree) => writeFileSync(tree.at("from"), Buffer.alloc(CONTENT.length))],
    ["F2: a shorter one", (tree: TemporaryTree) => truncateSync(tree.at("from"), 5)],
    ["F2: a longer one", (tree: TemporaryTree) => writeFileSync(tree.at("from"), "!", { flag: "a" })],
  ])("refuses %s with STORE_CORRUPT", (_, damage) => {
    using tree = fileTree({ from: CONTENT });
    damage(tree);
    for (const share of [true, false]) {
      expect(() => copyVerified(copyIn(tree, { share, to: tree.at(`to-${share}`) }))).toThrow(
        expect.objectContaining({ code: "STORE_CORRUPT" }),
      );
    }
  });

  test("S6: an object that is missing or a symbolic link is STORE_CORRUPT", () => {
    using tree = fileTree({ real: CONTENT });
    expect(() => copyVerified(copyIn(tree))).toThrow(expect.objectContaining({ code: "STORE_CORRUPT" }));
    symlinkSync("real", tree.at("from"));
    expect(() => copyVerified(copyIn(tree))).toThrow(expect.objectContaining({ code: "STORE_CORRUPT" }));
  });

  test("S6: a target that is there already, be it a dangling link, is IO and stays", () => {
    using tree = fileTree({ from: CONTENT, to: "mine" });
    expect(() => copyVerified(copyIn(tree))).toThrow(expect.objectContaining({ code: "IO" }));
    expect(tree.read("to").toString()).toBe("mine");
    symlinkSync("elsewhere", tree.at("planted"));
    expect(() => copyVerified(copyIn(tree, { to: tree.at("planted") }))).toThrow(
      expect.objectContaining({ code: "IO" }),
    );
  });

  test("a directory that is not there is IO", () => {
    using tree = fileTree({ from: CONTENT });
    expect(() => copyVerified(copyIn(tree, { to: tree.at("none/to") }))).toThrow(
      expect.objectContaining({ code: "IO" }),
    );
  });
});

describe("copyVerified() with a hard link asked for", () => {
  const linked = (tree: TemporaryTree, change: Partial<VerifiedCopy> = {}) => copyIn(tree, { link: true, ...change });

  test("gives the object a second name, with the mode of a copy, changed now", () => {
    using tree = fileTree({ from: CONTENT });
    utimesSync(tree.at("from"), 1, 1);
    chmodSync(tree.at("from"), 0o444);
    expect(copyVerified(linked(tree))).toBeFalse();
    const [from, to] = [statSync(tree.at("from")), statSync(tree.at("to"))];
    expect([to.ino, to.nlink, to.mode & 0o7777]).toEqual([from.ino, 2, 0o640]);
    expect(Math.abs(to.mtimeMs - Date.now())).toBeLessThan(60_000);
  });

  test("F6, F7: refuses an object that was written to under another name", () => {
    using tree = fileTree({ from: CONTENT });
    copyVerified(linked(tree));
    const { mtimeMs } = statSync(tree.at("to"));
    const other = openSync(tree.at("to"), "r+");
    writeSync(other, "X", 77);
    closeSync(other);
    utimesSync(tree.at("to"), mtimeMs / 1000, mtimeMs / 1000);
    for (const link of [true, false]) {
      expect(() => copyVerified(linked(tree, { link, to: tree.at(`again-${link}`) }))).toThrow(
        expect.objectContaining({ code: "STORE_CORRUPT" }),
      );
    }
  });

  test("copies where another name has another mode", () => {
    using tree = fileTree({ from: CONTENT });
    copyVerified(linked(tree));
    copyVerified(linked(tree, { to: tree.at("other"), mode: 0o600 }));
    expect(statSync(tree.at("other")).nlink).toBe(1);
    expect(statSync(tree.at("to")).mode & 0o7777).toBe(0o640);
  });

  test("copies to another file system", () => {
    using tree = fileTree({ from: CONTENT });
    const elsewhere = mkdtempSync("/dev/shm/zccache-test-");
    try {
      expect(statSync(elsewhere).dev).not.toBe(statSync(tree.path).dev);
      copyVerified(linked(tree, { to: `${elsewhere}/to` }));
      expect(readFileSync(`${elsewhere}/to`).equals(CONTENT)).toBeTrue();
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});
