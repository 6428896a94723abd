import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import {
  findRemap,
  fromDirectory,
  namedRoot,
  remapArguments,
  remapPath,
  remapText,
  settlePath,
} from "../../../src/key/remap.ts";
import { fileTree } from "../../support/file-tree.ts";

const REMAP = { root: "/w/r", way: "../" };

test("remapArguments() leaves the root out where a path begins with it, and nowhere else", () => {
  const of = (argument: string): string | undefined => remapArguments([argument], REMAP).at(-1);
  for (const argument of ["-L/w/r/lib", "-Wl,-T,/w/r/x.ld", "--sysroot=/w/r", "/w/r/a.o", "/w/r", "-la:/w/r/b"])
    expect(of(argument)).toBe(argument.replace("/w/r", "\0root"));
  for (const argument of ["/w/r-2/a.o", "-L/v/w/r/lib", "-L/w/rest", "x/w/r"]) expect(of(argument)).toBe(argument);
  expect(remapArguments([], REMAP)).not.toEqual(remapArguments([], { ...REMAP, way: "" }));
  expect(remapArguments(["/w.r/a"], { root: "/w.r", way: "" }).at(-1)).toBe("\0root/a");
  expect(remapArguments(["/wxr/a"], { root: "/w.r", way: "" }).at(-1)).toBe("/wxr/a");
});

test("remapPath() names what is in the tree from the working directory", () => {
  expect(
    ["/w/r/lib/x.a", "/w/r", "/w/r/", "/w/rest/x", "x.a", "/usr/lib"].map((path) => remapPath(path, REMAP)),
  ).toEqual(["../lib/x.a", "..", "../", "/w/rest/x", "x.a", "/usr/lib"]);
  expect(remapPath("/w/r", { root: "/w/r", way: "" })).toBe(".");
});

describe("findRemap()", () => {
  const find = (cwd: string, root?: string, remap = "Auto") =>
    findRemap(cwd, (name) => (name === "ZCCACHE_PATH_REMAP" ? remap : root));

  test("takes the nearest directory with a .git, be it a file", () => {
    using tree = fileTree({ ".git/HEAD": "", "a/.git": "", "a/b/c/x": "", "d/x": "" });
    expect(find(tree.at("a/b/c"))).toEqual({ root: tree.at("a"), way: "../../" });
    expect(find(tree.at("a"))).toEqual({ root: tree.at("a"), way: "" });
    expect(find(tree.at("d"))).toEqual({ root: tree.path, way: "../" });
    expect(find("/")).toBeUndefined();
  });
  test("takes the directory that is named, if it is one above", () => {
    using tree = fileTree({ "a/b/x": "", "a/.git": "", c: "" });
    mkdirSync(tree.at("d"));
    symlinkSync("a", tree.at("link"));
    expect(find(tree.at("a/b"), "..")).toEqual({ root: tree.at("a"), way: "../" });
    expect(find(tree.at("a/b"), tree.at("link"))).toEqual({ root: tree.at("a"), way: "../" });
    for (const root of [tree.at("d"), "/"]) expect(find(tree.at("a/b"), root)).toBeUndefined();
  });
  test("takes the nearest one with a .git where what is named is no directory [links 15]", () => {
    using tree = fileTree({ "a/b/x": "", "a/.git": "", c: "" });
    for (const root of [tree.at("c"), tree.at("none"), "none/.."])
      expect(find(tree.at("a/b"), root)).toEqual({ root: tree.at("a"), way: "../" });
  });
  test("is not asked for", () => {
    using tree = fileTree({ ".git/HEAD": "" });
    for (const value of ["", "1", "on"]) expect(find(tree.path, undefined, value)).toBeUndefined();
  });
});

test("fromDirectory() leaves the working directory out as a whole, and as what is replaced", () => {
  const of = (text: string) => fromDirectory(text, "/w/r");
  expect(["/w/r=.", "native=/w/r/lib", "--remap-path-prefix=/w/r/src=/x"].map(of)).toEqual([
    "\0here=.",
    "native=\0here/lib",
    "--remap-path-prefix=\0here/src=/x",
  ]);
  for (const other of ["/w/r-2=.", "/x/w/r", "src"]) expect(of(other)).toBe(other);
});

test("remapArguments() tells the root from the working directory that it is in", () => {
  const remap = { ...namedRoot("/w/r/target"), directory: "/w/r" };
  expect(remapArguments(["/w/r/target/x", "/w/r/x"], remap).slice(-2)).toEqual(["\0root/x", "\0here/x"]);
});

describe("namedRoot()", () => {
  const remap = namedRoot("/b/target/debug");
  test.each(["/b/target/debug", "/b/target/debug/deps/libx.rmeta", "/b/target/debugger", "/usr", "src/x.rs"])(
    "is undone by settlePath(): %s",
    (path) => {
      expect(settlePath(remapPath(path, remap), remap)).toBe(path);
    },
  );
  test("gives one path in two builds one name", () => {
    const other = namedRoot("/c");
    expect(remapPath("/c/deps/x", other)).toBe(remapPath("/b/target/debug/deps/x", remap));
    expect(remapArguments(["-Ldependency=/c/deps"], other)).toEqual(
      remapArguments(["-Ldependency=/b/target/debug/deps"], remap),
    );
  });
  test("leaves paths of a tree that is named from the working directory alone", () => {
    expect(settlePath("//root/x", { root: "/c", way: "../" })).toBe("//root/x");
  });
});

describe("remapText()", () => {
  test("finds the root in lists of paths only as a whole", () => {
    const text = "/c/deps:/usr/lib:/c:/c2:/x/c";
    expect(remapText(text, namedRoot("/c"))).toBe("\0root/deps:/usr/lib:\0root:/c2:/x/c");
  });
});
