import { describe, expect, test } from "bun:test";
import { archiver, indexer, llvmArchiver } from "../../../src/compilers/archiver.ts";
import { cachedPlan, refusalOf } from "./link-plans.ts";

const keyOf = (line: string): string => cachedPlan(archiver, line).keyArguments.join(" ");

describe("archiver.parse()", () => {
  test.each<[string, string]>([
    ["rcsD libx.a a.o b.o", "libx.a"],
    ["-rcs libx.a a.o", "libx.a"],
    ["rc -D libx.a a.o", "libx.a"],
    ["qc libx.a a.o", "libx.a"],
    ["rcsb pos.o libx.a new.o", "libx.a"],
    ["rNa 2 pos.o libx.a new.o", "libx.a"],
    ["--plugin p.so rcs libx.a a.o", "libx.a"],
    ["rcs --thin libx.a a.o", "libx.a"],
    ["s libx.a", "libx.a"],
  ])("%s: one archive, which is changed [links 5]", (line, archive) => {
    expect(cachedPlan(archiver, line)).toMatchObject({
      link: true,
      outputs: [{ role: "direct", path: archive }],
      previous: [archive],
      timeless: true,
    });
  });

  test.each<[boolean, string]>([
    [true, "rcs l.a a.o b.o"],
    [true, "-r -cD l.a d/a.o b.o"],
    [true, "ruvS l.a a.o"],
    [true, "s l.a"],
    [false, "qc l.a a.o"],
    [false, "qcs l.a a.o b.o"],
    [false, "rcs l.a a.o d/a.o"],
    [false, "rcsb pos.o l.a a.o"],
    [false, "rNa 2 pos.o l.a a.o"],
    [false, "rcP l.a d/a.o"],
    [false, "rcsT l.a a.o"],
    [false, "rcs --thin l.a a.o"],
    [false, "rcL l.a b.a"],
  ])("says %p to whether it makes the same again of what it has made: %s", (repeatable, line) => {
    expect(cachedPlan(archiver, line).repeatable).toBe(repeatable);
  });

  test("leaves the archive's name out of the key unless it is said or its members are told relative to it", () => {
    expect(keyOf("rcs a.a x.o")).toBe(keyOf("rcs b.a x.o"));
    expect(keyOf("rs a.a x.o")).not.toBe(keyOf("rs b.a x.o"));
    expect(keyOf("rcsT a.a x.o")).not.toBe(keyOf("rcsT b.a x.o"));
    expect(cachedPlan(archiver, "rcsT a.a x.o").cwdInKey).toBe(true);
    expect(cachedPlan(archiver, "rcs a.a x.o").cwdInKey).toBe(false);
  });

  test("keeps letters, places and the order of members", () => {
    const lines = ["rcs l.a x.o y.o", "rcs l.a y.o x.o", "rcsD l.a x.o y.o", "rcsb p l.a x.o y.o", "qcs l.a x.o y.o"];
    expect(new Set(lines.map(keyOf)).size).toBe(lines.length);
  });

  test("warns of letters with which times may be stored, and says which one leaves them out [links 3]", () => {
    for (const line of ["rcs l.a a.o", "-rc l.a a.o", "qcs l.a a.o", "rcsU l.a a.o", "rcsDU l.a a.o"])
      expect(cachedPlan(archiver, line).warning).toMatch(/ pass D$/);
    for (const line of ["rcsD l.a a.o", "rcs -D l.a a.o", "rcsUD l.a a.o", "s l.a"])
      expect(cachedPlan(archiver, line).warning).toBeUndefined();
  });

  test("has the attributes of members in the key where U keeps them", () => {
    const plan = cachedPlan(archiver, "rcU l.a x.o y.o");
    expect(plan.attributes).toEqual(["x.o", "y.o"]);
    expect(plan.timeless).toBeUndefined();
  });

  test("finds what a script on standard input makes by the trace", () => {
    expect(cachedPlan(archiver, "-M")).toMatchObject({ source: "-", outputs: [], sideOutputs: true, cwdInKey: true });
  });

  test.each<[string, string]>([
    ["t l.a", "archive-operation"],
    ["x l.a", "archive-operation"],
    ["d l.a x.o", "archive-operation"],
    ["p l.a", "archive-operation"],
    ["rt l.a x.o", "archive-operation"],
    ["rx l.a x.o", "archive-operation"],
    ["m l.a x.o", "archive-operation"],
    ["c l.a x.o", "archive-operation"],
    ["", "archive-operation"],
    ["rc l.a", "no-source"],
    ["rc", "no-source"],
    ["ruU l.a x.o", "unsupported-option"],
    ["rcl deps l.a x.o", "unsupported-option"],
    ["s a.a b.a", "many-sources"],
    ["--version", "library"],
    ["rc /dev/fd/3 x.o", "caller-stream"],
    ["rc l.a @none", "bad-response-file"],
    ["-B/usr rcs l.a x.o", "unknown-option"],
  ])("refuses %j: %s", (line, reason) => {
    expect(refusalOf(archiver, line)).toBe(`link ${reason}`);
  });
});

test("llvm-ar renames a temporary file", () => {
  expect(cachedPlan(llvmArchiver, "rcs l.a x.o").outputs).toEqual([{ role: "object", path: "l.a" }]);
});

describe("indexer.parse()", () => {
  test("changes one archive", () => {
    expect(cachedPlan(indexer, "-D l.a")).toMatchObject({
      link: true,
      keyArguments: ["index", "-D"],
      outputs: [{ role: "direct", path: "l.a" }],
      previous: ["l.a"],
    });
  });
  test.each<[string, string]>([
    ["-t l.a", "unsupported-option"],
    ["-U l.a", "unsupported-option"],
    ["--plugin p l.a", "unsupported-option"],
    ["a.a b.a", "many-sources"],
    ["-v", "library"],
    ["", "no-source"],
  ])("refuses %j: %s", (line, reason) => {
    expect(refusalOf(indexer, line)).toBe(`link ${reason}`);
  });
});
