import { describe, expect, test } from "bun:test";
import { statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
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
