// The same source to another name or from another directory: a hit where neither shows in what gcc writes, a compile
// where one does; the right files both ways.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Counts } from "../../support/counting.ts";
import { titled } from "../../support/missing.ts";
import { openStage, type Stage } from "../fidelity/three-ways.ts";
import { noGcc } from "./real-gcc.ts";

setDefaultTimeout(600_000);

// SELF is replaced by a name that is unique to the row, since the cache is shared.
const SOURCES = `
mkdir inc out one two
printf '#define H 3\\nint h_SELF(int);\\n' >inc/h.h
printf '#include "inc/h.h"\\nint SELF(int x) { int y; return x == H ? h_SELF(y) : "no"; }\\n' >a.c
printf '#include "inc/h.h"\\n#include <assert.h>\\nint f_SELF(int x) { assert(x); return x; }\\n' >b.c
printf '#include "inc/h.h"\\nnamespace { int hidden = H; }\\nint SELF(int x) { return x + hidden; }\\n' >d.cc
`;

/** Rows: what is compiled first, and what then needs no compiler. */
const HITS: [string, string][] = [
  ["gcc -Wall -c a.c -o x.o", "gcc -Wall -c a.c -o out/other.obj"],
  ["gcc -c a.c", "gcc -c a.c -o out/other"],
  ["gcc -g -O2 -c b.c -o x.o", "gcc -g -O2 -c b.c -o $PWD/out/other.o"],
  ["g++ -g -c d.cc -o x.o", "g++ -g -c d.cc -o out/y.o"],
  ["gcc -MD -c a.c -o x.o", "gcc -MD -c a.c -o out/a-longer-name-that-moves-the-place-where-lines-are-broken.o"],
  ["gcc -MMD -MP -c a.c -MF x.d", "gcc -MMD -MP -c a.c -o ./out/y.o -MF out/y.dep"],
  ["gcc -S -MD a.c -o x.s", "gcc -S -MD a.c -o out/y.s"],
  ["gcc -E a.c -o x.i", "gcc -E a.c -o out/y"],
  ["gcc -MM -DSELF a.c -MF x.d", "gcc -MM -DSELF a.c -MF out/y.d"],
  ["gcc -fsyntax-only a.c -o x", "gcc -fsyntax-only a.c"],
  ["cd one; gcc -Wall -c ../a.c -o x.o -MD", "cd two; gcc -Wall -c ../a.c -o y.o -MD"],
  ["cd one; gcc -O2 -I.. -c ../b.c", "cd two; gcc -O2 -I.. -c ../b.c"],
  ["cd one; gcc -O2 -c $OLDPWD/b.c", "cd two; gcc -O2 -c $OLDPWD/b.c -o other.o"],
  ["cd one; gcc -E ../a.c", "cd two; gcc -E ../a.c"],
  ["cd one; g++ -c ../d.cc -o /dev/null", "cd two; g++ -c ../d.cc -o /dev/null"],
];

/** Rows: what is compiled first, and what then has to be compiled for itself. */
const MISSES: [string, string][] = [
  ["gcc --coverage -frandom-seed=1 -c a.c -o x.o", "gcc --coverage -frandom-seed=1 -c a.c -o out/y.o"],
  ["gcc -g -gsplit-dwarf -c a.c -o x.o", "gcc -g -gsplit-dwarf -c a.c -o out/y.o"],
  ["gcc -fstack-usage -c a.c -o x.o", "gcc -fstack-usage -c a.c -o out/y.o"],
  ["gcc -save-temps -c a.c -o x.o", "gcc -save-temps -c a.c -o out/y.o"],
  ["gcc -fdump-tree-original -c a.c -o x.o", "gcc -fdump-tree-original -c a.c -o out/y.o"],
  ["gcc -frecord-gcc-switches -c a.c -o x.o", "gcc -frecord-gcc-switches -c a.c -o out/y.o"],
  ["gcc -MD -c a.c -o 'x y.o'", "gcc -MD -c a.c -o 'out/x $.o'"],
  ["gcc -c a.c -o /dev/null", "gcc -c a.c -o x.o"],
  ["gcc -c a.c -o x.o", "gcc -c a.c -o /dev/null"],
  ["gcc -c a.c -MD -MF /dev/null", "gcc -c a.c -MD"],
  ["gcc -c a.c", "gcc -S a.c"],
  ["gcc -E a.c", "gcc -c a.c"],
  ["gcc -M a.c", "gcc -MM a.c"],
  ["gcc -c a.c b.c", "gcc -c b.c a.c -MD"],
  ["cd one; gcc -g -c ../a.c", "cd two; gcc -g -c ../a.c"],
  ["cd one; gcc -c ../a.c --coverage -frandom-seed=1", "cd two; gcc -c ../a.c --coverage -frandom-seed=1"],
  ["cd one; gcc -E -g ../a.c", "cd two; gcc -E -g ../a.c"],
  ["cd one; gcc -O2 -c $OLDPWD/b.c", "cd two; gcc -O2 -c ../b.c"],
];

describe.skipIf(noGcc !== undefined)(titled("gcc through zccache", noGcc), () => {
  let stage: Stage;
  let rows = 0;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  /** Runs one after the other, the second as bare gcc would; what that started. */
  async function secondOf(one: string, other: string): Promise<Counts> {
    const self = `row_${rows++}`;
    const scene = (script: string) => ({
      prepare: SOURCES.replaceAll("SELF", self),
      script: script.replaceAll("SELF", self),
    });
    const bare = await stage.once(scene(other), undefined);
    expect(bare.exitCode).toBe(0);
    await stage.once(scene(one), stage.path);
    stage.box.counter.take();
    expect(await stage.once(scene(other), stage.path)).toEqual(bare);
    return stage.box.counter.take();
  }

  test.each(HITS)("has the result of %s for %s", async (one, other) => {
    const counts = await secondOf(one, other);
    const { cc1, cc1plus, as } = counts.cc1 + counts.cc1plus > 0 ? await secondOf(one, other) : counts;
    expect({ cc1, cc1plus, as }).toEqual({ cc1: 0, cc1plus: 0, as: 0 });
  });
  test.each(MISSES)("does not take that of %s for %s", async (one, other) => {
    const { cc1, cc1plus } = await secondOf(one, other);
    expect(cc1 + cc1plus).toBeGreaterThan(0);
  });
});
