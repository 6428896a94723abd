// Every kind of compilation that gcc does: without zccache, with an empty cache and with a full one it leaves the same
// files, modes, messages and exit code, and with a full cache no sub-program of gcc starts.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { expectHits, expectSame, openStage, type Scene, type Stage } from "../fidelity/three-ways.ts";
import { noGcc } from "./real-gcc.ts";

setDefaultTimeout(600_000);

// SELF is replaced by a name that is unique to the row, since the cache is shared.
const SOURCES = `
mkdir inc out sub
printf '#define H 3\\nint h_SELF(int);\\n' >inc/h.h
printf '#include "inc/h.h"\\nint SELF(int x) { int y; return x == H ? h_SELF(y) : "no"; }\\n' >a.c
printf '#include "inc/h.h"\\n#include <assert.h>\\nint b_SELF(int x) { assert(x); return x; }\\n' >b.c
printf '#include "../inc/h.h"\\nint c_SELF(void) { return H; }\\n' >sub/c.c
printf '#include "inc/h.h"\\nnamespace { int hidden = H; }\\nint SELF(int x) { return x + hidden; }\\n' >d.cc
printf 'int SELF(int *v, int n) { int s = 0; for (int i = 0; i < n; i++) s += v[i] * 3; return s; }\\n' >v.c
printf '#ifdef X\\n#define N nop\\n#endif\\n\\t.globl SELF\\nSELF:\\tN\\n' >n.S
printf '\\t.globl SELF\\nSELF:\\tnop\\n' >n.s
`;

/** A title and the script; `gcc` and `g++` are zccache's stand-ins in two of three runs. */
const KINDS: [string, string][] = [
  ["objects", "gcc -Wall -c a.c -o out/x.o"],
  ["an object without -o", "gcc -g -c sub/c.c"],
  ["an object of C++", "g++ -O2 -c d.cc -o out/x.o"],
  ["assembly", "gcc -S -O2 a.c -o out/x.s"],
  ["assembly without -o", "gcc -S sub/c.c"],
  ["assembly with a depfile", "gcc -S -MD a.c -o out/x.s"],
  ["assembly to standard output", "gcc -S a.c -o -"],
  ["preprocessed text to standard output", "gcc -E a.c"],
  ["preprocessed text to standard output, named", "gcc -E a.c -o -"],
  ["preprocessed text", "gcc -E -P a.c -o out/x.i"],
  ["preprocessed text with debug information", "gcc -E -g a.c -o out/x.i"],
  ["preprocessed text with a depfile", "gcc -E -MMD a.c -o out/x.i"],
  ["macros", "gcc -dM -E a.c"],
  ["macros of an empty input", "gcc -dM -E -DSELF -x c /dev/null"],
  ["macros of standard input", "echo SELF | gcc -dM -E -"],
  ["dependencies to standard output", "gcc -M -DSELF a.c"],
  ["user dependencies to standard output", "gcc -MM -DSELF -MG -MP -MT t a.c"],
  ["dependencies to a file", "gcc -MM -DSELF a.c -MF out/a.dep"],
  ["dependencies to an output", "gcc -M -DSELF a.c -o out/a.dep"],
  ["dependencies to both", "gcc -M -DSELF a.c -o out/a.dep -MF out/b.dep"],
  ["dependencies of several sources", "gcc -MM -DSELF a.c b.c sub/c.c d.cc"],
  ["dependencies to a depfile elsewhere", "cd sub && gcc -DSELF -MD ../a.c -MM -o ../out/a.dep"],
  ["dependencies to a named depfile elsewhere", "cd sub && gcc -DSELF -MMD ../a.c -M -MF ../out/a.dep"],
  ["dependencies by -Wp elsewhere", "cd sub && gcc -DSELF -Wp,-MD,../out/a.dep ../a.c -M"],
  ["several sources with one depfile elsewhere", "cd sub && gcc -c ../a.c c.c -MD -MF ../out/one.d"],
  ["the syntax", "gcc -fsyntax-only -Wall a.c"],
  ["the syntax of several sources", "gcc -fsyntax-only -Wall a.c b.c"],
  ["the syntax with a depfile", "gcc -fsyntax-only -MD a.c -o out/x.o"],
  ["the syntax with a depfile elsewhere", "cd out && gcc -fsyntax-only -MD ../a.c -o ../x.o"],
  ["assembler sources", "gcc -c n.s -o out/n.o"],
  ["assembler sources to preprocess", "gcc -DX -MD -c n.S -o out/n.o"],
  ["assembler sources, preprocessed only", "gcc -DX -E n.S"],
  ["preprocessed sources", "printf 'int SELF;\\n' >p.i; printf 'int SELF;\\n' >p.ii; gcc -c p.i; g++ -c p.ii -o q.o"],
  ["standard input to an object", "gcc -c -x c - -o out/x.o -MD <a.c"],
  ["standard input to an object without -o", "gcc -c -xc - -MD <a.c"],
  ["standard input to assembly on standard output", "gcc -S -xc++ - -o - <d.cc"],
  ["an object to nowhere", "gcc -Wall -c a.c -o /dev/null"],
  ["an object to nowhere with a depfile", "gcc -c a.c -o /dev/null -MD -MF out/a.d"],
  ["an object with a depfile to nowhere", "gcc -c a.c -MD -MF /dev/null"],
  ["preprocessed text to nowhere", "gcc -E a.c -o /dev/null"],
  ["a depfile to standard output", "gcc -c a.c -o out/x.o -MD -MF -"],
  ["several sources", "gcc -Wall -c a.c b.c sub/c.c"],
  ["several sources with depfiles", "gcc -c a.c sub/c.c -MD -g"],
  ["several sources with one depfile", "gcc -c a.c sub/c.c -MD -MF out/one.d"],
  ["several sources to assembly", "gcc -S a.c sub/c.c"],
  ["several sources in several languages", "gcc -c a.c -x c++ d.cc -x none sub/c.c n.s"],
  ["coverage", "gcc --coverage -frandom-seed=1 -c a.c -o out/x.o"],
  ["coverage without -o", "gcc -fprofile-arcs -ftest-coverage -frandom-seed=1 -c sub/c.c"],
  ["coverage of several sources", "gcc --coverage -frandom-seed=1 -c a.c sub/c.c"],
  ["coverage with prefix maps", "gcc --coverage -frandom-seed=1 -fprofile-prefix-map=$PWD=. -fprofile-abs-path -c a.c"],
  ["a profile that is not there", "gcc -O2 -fprofile-use -Wno-missing-profile -c a.c -o out/x.o"],
  ["split debug information", "gcc -g -gsplit-dwarf -c a.c -o out/x.o"],
  ["split debug information without -o", "gcc -g -gsplit-dwarf -O2 -c sub/c.c"],
  ["temporaries", "gcc -save-temps -c a.c -o out/x.o"],
  ["temporaries beside the object", "gcc -save-temps=obj -c a.c -o out/x.o"],
  ["temporaries in the working directory", "gcc -save-temps=cwd -c a.c -o out/x.o"],
  ["dumps", "gcc -O1 -fdump-tree-original -fdump-tree-gimple -fdump-passes -c a.c -o out/x.o"],
  ["dumps to a named file", "gcc -fdump-tree-original=out/dump.txt -c a.c"],
  ["dumps to standard output", "gcc -fdump-tree-original=stdout -c a.c"],
  ["dumps of C++", "g++ -O2 -fdump-tree-optimized -fdump-lang-class -c d.cc"],
  ["optimization reports", "gcc -O3 -fopt-info-vec-all -c v.c"],
  ["stack usage", "gcc -fstack-usage -c a.c -o out/x.o"],
  ["the call graph", "gcc -fcallgraph-info=su,da -c a.c -o out/x.o"],
  ["prototypes", "gcc -aux-info out/protos -c a.c"],
  ["named dumps", "gcc -fstack-usage -dumpbase q -dumpdir out/ -c a.c"],
  ["listings of the assembler", "gcc -Wa,-aln=out/x.lst -c n.s"],
  ["warnings of the analyzer", "gcc -fanalyzer -c a.c -o out/x.o"],
  ["link-time optimization", "gcc -flto -frandom-seed=1 -O2 -c a.c -o out/x.o"],
  ["a depfile by -Wp", "gcc -Wp,-MMD,out/x.dep -c a.c -o out/x.o"],
  ["a depfile by -MMD", "gcc -MMD -MP -MT t -MQ '$u' -c a.c -o out/x.o"],
  ["a depfile with a strange target", "gcc -MD -c a.c -o 'out/x y.o'"],
  ["a depfile though a variable asks for another", "DEPENDENCIES_OUTPUT=deps gcc -MD -c a.c -o out/x.o"],
  ["an output above the working directory", "cd sub; gcc -fstack-usage -MD -c ../a.c -o ../out/x.o"],
];

/** As KINDS, where two bare runs do not agree: their dumps show addresses, records and headers whatever memory held. */
const DIFFERING: [string, string][] = [
  ["dumps of all passes", "gcc -O1 -da -fdump-ipa-all -c a.c -o out/x.o"],
  ["optimization records", "gcc -O3 -fsave-optimization-record -c v.c -o out/v.o"],
  ["coverage with stamps", "gcc --coverage -c a.c -o out/x.o"],
  ["a precompiled header", "gcc inc/h.h"],
  ["a named precompiled header", "gcc -x c-header -c inc/h.h -o out/h.h.gch"],
  ["a precompiled header of C++ with a depfile", "g++ -x c++-header inc/h.h -o out/h.h.gch -MD -MF out/h.d"],
  ["a precompiled header with a default depfile", "gcc -MD inc/h.h"],
];

/** What stands before a compile, made by the machine's gcc in `made`, and the compile. */
const PREPARED: [string, string, string][] = [
  ["a precompiled header", "gcc inc/h.h -o made/h.h.gch", "gcc -Winvalid-pch -Imade -Wall -MD -c p.c"],
  [
    "a precompiled header that is forced",
    "gcc inc/h.h -o made/h.h.gch",
    "gcc -Imade -include h.h -Winvalid-pch -c b.c",
  ],
  [
    "a directory of precompiled headers",
    "mkdir made/h.h.gch; gcc -O2 inc/h.h -o made/h.h.gch/o2; gcc inc/h.h -o made/h.h.gch/o0",
    "gcc -Winvalid-pch -Imade -c p.c",
  ],
  [
    "a profile",
    "echo 'int SELF(int *, int); int main(void) { int a = 1; return SELF(&a, 1) != 3; }' >made/m.c; " +
      "gcc --coverage -c v.c -o made/v.o; gcc --coverage made/m.c made/v.o -o made/m; made/m",
    "gcc -O2 -fprofile-use=made -Wmissing-profile -c v.c -o v.o",
  ],
];

/** Kinds that are run each time, since they would add to a file that is there. */
const APPENDING: [string, string][] = [
  ["optimization reports to a file", "gcc -O3 -fopt-info-vec=out/v.txt -c v.c"],
  ["dependencies for a variable", "DEPENDENCIES_OUTPUT='deps t' gcc -c a.c"],
  ["dependencies for Sun's variable", "SUNPRO_DEPENDENCIES=deps gcc -c a.c"],
];

function sceneOf(kind: string, [prepare, script]: readonly [string, string]): Scene {
  const self = kind.replaceAll(/\W/g, "_");
  return { prepare: `${SOURCES}${prepare}`.replaceAll("SELF", self), script: script.replaceAll("SELF", self) };
}

describe.skipIf(noGcc !== undefined)(titled("gcc through zccache makes", noGcc), () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  test.each(KINDS)("%s", async (title, script) => {
    await expectHits(stage, sceneOf(title, ["", script]));
    await expectHits(stage, sceneOf(title, [overOldFiles(script), script]));
  });
  test.each(DIFFERING)("%s", async (title, script) => {
    for (const prepare of ["", overOldFiles(script)]) {
      const scene = sceneOf(title, [prepare, script]);
      let { bare, cold, warm, warmCounts } = await stage.threeWays(scene);
      if (warmCounts.cc1 > 0) ({ bare, cold, warm, warmCounts } = await stage.threeWays(scene));
      expect(warm).toEqual(cold);
      expect({ ...cold, files: Object.keys(cold.files) }).toEqual({ ...bare, files: Object.keys(bare.files) });
      expect(warmCounts).toMatchObject({ cc1: 0, cc1plus: 0, as: 0 });
    }
  });
  test.each(PREPARED)("objects with %s", async (title, prepare, script) => {
    // Not even two precompiled headers of the same source are equal: all runs have the same one.
    const made = `(unset COMPILER_PATH; mkdir made; ${prepare}; mv made ../made_SELF) >/dev/null`;
    const scene = `printf '#include "h.h"\\nint SELF(void) { return H; }\\n' >p.c; test -d ../made_SELF || ${made}; cp -r ../made_SELF made`;
    await expectHits(stage, sceneOf(title, [scene, script]));
  });
  test("coverage over old counts, which gcc removes if objects have no stamp", async () => {
    const [title, script] = ["coverage over old counts", "gcc --coverage -frandom-seed=1 -c a.c -o out/x.o"];
    await expectHits(stage, sceneOf(title, ["", script]));
    const { bare } = await expectSame(stage, sceneOf(title, [": >out/x.gcda", script]));
    expect(Object.keys(bare.files)).not.toContain("out/x.gcda");
    await expectHits(stage, sceneOf(title, ["", script]));
  });
  test.each(APPENDING)("%s", async (title, script) => {
    await expectSame(stage, sceneOf(title, ["", script]));
    await expectSame(stage, sceneOf(title, [overOldFiles(script), script]));
  });
});

/** Makes what the script makes, uncounted, and gives it other modes. */
function overOldFiles(script: string): string {
  const made = "find . -type f -newer mark";
  return `touch mark; sleep 0.02; (unset COMPILER_PATH; ${script}) >/dev/null 2>&1; ${made} -exec chmod 600 {} +; rm mark`;
}
