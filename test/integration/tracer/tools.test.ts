// Tools beyond compilers: the tracer sees what strace sees of them, and changes nothing of what they say and make.

import { describe, expect, test } from "bun:test";
import { type Files, fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { bareRun, hasStrace, traceRun } from "../../support/trace-run.ts";
import { compareWithStrace } from "./compare-with-strace.ts";

type Case = {
  readonly title: string;
  readonly files: Files;
  readonly prepare?: readonly string[][];
  readonly argv: readonly string[];
  /** Files whose bytes must be those of a bare run. */
  readonly makes: readonly string[];
};

const C: Files = { "a.c": "#include <stdio.h>\nint main(void) { return puts(__FILE__) < 0; }\n" };
const OBJECT = ["gcc", "-c", "a.c"];
const PYTHON =
  'import json, os, sys\nopen("out", "w").write(json.dumps(sorted(os.listdir("."))))\nsys.exit(len(os.environ.get("NONE", "")))\n';
const SHELL =
  'x=$(cat in)\nfor f in *.sh; do echo "$f"; done\n[ -e none ] || echo "$x" >out\n. ./in\nprintf %s "$y" | sed s/1/2/ >>out\n';

const CASES: readonly Case[] = [
  { title: "ld.bfd", files: C, prepare: [OBJECT], argv: ["ld.bfd", "-r", "a.o", "-o", "r.o"], makes: ["r.o"] },
  { title: "gold", files: C, prepare: [OBJECT], argv: ["gcc", "-fuse-ld=gold", "a.o", "-L.", "-o", "a"], makes: ["a"] },
  { title: "lld", files: C, prepare: [OBJECT], argv: ["gcc", "-fuse-ld=lld", "a.o", "-lm", "-o", "a"], makes: ["a"] },
  { title: "mold", files: C, prepare: [OBJECT], argv: ["gcc", "-fuse-ld=mold", "a.o", "-lm", "-o", "a"], makes: ["a"] },
  {
    title: "clang -flto=thin by lld",
    files: C,
    argv: ["clang", "-flto=thin", "-fuse-ld=lld", "a.c", "-o", "a"],
    makes: ["a"],
  },
  {
    title: "lto-wrapper with make",
    files: C,
    argv: ["gcc", "-flto=2", "-frandom-seed=1", "a.c", "-o", "a"],
    makes: ["a"],
  },
  { title: "ar", files: C, prepare: [OBJECT], argv: ["ar", "rcsD", "l.a", "a.o"], makes: ["l.a"] },
  {
    title: "ranlib",
    files: C,
    prepare: [OBJECT, ["ar", "rcSD", "l.a", "a.o"]],
    argv: ["ranlib", "-D", "l.a"],
    makes: ["l.a"],
  },
  { title: "strip", files: C, prepare: [OBJECT], argv: ["strip", "a.o"], makes: ["a.o"] },
  { title: "objcopy", files: C, prepare: [OBJECT], argv: ["objcopy", "-g", "a.o", "b.o"], makes: ["b.o"] },
  { title: "bison", files: { "p.y": "%token A\n%%\ns: A;\n" }, argv: ["bison", "-d", "p.y"], makes: ["p.tab.c"] },
  { title: "flex", files: { "l.l": "%option noyywrap\n%%\n. ;\n" }, argv: ["flex", "l.l"], makes: ["lex.yy.c"] },
  {
    title: "protoc",
    files: { "m.proto": 'syntax = "proto3";\nmessage M { int32 a = 1; }\n' },
    argv: ["protoc", "--cpp_out=.", "m.proto"],
    makes: ["m.pb.cc", "m.pb.h"],
  },
  { title: "python3", files: { "g.py": PYTHON }, argv: ["/usr/bin/python3", "g.py"], makes: ["out"] },
  { title: "dash", files: { "s.sh": SHELL, in: "y=1\n" }, argv: ["/bin/sh", "s.sh"], makes: ["out"] },
];

const NEEDS: Readonly<Record<string, readonly string[]>> = {
  lld: ["ld.lld"],
  mold: ["mold"],
  "clang -flto=thin by lld": ["clang", "ld.lld"],
  bison: ["bison"],
  flex: ["flex"],
  protoc: ["protoc"],
  python3: ["/usr/bin/python3"],
};

function prepared({ files, prepare = [] }: Case): TemporaryTree {
  const tree = fileTree(files);
  for (const argv of prepare) bareRun(argv, { cwd: tree.path });
  return tree;
}

describe.each(CASES.map((entry) => [entry.title, entry] as const))("traced, %s", (title, entry) => {
  const missing = missingTool(...(NEEDS[title] ?? []));
  const noComparison = missing ?? (hasStrace ? undefined : "no strace");

  test.skipIf(noComparison !== undefined)(
    titled("is seen as strace sees it", noComparison),
    () => {
      using tree = prepared(entry);
      const { missed, compared, run } = compareWithStrace(entry.argv, { cwd: tree.path });
      console.log(`${title}: ${compared} looks of strace, ${run.records.length} records`);
      expect(missed).toEqual([]);
      expect(compared).toBeGreaterThan(4);
      expect(run.observation.incomplete).toBeUndefined();
    },
    60_000,
  );

  test.skipIf(missing !== undefined)(
    titled("says and makes what it does bare", missing),
    () => {
      using bare = prepared(entry);
      using tree = prepared(entry);
      const expected = bareRun(entry.argv, { cwd: bare.path });
      expect(expected.exitCode).toBe(0);
      expect(traceRun(entry.argv, { cwd: tree.path }).outcome).toEqual(expected);
      for (const name of entry.makes) expect(tree.read(name).equals(bare.read(name))).toBe(true);
    },
    60_000,
  );
});
