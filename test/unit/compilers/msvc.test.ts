import { describe, expect, test } from "bun:test";
import { findCompiler } from "../../../src/compilers/index.ts";
import { msvcLibrarian, msvcLinker } from "../../../src/compilers/msvc.ts";
import { cachedPlan, refusalOf } from "./link-plans.ts";

const keyOf = (line: string, tool = msvcLibrarian): string => cachedPlan(tool, line).keyArguments.join(" ");

test("names in any case, with and without an extension, are those of lib and link [links 5]", () => {
  const names = {
    lib: "lib LIB lib.exe LIB.EXE Lib.exe llvm-lib llvm-lib-15",
    link: "link LINK link.exe LINK.EXE lld-link lld-link-15",
  };
  for (const [family, called] of Object.entries(names))
    for (const name of called.split(" ")) expect([name, findCompiler(name)?.name]).toEqual([name, family]);
  for (const name of ["libtool", "lib.sh", "linker", "unlink", "mylib", "link.exe.old"])
    expect([name, findCompiler(name)?.name]).toEqual([name, undefined]);
});

test("the name decides, not the file behind it", () => {
  expect(findCompiler("lib", "llvm-ar")?.name).toBe("lib");
  expect(findCompiler("link", "lld-14")?.name).toBe("link");
});

describe("lib [links 5]", () => {
  test.each<[string, string]>([
    ["/OUT:x.lib a.obj b.obj", "x.lib"],
    ["-OUT:x.lib a.obj", "x.lib"],
    ["/out:dir/x.lib a.obj", "dir/x.lib"],
    ["/nologo a.obj /OUT:x.lib", "x.lib"],
    ["a.obj b.obj", "a.lib"],
    ["dir/a.obj", "dir/a.lib"],
    ["a/.obj", "a/.obj.lib"],
    ["/home/a.obj /OUT:/tmp/x.lib", "/tmp/x.lib"],
    ["/home/a.b/c", "/home/a.b/c.lib"],
  ])("%s makes one library", (line, path) => {
    expect(cachedPlan(msvcLibrarian, line)).toMatchObject({ link: true, outputs: [{ role: "object", path }] });
  });

  test("takes what begins with a slash and is no option for an input", () => {
    expect(cachedPlan(msvcLibrarian, "/nologo /home/a.obj").source).toBe("/home/a.obj");
    expect(cachedPlan(msvcLibrarian, "-nologo -machine:x64 a.obj").source).toBe("a.obj");
  });

  test("leaves the library's name out of the key unless it stands in an import library", () => {
    expect(keyOf("/OUT:a.lib x.obj")).toBe(keyOf("x.obj -out:b.lib"));
    expect(keyOf("/DEF:d.def /OUT:a.lib x.obj")).not.toBe(keyOf("/DEF:d.def /OUT:b.lib x.obj"));
    expect(keyOf("x.obj y.obj")).not.toBe(keyOf("y.obj x.obj"));
    expect(keyOf("/LTCG x.obj")).not.toBe(keyOf("x.obj"));
  });

  test("says that a library which it also reads is changed", () => {
    expect(cachedPlan(msvcLibrarian, "/OUT:x.lib x.lib a.obj").previous).toEqual(["x.lib"]);
    expect(cachedPlan(msvcLibrarian, "/OUT:x.lib a.obj").previous).toBeUndefined();
  });

  test.each<[string, string]>([
    ["/LIST x.lib", "archive-operation"],
    ["/list:f x.lib", "archive-operation"],
    ["-EXTRACT:a.obj x.lib", "archive-operation"],
    ["/OUT:x.lib", "no-source"],
    ["", "no-source"],
    ["/?", "library"],
    ["@args", "bad-response-file"],
    ["/OUT:x.lib /dev/fd/3", "caller-stream"],
  ])("refuses %j: %s", (line, reason) => {
    expect(refusalOf(msvcLibrarian, line)).toBe(`link ${reason}`);
  });
});

describe("link [links 5]", () => {
  test.each<[string, string]>([
    ["/OUT:x.exe a.obj", "x.exe"],
    ["-out:x.exe a.obj", "x.exe"],
    ["dir/a.obj b.obj", "a.exe"],
    ["/DLL a.obj", "a.dll"],
    ["/dll /OUT:x.pyd a.obj", "x.pyd"],
  ])("%s makes one program or library, whose name may show", (line, path) => {
    const plan = cachedPlan(msvcLinker, line);
    expect(plan).toMatchObject({ link: true, outputs: [{ role: "object", path }], sideOutputs: true, cwdInKey: true });
    expect(plan.keyArguments).not.toEqual(cachedPlan(msvcLinker, `${line} /OUT:other`).keyArguments);
  });
  test("refuses to link nothing", () => {
    expect(refusalOf(msvcLinker, "/OUT:x.exe /DLL")).toBe("link no-source");
  });
});

test("warns of what makes every output another, with what does not [links 3]", () => {
  expect(cachedPlan(msvcLibrarian, "a.obj").warning).toContain("/BREPRO");
  expect(cachedPlan(msvcLibrarian, "/Brepro a.obj").warning).toBeUndefined();
  expect(cachedPlan(msvcLinker, "a.obj").warning).toContain("/DETERMINISTIC");
  expect(cachedPlan(msvcLinker, "/DETERMINISTIC a.obj").warning).toBeUndefined();
  expect(cachedPlan(msvcLinker, "-Brepro a.obj").warning).toBeUndefined();
});
