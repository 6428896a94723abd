// What a compiler is made of: drivers, sub-programs, plugins, specs and scripts that are exchanged in place, retargeted,
// or found elsewhere. Each is a small program that becomes the real one with one more option, so that it shows.

import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { type Case, type CaseStage, COMPILERS, noCompilers, openCaseStage } from "./case-stage.ts";
import { C, MAKE, put, swap, TREE } from "./exchangeable-tools.ts";

setDefaultTimeout(600_000);

const script = (name: string, text: string): string => `printf '#!/bin/sh\\n${text}\\n' >${name}; chmod +x ${name}`;

const BOTH: readonly Case[] = [
  {
    name: "the driver in place, size and times kept",
    tree: `${TREE}${put("bin/$CC", "$CC-1")}`,
    script: `$Z bin/$CC ${C}`,
    edit: swap("bin/$CC", "$CC-2"),
  },
  {
    name: "the driver renamed over",
    tree: `${TREE}${put("bin/$CC", "$CC-1")}`,
    script: `PATH=$PWD/bin:$PATH; $Z $CC ${C}`,
    edit: `${put("bin/new", "$CC-2")}; mv bin/new bin/$CC`,
  },
  {
    name: "the order of PATH",
    tree: `${TREE}${put("one/$CC", "$CC-1")}; ${put("two/$CC", "$CC-2")}`,
    script: `PATH=$PWD/one:$PWD/two:$PATH; $Z $CC ${C}`,
    second: `PATH=$PWD/two:$PWD/one:$PATH; $Z $CC ${C}`,
  },
  {
    name: "a driver that appears earlier on PATH",
    tree: `${TREE}${put("two/$CC", "$CC-1")}`,
    script: `PATH=$PWD/one:$PWD/two:$PATH; $Z $CC ${C}`,
    edit: put("one/$CC", "$CC-2"),
  },
  {
    name: "a driver that goes away from PATH",
    tree: `${TREE}${put("one/$CC", "$CC-1")}; ${put("two/$CC", "$CC-2")}`,
    script: `PATH=$PWD/one:$PWD/two:$PATH; $Z $CC ${C}`,
    edit: "rm one/$CC",
  },
  {
    name: "a driver that is a link, retargeted",
    tree: `${TREE}ln -s $MADE/$CC-1 bin/$CC`,
    script: `$Z bin/$CC ${C}`,
    edit: "ln -sfn $MADE/$CC-2 bin/$CC",
  },
  {
    name: "a driver behind a link to a directory, retargeted",
    tree: `${TREE}${put("one/$CC", "$CC-1")}; ${put("two/$CC", "$CC-2")}; ln -s one current`,
    script: `$Z current/$CC ${C}`,
    edit: "ln -sfn two current",
  },
  {
    name: "a driver that is a script",
    tree: `${TREE}${script("bin/$CC", `exec '"$CC"' -DWHICH=1 "$@"`)}`,
    script: `$Z bin/$CC ${C}`,
    edit: "sed -i s/WHICH=1/WHICH=2/ bin/$CC",
  },
  {
    name: "a wrapper of a wrapper",
    tree: `${TREE}${script("bin/$CC", `exec bin/inner "$@"`)}; ${script("bin/inner", `exec '"$CC"' -DWHICH=1 "$@"`)}`,
    script: `$Z bin/$CC ${C}`,
    edit: "sed -i s/WHICH=1/WHICH=2/ bin/inner",
  },
  {
    name: "what a script reads",
    tree: `${TREE}echo 1 >which; ${script("bin/$CC", `read which <which; exec '"$CC"' -DWHICH=$which "$@"`)}`,
    script: `$Z bin/$CC ${C}`,
    edit: "echo 2 >which",
  },
  {
    name: "a variable that a script uses",
    tree: `${TREE}${script("bin/$CC", `exec '"$CC"' -DWHICH=$which_one "$@"`)}`,
    script: `$Z bin/$CC ${C}`,
    env: { which_one: "1" },
    secondEnv: { which_one: "2" },
  },
  {
    name: "a plugin in place, size and times kept",
    tree: `${TREE}${put("p.so", "plugin-1.so")}`,
    script: `$Z $CC -fplugin=./p.so ${C}`,
    edit: swap("p.so", "plugin-2.so"),
  },
  {
    name: "a driver by a relative path in another directory",
    tree: `${TREE}${put("one/$CC", "$CC-1")}; ${put("two/$CC", "$CC-2")}`,
    script: "cd one; $Z ./$CC -c ../a.c -o ../out/a.o",
    second: "cd two; $Z ./$CC -c ../a.c -o ../out/a.o",
  },
  {
    name: "a driver of a relative PATH in another directory",
    tree: `${TREE}${put("one/$CC", "$CC-1")}; ${put("two/$CC", "$CC-2")}`,
    script: "cd one; PATH=.:$PATH; $Z $CC -c ../a.c -o ../out/a.o",
    second: "cd two; PATH=:$PATH; $Z $CC -c ../a.c -o ../out/a.o",
  },
  {
    name: "a library of a plugin in place",
    tree: `${TREE}mkdir part-1; ${put("part-1/part.so", "part-1/part.so")}; ${put("p.so", "whole.so")}`,
    script: `$Z $CC -fplugin=./p.so ${C}`,
    edit: swap("part-1/part.so", "part-2/part.so"),
  },
];

const CLANG: readonly Case[] = [
  {
    name: "a pass plugin in place, size and times kept",
    tree: `${TREE}${put("p.so", "plugin-1.so")}`,
    script: `$Z clang -fpass-plugin=./p.so ${C}`,
    edit: swap("p.so", "plugin-2.so"),
  },
  {
    name: "a library of -load in place",
    tree: `${TREE}${put("p.so", "plugin-1.so")}`,
    script: `$Z clang -Xclang -load -Xclang ./p.so ${C}`,
    edit: swap("p.so", "plugin-2.so"),
  },
  {
    name: "--config",
    tree: `${TREE}echo -DWHICH=1 >own.cfg`,
    script: `$Z clang --config $PWD/own.cfg ${C}`,
    edit: "echo -DWHICH=2 >own.cfg",
  },
  {
    name: "as of -B with -no-integrated-as",
    tree: `${TREE}${put("bin/as", "as-1")}`,
    script: `$Z clang -no-integrated-as -Bbin ${C}`,
    edit: swap("bin/as", "as-2"),
  },
];

describe.skipIf(noCompilers !== undefined)(titled("a result of another tool is not given:", noCompilers), () => {
  let stage: CaseStage;
  beforeAll(async () => {
    stage = await openCaseStage(MAKE);
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  describe.each(["gcc", "clang"] as const)("%s", (family) => {
    const cases = family === "gcc" ? BOTH : [...BOTH, ...CLANG];
    test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, each) => {
      await stage.expectRight(each, COMPILERS[family]);
    });
  });
});
