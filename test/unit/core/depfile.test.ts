import { describe, expect, test } from "bun:test";
import { isPlainTarget, retarget, retargetAs } from "../../../src/core/depfile.ts";

// The real gcc is asked for the same depfiles in test/property/gcc-depfile.test.ts.
describe("retarget()", () => {
  test.each([
    ["a.o: a.c h.h\n", "a.o", "out/b.o", "out/b.o: a.c h.h\n"],
    ["a.o: a.c h.h\nh.h:\n", "./a.o", ".//b.o", "b.o: a.c h.h\nh.h:\n"],
    ["a.o: a\\ b.c \\\n h.h\n", "a.o", "b.o", "b.o: a\\ b.c h.h\n"],
    ["a.o:\n", "a.o", "b.o", "b.o:\n"],
  ])("%j of %s becomes that of %s", (content, from, ...[to, expected = ""]) => {
    expect(retarget(content, from, to)).toBe(expected);
  });
  test("breaks lines before a name that would end behind column 72", () => {
    const names = ["x".repeat(34), "y".repeat(34)];
    expect(retarget(`a: ${names.join(" ")}\n`, "a", "b")).toBe(`b: ${names.join(" ")}\n`);
    expect(retarget(`a: ${names.join(" ")}\n`, "a", "bcd")).toBe(`bcd: ${names.join(" \\\n ")}\n`);
  });
  test.each([
    ["b.o: a.c\n", "a.o"],
    ["a.o : a.c\n", "a.o"],
    ["a.o: a.c", "a.o"],
    ["", "a.o"],
  ])("does not know %j as a depfile of %s", (content, from) => {
    expect(retarget(content, from, "x.o")).toBeUndefined();
  });
});

describe("isPlainTarget()", () => {
  test.each(["a.o", "./out/x-1.2_3.o", "/abs/a~b@c+d,e=f^g.o"])("%s is", (name) => {
    expect(isPlainTarget(name)).toBe(true);
  });
  test.each(["a b.o", "a$.o", "a#.o", "a:b.o", "a\\b.o", "a%.o", "./", "", "\xe9.o", "a\tb"])("%j is not", (name) => {
    expect(isPlainTarget(name)).toBe(false);
  });
});

test("retargetAs() gives a linker's depfile another target and leaves its folding alone", () => {
  const content = `./p: \\\n  a.o \\\n  ${"x".repeat(80)}.o\n\na.o:\n`;
  const to = "a/much/longer/name/of/a/program";
  expect(retargetAs("link-depfile", content, { from: "./p", to })).toBe(to + content.slice(3));
  expect(retargetAs("link-depfile", content, { from: "p", to })).toBeUndefined();
  expect(retargetAs("depfile", "a.o: a.c\n", { from: "a.o", to: "b.o" })).toBe("b.o: a.c\n");
});
