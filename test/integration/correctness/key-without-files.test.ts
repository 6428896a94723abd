// What decides about a result without any file being read for it: options, their values and order, variables, spelling.

import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { type Case, type CaseStage, COMPILERS, noCompilers, openCaseStage } from "./case-stage.ts";
import { OPTIONS } from "./option-pairs.ts";

setDefaultTimeout(600_000);

const TREE = `
mkdir inc sub deep deep/er
ln -s sub to
ln -s deep/er way
printf '#define H 3\\nstatic inline int header(int *p) { return *p + H; }\\n' >inc/h.h
cat >a.c <<'END'
#include "inc/h.h"
#ifdef X
int x = 1;
#endif
const char *file(void) { return __FILE__; }
static int hidden(int *p) { return header(p) * 2; }
int used(int *p) { int unused; for (int i = 0; i < 9; i++) p[i] = hidden(p + i); return *p; }
char *warned(int a_rather_long_name, int another_rather_long_name) { return a_rather_long_name == another_rather_long_name ? 1 : 0; }
END
printf 'namespace { struct Hidden { Hidden(); int value; } hidden; }\\nint get() { return hidden.value; }\\n' >a.cc
cp a.c sub/b.c; sed -i 's#inc/h.h#../inc/h.h#' sub/b.c
ln -s a.c link.c
`;

const C = "$Z $CC -c a.c -o out/a.o";

/** Everything but options. */
const OTHERS: readonly Case[] = [
  { name: "a path that begins with a dot", tree: TREE, script: C, second: "$Z $CC -c ./a.c -o out/a.o" },
  { name: "an absolute path", tree: TREE, script: C, second: "$Z $CC -c $PWD/a.c -o out/a.o" },
  { name: "a path through ..", tree: TREE, script: C, second: "$Z $CC -c sub/../a.c -o out/a.o" },
  { name: "the path of a link", tree: TREE, script: C, second: "$Z $CC -c link.c -o out/a.o" },
  {
    name: "a directory and a link to it",
    tree: TREE,
    script: "$Z $CC -g -c sub/b.c -o out/b.o",
    second: "$Z $CC -g -c to/b.c -o out/b.o",
  },
  { name: "an absolute -I", tree: TREE, script: `${C} -g -Iinc`, second: `${C} -g -I$PWD/inc`, same: true },
  {
    name: "a header by a relative and an absolute path",
    tree: `${TREE}echo '#include <g.h>' >>a.c; echo 'int g(void) { return __FILE__[0] ? "no" : 1; }' >inc/g.h`,
    script: `${C} -Iinc`,
    second: `${C} -I$PWD/inc`,
  },
  {
    name: "-g in a directory that is entered through a link: PWD is not what getcwd says",
    tree: TREE,
    script: "cd deep/er; $Z $CC -g -c ../../a.c -o ../../out/a.o",
    second: "cd way; $Z $CC -g -c $(cd ../..; echo ../..)/a.c -o ../../out/a.o",
  },
  {
    name: "-g with a PWD that leads elsewhere",
    tree: TREE,
    script: `${C} -g`,
    second: `PWD=/usr; export PWD; ${C} -g`,
    same: true,
  },
  {
    name: "another PWD without -g",
    tree: TREE,
    script: "cd deep/er; $Z $CC -c ../../a.c -o ../../out/a.o",
    second: "cd way; $Z $CC -c ../../a.c -o ../../out/a.o",
    same: true,
  },
  {
    name: "a comment in a line that a warning shows",
    tree: `${TREE}echo 'char *f(int i) { return i; /* one */ }' >>a.c`,
    script: C,
    edit: "sed -i 's/one/two/' a.c",
  },
  {
    name: "a comment that silences a warning",
    tree: `echo 'int f(int i) { switch (i) { case 1: i = 2; /* fall through */ case 2: return i; } return 0; }' >a.c`,
    script: `${C} -Wimplicit-fallthrough`,
    edit: "sed -i 's/fall through/there is no/' a.c",
  },
  {
    name: "a comment that moves a line",
    tree: `printf '/* one */\\nchar *f(int i) { return i; }\\n' >a.c`,
    script: C,
    edit: `printf '/* one\\n */\\nchar *f(int i) { return i; }\\n' >a.c`,
  },
  {
    name: "LANGUAGE",
    tree: TREE,
    script: C,
    env: { LC_ALL: "C.UTF-8" },
    secondEnv: { LC_ALL: "C.UTF-8", LANGUAGE: "de" },
    same: true,
  },
  { name: "GCOV_PREFIX", tree: TREE, script: C, secondEnv: { GCOV_PREFIX: "/x", GCOV_PREFIX_STRIP: "2" }, same: true },
  { name: "the width that TERM and COLUMNS give", tree: TREE, script: C, secondEnv: { COLUMNS: "20" }, same: true },
];

/** What gcc quotes names with; clang does not care. */
const LOCALES: readonly Case[] = [
  { name: "LC_ALL", tree: TREE, script: C, env: { LC_ALL: "C" }, secondEnv: { LC_ALL: "C.UTF-8" } },
  { name: "LANG", tree: TREE, script: C, env: { LC_ALL: "", LANG: "C" }, secondEnv: { LC_ALL: "", LANG: "C.UTF-8" } },
  {
    name: "LC_CTYPE and LC_MESSAGES",
    tree: TREE,
    script: C,
    env: { LC_ALL: "", LC_MESSAGES: "C.UTF-8" },
    secondEnv: { LC_ALL: "", LC_CTYPE: "C.UTF-8" },
  },
];

/** What only gcc has. */
const GCC_ONLY: readonly Case[] = [
  {
    name: "GCC_COLORS",
    tree: TREE,
    script: `${C} -fdiagnostics-color=always`,
    env: { GCC_COLORS: "warning=01;36" },
    secondEnv: { GCC_COLORS: "warning=01;31" },
  },
  {
    name: "-frandom-seed",
    tree: TREE,
    script: "$Z $CXX -flto -frandom-seed=one -c a.cc -o out/a.o",
    second: "$Z $CXX -flto -frandom-seed=two -c a.cc -o out/a.o",
  },
  {
    name: "-fprofile-abs-path in another directory",
    tree: TREE,
    script: "cd sub; $Z $CC --coverage -fprofile-abs-path -frandom-seed=1 -c ../a.c -o ../out/a.o",
    second: "cd deep/er; $Z $CC --coverage -fprofile-abs-path -frandom-seed=1 -c ../../a.c -o ../../out/a.o",
  },
  {
    name: "-fprofile-abs-path",
    tree: TREE,
    script: `${C} --coverage -frandom-seed=1`,
    second: `${C} --coverage -fprofile-abs-path -frandom-seed=1`,
  },
];

describe.skipIf(noCompilers !== undefined)(titled("a result of another call is not given:", noCompilers), () => {
  let stage: CaseStage;
  beforeAll(async () => {
    stage = await openCaseStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  describe.each(["gcc", "clang"] as const)("%s", (family) => {
    const compiler = COMPILERS[family];
    const options = OPTIONS.filter(([, , only = family]) => only === family);
    test.each(options)("[%s] then [%s]", async (one, other) => {
      const spell = (spelled: string): string => `${C} ${spelled}`;
      await stage.expectRight({ name: "", tree: TREE, script: spell(one), second: spell(other) }, compiler);
    });
    test.each(["-O3 -march=native", "-O3 -mtune=native", "-O3 -mtune=native -march=native -g"])(
      "%s",
      async (option) => {
        const each = { name: option, tree: TREE, script: `${C} ${option}`, second: `${C} -march=core2` };
        await stage.expectRight(each, compiler);
      },
    );
    const locales = family === "gcc" ? LOCALES : LOCALES.map((each) => ({ ...each, same: true as const }));
    const cases = [...OTHERS, ...locales, ...(family === "gcc" ? GCC_ONLY : [])];
    test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, each) => {
      await stage.expectRight(each, compiler);
    });
  });
});
