// Times of files: what they may not hide (an edit within one tick of the clock, one whose time is put back) and what
// they may not prevent (hits with files of the future or of 1970).

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { type Case, type CaseStage, COMPILERS, noCompilers, openCaseStage } from "./case-stage.ts";

setDefaultTimeout(600_000);

const C = "$Z $CC -c a.c -o out/a.o";
const TREE = "echo '#define V 1' >v.h; printf '#include \"v.h\"\\nint value = V;\\n' >a.c\n";
const AT: readonly (readonly [string, string])[] = [
  ["1970", "@0"],
  ["before 1970", "1960-01-01"],
  ["the future", "2100-01-01"],
  ["a minute ahead", "1 minute"],
  ["a second ahead", "1 second"],
];

const CASES: readonly Case[] = [
  ...AT.flatMap(([when, date]): Case[] => [
    {
      name: `a header of ${when}, of the same size and time as before`,
      tree: `${TREE}touch -d '${date}' v.h a.c`,
      script: C,
      edit: `cp -p v.h old; echo '#define V 2' >v.h; touch -r old v.h; rm old`,
    },
    {
      name: `a source of ${when}, renamed over`,
      tree: `${TREE}touch -d '${date}' v.h a.c`,
      script: C,
      edit: `echo 'int value = 7;' >new.c; touch -r a.c new.c; mv new.c a.c`,
    },
  ]),
  {
    name: "a header that gets older",
    tree: TREE,
    script: C,
    edit: "echo '#define V 2' >v.h; touch -d 1999-01-01 v.h",
  },
  { name: "a touch", tree: TREE, script: C, edit: "touch -d 2030-01-01 v.h a.c", same: true },
  {
    name: "a response file of the same size and time",
    tree: `${TREE}echo 'int x = X;' >>a.c; echo '-c a.c -o out/a.o -DX=1' >args; touch -d 2001-01-01 args`,
    script: "$Z $CC @args -DW=1",
    edit: "echo '-c a.c -o out/a.o -DX=2' >args; touch -d 2001-01-01 args",
  },
  {
    name: "__TIMESTAMP__",
    tree: `echo 'const char *time = __TIMESTAMP__;' >a.c; touch -d 2001-01-01 a.c`,
    script: C,
    edit: "touch -d 2002-02-02 a.c",
    passes: "date",
  },
  {
    name: "__DATE__ in a header that a macro leads to",
    tree: `${TREE}echo '#define V D[0]' >v.h; echo '#define D __DATE__' >d.h; printf '#define WHICH "d.h"\\n#include WHICH\\n#include "v.h"\\nint value(void) { return V; }\\n' >a.c`,
    script: C,
    edit: "echo '#define D \"2\" __DATE__' >d.h",
    passes: "date",
  },
];

/** What does not depend on the day; clang 14 does not know it yet. */
const EPOCH: Case = {
  name: "SOURCE_DATE_EPOCH",
  tree: "echo 'const char *time = __DATE__ __TIME__;' >a.c",
  script: C,
  env: { SOURCE_DATE_EPOCH: "1" },
  secondEnv: { SOURCE_DATE_EPOCH: "1000000000" },
};

/** Ways to write a file whose content has the same size as before. */
const WRITES: readonly ((path: string, text: string) => void)[] = [
  (path, text) => writeFileSync(path, text),
  (path, text) => {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  },
  (path, text) => {
    const { atime, mtime } = statSync(path);
    writeFileSync(path, text);
    utimesSync(path, atime, mtime);
  },
  (path, text) => {
    const { atime, mtime } = statSync(path);
    writeFileSync(`${path}.new`, text);
    utimesSync(`${path}.new`, atime, mtime);
    renameSync(`${path}.new`, path);
  },
  (path, text) => {
    writeFileSync(path, text);
    utimesSync(path, 0, 0);
  },
];
const ROUNDS = 12;

describe.skipIf(noCompilers !== undefined)(titled("times of files:", noCompilers), () => {
  let stage: CaseStage;
  beforeAll(async () => {
    stage = await openCaseStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  describe.each(["gcc", "clang"] as const)("%s", (family) => {
    const cases = family === "gcc" ? [...CASES, EPOCH] : CASES;
    test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, each) => {
      await stage.expectRight(each, COMPILERS[family]);
    });

    test.each(["unit.c", "header.h"])(
      "T1 T10 no older %s is seen in an object that is made at once after a write",
      async (name) => {
        const { box } = stage;
        const path = box.tree.at(name);
        const unit = box.tree.at("unit.c");
        const object = box.tree.at("unit.o");
        writeFileSync(unit, '#include "header.h"\n');
        writeFileSync(box.tree.at("header.h"), "int header;\n");
        for (let round = 0; round < ROUNDS * WRITES.length; round++) {
          // Contents come again, so that there is something to be wrong with.
          const value = `value-${1000 + ((round * 7) % 23)}`;
          WRITES[round % WRITES.length]?.(path, `const char ${family}_text[] = "${value}";\n`);
          await mustRun([box.binary, family, "-c", unit, "-o", object], { env: box.env });
          expect(box.tree.read("unit.o").toString("latin1")).toContain(value);
        }
      },
    );
  });
});
