import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { findTwins } from "../../../src/key/twins.ts";
import { fileTree } from "../../support/file-tree.ts";

const ONCE = "#pragma once\n";

describe("findTwins()", () => {
  test.each([ONCE, '_Pragma("once")', '#import "x.h"'])("finds two files with the bytes %j", (text) => {
    using tree = fileTree({ "a/x.h": text, "b/x.h": text });
    const [one, other] = [tree.at("a/x.h"), tree.at("b/x.h")];
    const read = [one, other].map((path) => ({ path, state: "F1" }));
    expect(findTwins(read)).toEqual(new Set([one, other]));
  });
  test("takes several names of one file for one", () => {
    using tree = fileTree({ "a/x.h": ONCE, "b/y": "" });
    symlinkSync("../a/x.h", tree.at("b/x.h"));
    const read = ["a/x.h", "b/x.h", "b/../a/x.h"].map((name) => ({ path: `${tree.path}/${name}`, state: "F1" }));
    expect(findTwins(read).size).toBe(0);
  });
  test("lets equal files be that are read each time", () => {
    using tree = fileTree({ "a/x.h": "", "b/x.h": "" });
    expect(findTwins(["a/x.h", "b/x.h"].map((name) => ({ path: tree.at(name), state: "F1" }))).size).toBe(0);
  });
  test("lets files with other bytes be, and what is no file", () => {
    using tree = fileTree({ "a/x.h": ONCE, "b/x.h": ONCE });
    const [path, other] = [tree.at("a/x.h"), tree.at("b/x.h")];
    expect(
      findTwins([
        { path, state: "F1" },
        { path: other, state: "F2" },
      ]).size,
    ).toBe(0);
    expect(
      findTwins([
        { path, state: "P" },
        { path: other, state: "P" },
      ]).size,
    ).toBe(0);
  });
});
