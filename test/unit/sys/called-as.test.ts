import { describe, expect, test } from "bun:test";
import { chmodSync, symlinkSync } from "node:fs";
import { argumentZero, pathPastStandIns } from "../../../src/sys/called-as.ts";
import { identifySelf } from "../../../src/sys/self-image.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

describe("argumentZero()", () => {
  const zero = (called: string | undefined, path: string, PATH: string | undefined = "/usr/bin") =>
    argumentZero({ called, path }, { path: PATH, cwd: "/w" });

  test.each([
    ..."ar ranlib nm strip objcopy objdump readelf size strings addr2line c++filt as".split(" "),
    ..."ld ld.bfd ld.gold ld.lld ld.mold ld64.lld lld gold mold wasm-ld".split(" "),
    ..."llvm-ar llvm-ar-14 ld.lld-14 x86_64-linux-gnu-ld.bfd arm-none-eabi-ar ar-2.40 my-gcc-tools-ar mygcc-ar".split(
      " ",
    ),
  ])("is %s as the caller wrote it", (name) => {
    expect(zero(name, `/usr/bin/${name}`)).toBe(name);
  });
  test.each([
    ..."gcc g++ cc c++ clang clang-14 cpp gfortran rustc x86_64-linux-gnu-gcc-12 emar star ld.so ar-x -".split(" "),
    ..."gcc-ar gcc-ar-12 gcc-nm gcc-ranlib x86_64-linux-gnu-gcc-ar-12 ar- ar-.1 ar.".split(" "),
  ])("is the path of %s", (name) => {
    expect(zero(name, `/usr/bin/${name}`)).toBe(`/usr/bin/${name}`);
  });
  test("is a name with a slash only if it leads to the tool", () => {
    expect(zero("./bin/ar", "/w/./bin/ar")).toBe("./bin/ar");
    expect(zero("/usr/bin/ar", "/usr/bin/ar")).toBe("/usr/bin/ar");
    expect(zero("/opt/shims/ar", "/usr/bin/ar")).toBe("/usr/bin/ar");
    expect(zero("shims/ar", "/usr/bin/ar")).toBe("/usr/bin/ar");
  });
  test("is the path where the tool could not find its place by a name", () => {
    expect(argumentZero({ called: "ar", path: "/usr/bin/ar" }, { path: undefined, cwd: "/w" })).toBe("/usr/bin/ar");
    expect(zero("./ar", "/w/./ar", undefined)).toBe("./ar");
    expect(zero(undefined, "/usr/bin/ar")).toBe("/usr/bin/ar");
  });
});

describe("pathPastStandIns()", () => {
  const self = identifySelf();
  /** `@` is the tree, in which a, b and c hold stand-ins, r and s the tool, and n nothing of that name. */
  const past = (tree: TemporaryTree, path: string, tool = "@/r/ar"): string | undefined =>
    pathPastStandIns("ar", tool.replaceAll("@", tree.path), {
      path: path.replaceAll("@", tree.path),
      cwd: tree.at("a"),
      self,
    })?.replaceAll(tree.path, "@");

  function tools(): TemporaryTree {
    const tree = fileTree({ "r/ar": "", "s/ar": "", "a/other": "", "b/other": "", "c/other": "", "n/other": "" });
    for (const name of ["r/ar", "s/ar"]) chmodSync(tree.at(name), 0o755);
    for (const name of ["a/ar", "b/ar", "c/ar"]) symlinkSync(process.execPath, tree.at(name));
    return tree;
  }

  test("leaves PATH alone where no stand-in is in front of the tool", () => {
    using tree = tools();
    expect(past(tree, "@/r:@/a")).toBe("@/r:@/a");
    expect(past(tree, "@/n:/nowhere:@/r")).toBe("@/n:/nowhere:@/r");
  });
  test("has directories with stand-ins behind the tool's, in their order, and all others where they were", () => {
    using tree = tools();
    expect(past(tree, "@/a:@/r")).toBe("@/r:@/a");
    expect(past(tree, "@/a:@/n:@/b:/nowhere:@/r:@/c:@/s")).toBe("@/n:/nowhere:@/r:@/a:@/b:@/c:@/s");
    expect(past(tree, "@/a:@/r:@/s:@/b", "@/s/ar")).toBe("@/r:@/s:@/a:@/b");
  });
  test("takes an empty element for the working directory", () => {
    using tree = tools();
    expect(past(tree, ":@/r")).toBe("@/r:");
    expect(past(tree, ".::@/n:@/r:")).toBe("@/n:@/r:.::");
  });
  test("is undefined for a tool that the name does not lead to", () => {
    using tree = tools();
    expect(past(tree, "@/a:@/n")).toBeUndefined();
    expect(past(tree, "")).toBeUndefined();
  });
});
