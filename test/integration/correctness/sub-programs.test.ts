// gcc's own programs: cc1 and as that are exchanged, or found elsewhere, and specs that add options.

import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { type Case, type CaseStage, noCompilers, openCaseStage } from "./case-stage.ts";
import { C, MAKE, put, swap, TREE } from "./exchangeable-tools.ts";

setDefaultTimeout(600_000);

/** Where gcc is moved to, and where it then looks for its parts. */
const MOVED = `${TREE}mkdir -p moved/bin moved/lib/gcc/x86_64-linux-gnu/12; cp $(command -v gcc) moved/bin/gcc\n`;
const PARTS = "moved/lib/gcc/x86_64-linux-gnu/12";

const GCC: readonly Case[] = [
  {
    name: "cc1 of -B in place, size and times kept",
    tree: `${TREE}${put("bin/cc1", "cc1-1")}`,
    script: `$Z gcc -Bbin/ ${C}`,
    edit: swap("bin/cc1", "cc1-2"),
  },
  { name: "a cc1 that appears in -B", tree: TREE, script: `$Z gcc -Bbin/ ${C}`, edit: put("bin/cc1", "cc1-2") },
  {
    name: "COMPILER_PATH",
    tree: `${TREE}${put("one/cc1", "cc1-1")}; ${put("two/cc1", "cc1-2")}`,
    script: `$Z gcc ${C}`,
    env: { COMPILER_PATH: "one" },
    secondEnv: { COMPILER_PATH: "two" },
  },
  {
    name: "cc1 of COMPILER_PATH in place",
    tree: `${TREE}${put("one/cc1", "cc1-1")}`,
    script: `$Z gcc ${C}`,
    env: { COMPILER_PATH: "one" },
    edit: swap("one/cc1", "cc1-2"),
  },
  {
    name: "GCC_EXEC_PREFIX",
    tree: `${TREE}mkdir -p x/x86_64-linux-gnu/12; ${put("x/x86_64-linux-gnu/12/cc1", "cc1-1")}`,
    script: `$Z gcc ${C}`,
    secondEnv: { GCC_EXEC_PREFIX: "x/" },
  },
  {
    name: "a cc1 that appears below GCC_EXEC_PREFIX",
    tree: `${TREE}mkdir -p x/x86_64-linux-gnu/12; ${put("x/x86_64-linux-gnu/cc1", "cc1-2")}`,
    script: `$Z gcc ${C}`,
    env: { GCC_EXEC_PREFIX: "x/" },
    edit: put("x/x86_64-linux-gnu/12/cc1", "cc1-1"),
  },
  {
    name: "a cc1 that appears in a moved toolchain",
    tree: `${MOVED}${put("moved/lib/gcc/x86_64-linux-gnu/cc1", "cc1-2")}`,
    script: `$Z moved/bin/gcc ${C}`,
    edit: put(`${PARTS}/cc1`, "cc1-1"),
  },
  {
    name: "cc1 of a moved toolchain in place",
    tree: `${MOVED}${put(`${PARTS}/cc1`, "cc1-1")}`,
    script: `$Z moved/bin/gcc ${C}`,
    edit: swap(`${PARTS}/cc1`, "cc1-2"),
  },
  {
    name: "specs that appear in a toolchain",
    tree: `${MOVED}ln -s $(gcc -print-prog-name=cc1) ${PARTS}`,
    script: `$Z moved/bin/gcc ${C}`,
    edit: `printf '*cc1_options:\\n+ -DWHICH=2\\n\\n' >${PARTS}/specs`,
  },
  {
    name: "specs of -B that appear",
    tree: TREE,
    script: `$Z gcc -Bbin/ ${C}`,
    edit: `printf '*cc1_options:\\n+ -DWHICH=2\\n\\n' >bin/specs`,
  },
  {
    name: "-specs=",
    tree: `${TREE}printf '*cc1_options:\\n+ -DWHICH=1\\n\\n' >own.specs`,
    script: `$Z gcc -specs=own.specs ${C}`,
    edit: "sed -i s/WHICH=1/WHICH=2/ own.specs",
  },
  {
    name: "another as earlier on PATH",
    tree: `${TREE}${put("two/as", "as-1")}`,
    script: `PATH=$PWD/one:$PWD/two:$PATH; $Z gcc ${C}`,
    edit: put("one/as", "as-2"),
  },
  {
    name: "as in place, size and times kept",
    tree: `${TREE}${put("bin/as", "as-1")}`,
    script: `PATH=$PWD/bin:$PATH; $Z gcc ${C}`,
    edit: swap("bin/as", "as-2"),
  },
  ...["PATH=.:$PATH;", "PATH=:$PATH;", "export COMPILER_PATH=.;"].map((way) => ({
    name: `another directory, and ${way}`,
    tree: `${TREE}${put("one/as", "as-1")}; ${put("two/as", "as-2")}`,
    script: `cd one; ${way} $Z gcc -c ../a.c -o ../out/a.o`,
    second: `cd two; ${way} $Z gcc -c ../a.c -o ../out/a.o`,
  })),
  {
    name: "a relative -B in another directory",
    tree: `${TREE}${put("one/as", "as-1")}; ${put("two/as", "as-2")}`,
    script: "cd one; $Z gcc -B. -c ../a.c -o ../out/a.o",
    second: "cd two; $Z gcc -B. -c ../a.c -o ../out/a.o",
  },
  {
    name: "PATH with another as first",
    tree: `${TREE}${put("one/as", "as-1")}; ${put("two/as", "as-2")}`,
    script: `PATH=$PWD/one:$PWD/two:$PATH; $Z gcc ${C}`,
    second: `PATH=$PWD/two:$PWD/one:$PATH; $Z gcc ${C}`,
  },
];

describe.skipIf(noCompilers !== undefined)(titled("a result of another sub-program is not given:", noCompilers), () => {
  let stage: CaseStage;
  beforeAll(async () => {
    stage = await openCaseStage(MAKE);
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  test.each(GCC.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    await stage.expectRight(each);
  });
});
