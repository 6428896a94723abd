import { describe, expect, test } from "bun:test";
import { type Draft, draftOf } from "../../../src/compilers/draft.ts";
import { optionTable, readOptions } from "../../../src/compilers/options.ts";
import { GCC_OPTIONS } from "../../../src/compilers/tables/gcc.ts";

const TABLE = optionTable(GCC_OPTIONS);

const draw = (...args: string[]): Draft => draftOf(readOptions(args, TABLE));

describe("draftOf()", () => {
  test("leaves names of outputs out of the key, and the presence of -MF in it", () => {
    const draft = draw("-c", "-o", "x.o", "-MD", "-MF", "x.d", "-Wp,-MMD,y.d", "a.c");
    expect(draft.key).toEqual(["-c", "-MD", "-MF", "-Wp,-MMD", "a.c"]);
    expect(draft).toMatchObject({ objects: ["x.o"], depfile: "x.d", preprocessorDepfiles: ["y.d"] });
  });
  test("gives each source the language of the last -x before it", () => {
    expect(draw("a.c", "-x", "c", "b", "-xc++", "c", "-x", "none", "d.c").sources).toEqual([
      { path: "a.c", language: "none" },
      { path: "b", language: "c" },
      { path: "c", language: "c++" },
      { path: "d.c", language: "none" },
    ]);
  });
  test.each<[string[], Partial<Draft>]>([
    [["-g"], { debugs: true }],
    [["-g", "-g0"], { debugs: false, showsCwd: false }],
    [["-g0", "-ggdb3"], { debugs: true }],
    [["-gtoggle", "-g0"], { showsCwd: true, showsLine: false }],
    [["-flto"], { showsCwd: true, showsLine: false }],
    [["-frecord-gcc-switches"], { showsCwd: true, showsNames: true, showsLine: true }],
    [["--coverage"], { showsCwd: true, showsNames: true, showsLine: false }],
    [["-fopt-info-vec=x"], { showsNames: true }],
    [["-fopt-info-vec"], { showsCwd: false, showsNames: false }],
    [["-Wa,-aln=x"], { showsNames: true }],
    [["-c"], { purpose: "object" }],
    [["-S", "-c"], { purpose: "assembly" }],
    [["-S", "-E", "-c", "-fsyntax-only"], { purpose: "preprocess" }],
    [["-MM", "-E", "-M"], { purpose: "dependencies" }],
    [["-fnot-yet-invented=x"], { showsCwd: true, showsLine: true }],
    [["-O2", "-fPIC", "-fno-common", "-Wall", "-mavx", "-Wa,--noexecstack"], { showsCwd: false, showsLine: false }],
    [["-Wa,--noexecstack,-g"], { showsCwd: true }],
    [["-Xassembler", "-g"], { showsCwd: true }],
    [["-march=native", "-march=x86-64"], { native: true }],
    [["-march=x86-64"], { native: false }],
    [["-MT", "x"], { namesTarget: true }],
    [["-Wp,-MT,x"], { namesTarget: false }],
  ])("draws from %j %j", (args, expected) => {
    expect(draw(...args)).toMatchObject(expected);
  });
  test("collects refusals in order", () => {
    const reasons = draw("-no-such", "-ftime-report", "-Wa,-ox", "-Wp,-C", "-I").refusals.map(({ reason }) => reason);
    expect(reasons).toEqual(["unknown-option", "unsupported-option", "dump-output", "unknown-option", "missing-value"]);
  });
});
