import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { createFileStates } from "../../../src/key/file-states.ts";
import { findTwins, hasNamesakes } from "../../../src/key/twins.ts";
import { fileTree } from "../../support/file-tree.ts";

const files = createFileStates();
const ONCE = "#pragma once\n";

describe("findTwins()", () => {
  test.each([ONCE, '_Pragma("once")', '#import "x.h"'])("finds two files with the bytes %j", (text) => {
    using tree = fileTree({ "a/x.h": text, "b/x.h": text });
    const [one, other] = [tree.at("a/x.h"), tree.at("b/x.h")];
    const read = [one, other].map((path) => ({ path, state: "F1" }));
    expect(findTwins(read, files)).toEqual(new Set([one, other]));
  });
  test("finds them where another file imports them", () => {
    using tree = fileTree({ "a/x.h": "int a;", "b/x.h": "int a;", "a.c": '\n #  import "a/x.h"\n' });
    const read = ["a/x.h", "b/x.h"].map((name) => ({ path: tree.at(name), state: "F1" }));
    expect(findTwins(read, files).size).toBe(0);
    expect(findTwins([...read, { path: tree.at("a.c"), state: "F2" }], files).size).toBe(2);
  });
  test("takes several names of one file for one", () => {
    using tree = fileTree({ "a/x.h": ONCE, "b/y": "" });
    symlinkSync("../a/x.h", tree.at("b/x.h"));
    const read = ["a/x.h", "b/x.h", "b/../a/x.h"].map((name) => ({ path: `${tree.path}/${name}`, state: "F1" }));
    expect(findTwins(read, files).size).toBe(0);
  });
  test("lets equal files be that are read each time", () => {
    using tree = fileTree({ "a/x.h": "", "b/x.h": "" });
    expect(
      findTwins(
        ["a/x.h", "b/x.h"].map((name) => ({ path: tree.at(name), state: "F1" })),
        files,
      ).size,
    ).toBe(0);
  });
  test("lets files with other bytes be, and what is no file", () => {
    using tree = fileTree({ "a/x.h": ONCE, "b/x.h": ONCE });
    const [path, other] = [tree.at("a/x.h"), tree.at("b/x.h")];
    expect(
      findTwins(
        [
          { path, state: "F1" },
          { path: other, state: "F2" },
        ],
        files,
      ).size,
    ).toBe(0);
    expect(
      findTwins(
        [
          { path, state: "P" },
          { path: other, state: "P" },
        ],
        files,
      ).size,
    ).toBe(0);
  });
});

describe("hasNamesakes()", () => {
  test("is true for one file that is read once by two names, and for two", () => {
    using tree = fileTree({ "a/x.h": ONCE, "c/x.h": ONCE, "b/y": "" });
    symlinkSync("../a/x.h", tree.at("b/x.h"));
    const has = (...names: string[]) =>
      hasNamesakes(names.map((name) => ({ path: `${tree.path}/${name}`, state: "F1" })));
    expect(has("a/x.h", "b/x.h")).toBe(true);
    expect(has("a/x.h", "c/x.h")).toBe(true);
    expect(has("a/x.h", "b/../a/x.h")).toBe(false);
  });
  test("is false for what is no text, and for empty files", () => {
    using tree = fileTree({ "a.so": "\x7fELF\0once", "b.so": "\x7fELF\0once", "a.h": "", "b.h": "" });
    for (const names of [
      ["a.so", "b.so"],
      ["a.h", "b.h"],
    ]) {
      expect(hasNamesakes(names.map((name) => ({ path: tree.at(name), state: "F1" })))).toBe(false);
    }
  });
});
