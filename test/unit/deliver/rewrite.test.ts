import { describe, expect, test } from "bun:test";
import { chmodSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { rewrite } from "../../../src/deliver/rewrite.ts";
import { fileTree } from "../../support/file-tree.ts";

const LARGE = 200_000;

/** Another text for each length. */
function text(length: number): string {
  return Array.from({ length }, (_, at) => String.fromCharCode(32 + ((at * 7 + length) % 90))).join("");
}

describe("rewrite()", () => {
  test.each([
    [0, 0],
    [0, 5],
    [5, 0],
    [5, 5],
    [5, 9],
    [9, 5],
    [65_536, 65_537],
    [65_537, 65_536],
    [7, LARGE],
    [LARGE, LARGE + 70_000],
    [LARGE, 7],
  ])("gives a file of %d bytes a content of %d and leaves its inode and mode", (before, after) => {
    using tree = fileTree({ old: text(before), new: text(after) });
    chmodSync(tree.at("old"), 0o640);
    const { ino } = statSync(tree.at("old"));
    rewrite(tree.at("new"), tree.at("old"));
    expect(readFileSync(tree.at("old"), "utf8") === text(after)).toBe(true);
    expect(statSync(tree.at("old"))).toMatchObject({ ino, mode: 0o100640 });
  });

  test("follows no link and makes no file", () => {
    using tree = fileTree({ new: "new", old: "old" });
    symlinkSync("old", tree.at("link"));
    expect(() => rewrite(tree.at("new"), tree.at("link"))).toThrow("ELOOP");
    expect(() => rewrite(tree.at("new"), tree.at("none"))).toThrow("ENOENT");
    expect(tree.read("old").toString()).toBe("old");
  });
});
