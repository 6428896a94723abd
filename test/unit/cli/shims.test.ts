import { describe, expect, test } from "bun:test";
import { chmodSync, lstatSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { interpret } from "../../../src/cli/run.ts";
import { occupantOf, toolsOnPath } from "../../../src/cli/shims.ts";
import { identifySelf } from "../../../src/sys/self-image.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { surroundings } from "./surroundings.ts";

const self = identifySelf();

function toolTree(...names: string[]): TemporaryTree {
  const tree = fileTree(Object.fromEntries(names.map((name) => [`bin/${name}`, ""])));
  for (const name of names) chmodSync(tree.at(`bin/${name}`), 0o755);
  return tree;
}

describe("toolsOnPath()", () => {
  test("takes tools by name, versions and triplets included, and nothing else", () => {
    const tools = [
      "ar",
      "arm-none-eabi-g++",
      "c++",
      "cc",
      "clang",
      "clang++-14",
      "g++",
      "gcc",
      "gcc-12",
      "gcc-4.9",
      "gcc-ar",
      "gcc-ar-12",
      "gcc-ranlib",
      "ld",
      "ld.gold",
      "ld.lld",
      "ld.lld-14",
      "llvm-ar-14",
      "mold",
      "objcopy",
      "ranlib",
      "strip",
      "x86_64-linux-gnu-gcc-12",
      "x86_64-linux-gnu-gcc-ar",
      "x86_64-linux-gnu-ld.bfd",
      "x86_64-linux-gnu-strip",
    ];
    const others = [
      "c89-gcc",
      "c99-gcc",
      "gcc-nm",
      "gccgo",
      "ld.so",
      "ldd",
      "lld-link",
      "llvm-ranlib",
      "llvm-strip",
      "tar",
      "clang-tidy",
      "clang-cpp",
      "gcc.sh",
      "agcc",
      "cc1",
    ];
    using tree = toolTree(...tools, ...others);
    expect(toolsOnPath(`/none:bin:${tree.at("bin")}`, self)).toEqual(tools);
  });
  test("takes no file that can't be executed, no directory and not us", () => {
    using tree = toolTree("gcc");
    tree.write({ "bin/cc": "", "bin/g++/x": "" });
    symlinkSync(process.execPath, tree.at("bin/c++"));
    symlinkSync("nothing", tree.at("bin/gcc-9"));
    expect(toolsOnPath(tree.at("bin"), self)).toEqual(["gcc"]);
  });
});

test("occupantOf() tells our links from everything else", () => {
  using tree = fileTree({ file: "", "directory/x": "" });
  symlinkSync(process.execPath, tree.at("ours"));
  symlinkSync("ours", tree.at("indirect"));
  symlinkSync("/gone/zccache", tree.at("left-behind"));
  symlinkSync("/gone/gcc", tree.at("dangling"));
  symlinkSync("file", tree.at("other"));
  const names = ["none", "ours", "indirect", "left-behind", "file", "directory", "dangling", "other"];
  expect(names.map((name) => occupantOf(tree.at(name), self))).toEqual([
    "nothing",
    "stand-in",
    "stand-in",
    "stand-in",
    "foreign",
    "foreign",
    "foreign",
    "foreign",
  ]);
});

describe("install-shims", () => {
  test("links the compilers on PATH to the executable and prints the PATH line; again is fine", async () => {
    using tree = toolTree("gcc", "g++-12");
    const around = surroundings(tree, { environment: [`PATH=${tree.at("bin")}`] });
    for (const _time of [1, 2]) {
      const result = await interpret(["install-shims", tree.at("new/shims")], around);
      expect([result.exitCode, result.stderr]).toEqual([0, ""]);
      expect(result.stdout).toContain("Installed 2 stand-ins");
      expect(result.stdout).toContain(`export PATH="${tree.at("new/shims")}:$PATH"`);
    }
    expect(readdirSync(tree.at("new/shims")).sort()).toEqual(["g++-12", "gcc"]);
    expect(readlinkSync(tree.at("new/shims/gcc"))).toBe(process.execPath);
  });
  test("takes names, and replaces links that a moved zccache left", async () => {
    using tree = fileTree({ "shims/keep": "" });
    symlinkSync("/gone/zccache", tree.at("shims/gcc"));
    await interpret(["install-shims", tree.at("shims"), "gcc", "my-cc"], surroundings(tree));
    expect(readdirSync(tree.at("shims")).sort()).toEqual(["gcc", "keep", "my-cc"]);
    expect(readlinkSync(tree.at("shims/gcc"))).toBe(process.execPath);
  });
  test("refuses to replace what is none of ours, and then installs nothing", async () => {
    using tree = fileTree({ "shims/gcc": "precious" });
    const result = await interpret(["install-shims", tree.at("shims"), "cc", "gcc"], surroundings(tree));
    expect([result.exitCode, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toContain(`"${tree.at("shims/gcc")}" exists and is none of ours`);
    expect(readdirSync(tree.at("shims"))).toEqual(["gcc"]);
    expect(tree.read("shims/gcc").toString()).toBe("precious");
  });
  test.each([["../gcc"], ["."], ["zccache"], ["zccache-daemon"]])("refuses the name %p", async (name) => {
    using tree = fileTree();
    const result = await interpret(["install-shims", tree.at("shims"), name], surroundings(tree));
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(`"${name}"`);
  });
  test("says so when there is no compiler on PATH", async () => {
    using tree = fileTree();
    const result = await interpret(["install-shims", tree.at("shims")], surroundings(tree));
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("Cannot find a compiler, linker or archiver on PATH");
  });
});

describe("uninstall-shims", () => {
  test("removes our links and nothing else", async () => {
    using tree = fileTree({ "shims/file": "", "shims/directory/x": "" });
    for (const name of ["gcc", "cc", "zccache"]) symlinkSync(process.execPath, tree.at(`shims/${name}`));
    symlinkSync("/bin/sh", tree.at("shims/sh"));
    const result = await interpret(["uninstall-shims", tree.at("shims")], surroundings(tree));
    expect(result).toEqual({ exitCode: 0, stdout: `Removed 2 stand-ins from ${tree.at("shims")}.\n`, stderr: "" });
    expect(readdirSync(tree.at("shims")).sort()).toEqual(["directory", "file", "sh", "zccache"]);
    expect(lstatSync(tree.at("shims/sh")).isSymbolicLink()).toBe(true);
  });
  test("removes only those that are named", async () => {
    using tree = fileTree({ "shims/file": "" });
    for (const name of ["gcc", "cc"]) symlinkSync(process.execPath, tree.at(`shims/${name}`));
    await interpret(["uninstall-shims", tree.at("shims"), "cc", "file"], surroundings(tree));
    expect(readdirSync(tree.at("shims")).sort()).toEqual(["file", "gcc"]);
  });
  test("names a directory that is not there", async () => {
    using tree = fileTree();
    const result = await interpret(["uninstall-shims", tree.at("none")], surroundings(tree));
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(tree.at("none"));
  });
});
