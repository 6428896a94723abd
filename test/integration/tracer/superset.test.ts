// The tracer sees whatever strace sees.

import { describe, expect, test } from "bun:test";
import { type Files, fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { bareRun, hasStrace, tracerLibrary } from "../../support/trace-run.ts";
import { compareWithStrace } from "./compare-with-strace.ts";

const PROGRAM: Files = {
  "a.c": '#include <stdio.h>\n#include "own.h"\nint main(void) { return puts(TEXT) < 0; }\n',
  "first/.keep": "",
  "second/own.h": '#define TEXT "text"\n',
};

const MANY_HEADERS =
  "#include <algorithm>\n#include <iostream>\n#include <map>\n#include <regex>\n#include <thread>\nint x;\n";
const PROBE = '#if __has_include(<nowhere.h>)\n#error it is there\n#endif\n#include "first.h"\n';

type Case = {
  readonly title: string;
  readonly files: Files;
  readonly prepare?: readonly string[][];
  readonly argv: readonly string[];
  /** Paths below the tree of which a record must speak. */
  readonly speaksOf: readonly string[];
};

const OBJECT = ["gcc", "-c", "a.c", "-Isecond", "-o", "a.o"];

const CASES: readonly Case[] = [
  {
    title: "gcc -c with two folders on the search path",
    files: PROGRAM,
    argv: ["gcc", "-g", "-O2", "-MMD", "-MF", "a.d", "-Ifirst", "-Isecond", "-c", "a.c", "-o", "a.o"],
    speaksOf: ["first/own.h", "second/own.h", "a.o", "a.d"],
  },
  { title: "g++ -c with 200 headers", files: { "b.cc": MANY_HEADERS }, argv: ["g++", "-c", "b.cc"], speaksOf: ["b.o"] },
  {
    title: ".incbin, which the assembler reads",
    files: { "a.c": '__asm__(".incbin \\"data.bin\\"");\n', "data.bin": "data" },
    argv: ["gcc", "-c", "a.c"],
    speaksOf: ["data.bin"],
  },
  {
    title: "__has_include of a header that is nowhere",
    files: { "a.c": PROBE, "i/first.h": "int x;\n" },
    argv: ["gcc", "-c", "a.c", "-Ii"],
    speaksOf: ["i/nowhere.h"],
  },
  {
    title: "a missing header",
    files: { "a.c": '#include "missing.h"\n', "i/.keep": "" },
    argv: ["gcc", "-c", "a.c", "-Ii"],
    speaksOf: ["missing.h", "i/missing.h"],
  },
  {
    title: "arguments in an @file",
    files: { ...PROGRAM, flags: "-c -Isecond a.c" },
    argv: ["gcc", "@flags"],
    speaksOf: ["flags", "a.o"],
  },
  { title: "gcc -pipe", files: PROGRAM, argv: [...OBJECT, "-pipe"], speaksOf: ["a.o"] },
  {
    title: "a link with -l and -L",
    files: { ...PROGRAM, "lib/.keep": "" },
    prepare: [OBJECT],
    argv: ["gcc", "a.o", "-Llib", "-lm", "-o", "a"],
    speaksOf: ["lib/libm.so", "lib/libm.a", "a"],
  },
  {
    title: "a link of a library that is nowhere",
    files: PROGRAM,
    prepare: [OBJECT],
    argv: ["gcc", "a.o", "-lnowhere", "-o", "a"],
    speaksOf: [],
  },
  {
    title: "a link by gold",
    files: PROGRAM,
    argv: ["gcc", "-fuse-ld=gold", "-Isecond", "a.c", "-o", "a"],
    speaksOf: ["a"],
  },
  { title: "gcc -flto", files: PROGRAM, argv: ["gcc", "-flto", "-O2", "-Isecond", "a.c", "-o", "a"], speaksOf: ["a"] },
  {
    title: "gcc -flto=auto, which runs make",
    files: PROGRAM,
    argv: ["gcc", "-flto=auto", "-O2", "-Isecond", "a.c", "-o", "a"],
    speaksOf: ["a"],
  },
  {
    title: "ar of a new archive",
    files: PROGRAM,
    prepare: [OBJECT],
    argv: ["ar", "rcs", "l.a", "a.o"],
    speaksOf: ["l.a"],
  },
  {
    title: "a shell script that lists and moves",
    files: { "s.sh": "#!/bin/sh\nls . >names\nmkdir d\nmv names d/n\nrm d/n\nrmdir d\nln -s x y\n" },
    argv: ["/bin/sh", "s.sh"],
    speaksOf: ["names", "d/n", "y"],
  },
];

const CLANG_CASES: readonly Case[] = [
  {
    title: "clang -c, which renames a temporary file",
    files: PROGRAM,
    argv: ["clang", "-g", "-O2", "-MD", "-Ifirst", "-Isecond", "-c", "a.c", "-o", "a.o"],
    speaksOf: ["first/own.h", "second/own.h", "a.o", "a.d"],
  },
  {
    title: "clang++ -c with 200 headers",
    files: { "b.cc": MANY_HEADERS },
    argv: ["clang++", "-c", "b.cc"],
    speaksOf: ["b.o"],
  },
  {
    title: "clang with side outputs, a process of its own for the front end and the system's assembler",
    files: { ...PROGRAM, "list.txt": "fun:f\n" },
    argv: [
      ...["clang", "-fno-integrated-cc1", "-no-integrated-as", "-ftime-trace", "-fsave-optimization-record"],
      ...["-fsanitize=address", "-fsanitize-ignorelist=list.txt", "-Isecond", "-c", "a.c", "-o", "a.o"],
    ],
    speaksOf: ["list.txt", "a.o", "a.opt.yaml"],
  },
  {
    title: ".incbin with clang's own assembler",
    files: { "a.c": '__asm__(".incbin \\"data.bin\\"");\n', "data.bin": "data" },
    argv: ["clang", "-c", "a.c"],
    speaksOf: ["data.bin"],
  },
];

function prepared({ files, prepare = [] }: Case): TemporaryTree {
  const tree = fileTree(files);
  for (const argv of prepare) bareRun(argv, { cwd: tree.path });
  return tree;
}

const noClang = hasStrace ? missingTool("clang", "clang++") : "no strace";

describe.each([
  ["", CASES, hasStrace ? undefined : "no strace"],
  [" clang:", CLANG_CASES, noClang],
] as const)("the tracer records whatever strace sees of%s", (_, cases, reason) => {
  test.skipIf(reason !== undefined).each(cases.map((entry) => [titled(entry.title, reason), entry] as const))(
    "%s",
    (_title, entry) => {
      using tree = prepared(entry);
      const { missed, compared, run } = compareWithStrace(entry.argv, { cwd: tree.path });
      expect(missed).toEqual([]);
      expect(compared).toBeGreaterThan(20);
      const texts = new Set(run.records.flatMap(({ text, second }) => [text, second]));
      expect(entry.speaksOf.filter((name) => !texts.has(tree.at(name)))).toEqual([]);
    },
    600_000,
  );
});

const [COMPILE, CXX] = CASES;
const LINK = CASES.find(({ title }) => title.startsWith("a link with"));
const SHELL = CASES.find(({ title }) => title.startsWith("a shell script"));

describe.skipIf(!hasStrace)("the comparison turns red without the wrapper of", () => {
  test.each([
    ["access", COMPILE],
    ["fopen64", LINK],
    ["open", COMPILE],
    ["realpath", COMPILE],
    ["stat", CXX],
    ["unlink", COMPILE],
    ["opendir", SHELL],
    ["execvp", COMPILE],
  ])(
    "%s",
    (wrapper, entry) => {
      if (entry === undefined) throw new Error("no such case");
      using tree = prepared(entry);
      const library = tracerLibrary([`-D${wrapper}=taken_out`]);
      expect(compareWithStrace(entry.argv, { cwd: tree.path, library }).missed).not.toEqual([]);
    },
    600_000,
  );
});
