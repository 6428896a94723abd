import { describe, expect, test } from "bun:test";
import { BY_NAME, languageOf } from "../../../src/compilers/gcc-languages.ts";

describe("languageOf()", () => {
  test.each<[string, string]>([
    ["a.c", BY_NAME],
    ["dir.x/a.b.cc", BY_NAME],
    ["a.C", BY_NAME],
    ["a.S", BY_NAME],
    ["a.sx", BY_NAME],
    ["-", "c"],
    ["a", "c++"],
    ["a.s", "assembler-with-cpp"],
  ])("takes %s as %s for something to preprocess", (path, named) => {
    expect(languageOf(path, named)).toMatchObject({ preprocesses: true });
  });
  test.each<[string, string]>([
    ["a.i", BY_NAME],
    ["a.ii", BY_NAME],
    ["a.s", BY_NAME],
    ["a.c", "cpp-output"],
    ["a.c", "c++-cpp-output"],
    ["a.S", "assembler"],
  ])("takes %s as %s for preprocessed", (path, named) => {
    expect(languageOf(path, named)).toMatchObject({ preprocesses: false });
  });
  test.each(["a.s", "a.S", "a.sx"])("takes %s for assembly", (path) => {
    expect(languageOf(path, BY_NAME)).toMatchObject({ assembly: true });
  });
  test.each(["a.c", "a.cpp", "a.i"])("does not take %s for assembly", (path) => {
    expect(languageOf(path, BY_NAME)).toMatchObject({ assembly: false });
  });
  test.each<[string, string, string]>([
    ["precompiled-header", "a.h", BY_NAME],
    ["precompiled-header", "a.hpp", BY_NAME],
    ["precompiled-header", "a.c", "c-header"],
    ["precompiled-header", "a.c", "c++-system-header"],
    ["language", "-", BY_NAME],
    ["language", "a.o", BY_NAME],
    ["language", "a", BY_NAME],
    ["language", "c/a", BY_NAME],
    ["language", "", BY_NAME],
    ["language", ".c", BY_NAME],
    ["language", "a.m", BY_NAME],
    ["language", "a.c", "objective-c"],
    ["language", "a.c", "f95"],
  ])("refuses as %s: %s with -x %s", (reason, path, named) => {
    expect(languageOf(path, named)).toMatchObject({ kind: "refused", reason });
  });
});
