import { describe, expect, test } from "bun:test";
import { BY_NAME, languageOf } from "../../../src/compilers/languages.ts";

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
    ["a.m", BY_NAME],
    ["a.mm", BY_NAME],
    ["a.M", BY_NAME],
    ["a", "objective-c"],
  ])("takes %s as %s for something to preprocess", (path, named) => {
    expect(languageOf(path, named)).toMatchObject({ preprocesses: true });
  });
  test.each<[string, string]>([
    ["a.i", BY_NAME],
    ["a.ii", BY_NAME],
    ["a.mi", BY_NAME],
    ["a.mii", BY_NAME],
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
  test.each<[string, string]>([
    ["a.h", BY_NAME],
    ["a.hpp", BY_NAME],
    ["a.c", "c-header"],
  ])("takes %s as %s for a header to precompile", (path, named) => {
    expect(languageOf(path, named)).toMatchObject({ header: true });
  });
  test.each(["a.c", "a.cpp", "a.i"])("does not take %s for assembly", (path) => {
    expect(languageOf(path, BY_NAME)).toMatchObject({ assembly: false });
  });
  test.each<[string, string, string]>([
    ["modules", "a.c", "c++-system-header"],
    ["modules", "a.c", "c++-user-header"],
    ["language", "-", BY_NAME],
    ["language", "a.o", BY_NAME],
    ["language", "a", BY_NAME],
    ["language", "c/a", BY_NAME],
    ["language", "", BY_NAME],
    ["language", ".c", BY_NAME],
    ["language", "a.c", "f95"],
  ])("refuses as %s: %s with -x %s", (reason, path, named) => {
    expect(languageOf(path, named)).toMatchObject({ kind: "refused", reason });
  });
});
