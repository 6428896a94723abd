// Tools beyond compilers: the tracer sees what strace sees of them, and changes nothing of what they say and make.

import { describe, expect, test } from "bun:test";
import { readdirSync, rmSync } from "node:fs";
import { type Files, fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { bareRun, hasStrace, type Outcome, traceRun } from "../../support/trace-run.ts";
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

const TIDY = "Checks: '-*,clang-analyzer-core*,bugprone-*'\n";
const RUST: Files = {
  "main.rs": 'mod word;\nfn main() { println!("{} {}", word::WORD, include_str!("text")); }\n',
  "word.rs": 'pub const WORD: &str = env!("PATH");\n',
  text: "text",
};

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
  {
    title: "clang-tidy",
    files: {
      "a.c": '#include "h.h"\nint main(void) { int x; return f(x); }\n',
      "h.h": "int f(int);\n",
      ".clang-tidy": TIDY,
    },
    argv: ["clang-tidy", "--export-fixes=fixes.yaml", "a.c", "--", "-I."],
    makes: ["fixes.yaml"],
  },
  {
    title: "rustc with its linker",
    files: RUST,
    argv: ["/usr/bin/rustc", "-g", "-Ccodegen-units=2", "main.rs"],
    makes: ["main"],
  },
  {
    title: "rustc of a library, which lists its search path",
    files: RUST,
    argv: ["/usr/bin/rustc", "--crate-type=lib", "--emit=metadata,link,dep-info", "-L", ".", "word.rs"],
    makes: ["libword.rlib", "libword.rmeta", "word.d"],
  },
  {
    title: "emcc",
    files: { "a.c": "#include <stdio.h>\nint f(void) { return puts(__FILE__); }\n" },
    argv: ["emcc", "-O1", "-c", "a.c", "-o", "a.o"],
    makes: ["a.o"],
  },
  {
    title: "emcc with its linker",
    files: C,
    argv: ["emcc", "a.c", "-o", "a.js"],
    makes: ["a.js", "a.wasm"],
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
  "clang-tidy": ["clang-tidy"],
  "rustc with its linker": ["/usr/bin/rustc"],
  "rustc of a library, which lists its search path": ["/usr/bin/rustc"],
  emcc: ["emcc"],
  "emcc with its linker": ["emcc"],
  python3: ["/usr/bin/python3"],
};

/** Makes the folder what the case wants it to be, whatever was done in it before. */
function prepare(tree: TemporaryTree, { files, prepare: commands = [] }: Case): void {
  for (const name of readdirSync(tree.path)) rmSync(tree.at(name), { recursive: true });
  tree.write(files);
  for (const argv of commands) bareRun(argv, { cwd: tree.path });
}

describe.each(CASES.map((entry) => [entry.title, entry] as const))("traced, %s", (title, entry) => {
  const missing = missingTool(...(NEEDS[title] ?? []));
  const noComparison = missing ?? (hasStrace ? undefined : "no strace");

  test.skipIf(noComparison !== undefined)(
    titled("is seen as strace sees it", noComparison),
    () => {
      using tree = fileTree();
      prepare(tree, entry);
      const { missed, compared, run } = compareWithStrace(entry.argv, { cwd: tree.path });
      console.log(`${title}: ${compared} looks of strace, ${run.records.length} records`);
      expect(missed).toEqual([]);
      expect(compared).toBeGreaterThan(4);
      expect(run.observation.incomplete).toBeUndefined();
    },
    600_000,
  );

  test.skipIf(missing !== undefined)(
    titled("says and makes what it does bare", missing),
    () => {
      using tree = fileTree();
      const all = (run: () => Outcome): unknown => {
        prepare(tree, entry);
        const outcome = run();
        expect(outcome.exitCode).toBe(0);
        return { outcome, made: entry.makes.map((name) => tree.read(name).toString("hex")) };
      };
      // In the same place, as it shows in messages, debug information and the symbols of rustc.
      const bare = all(() => bareRun(entry.argv, { cwd: tree.path }));
      expect(all(() => traceRun(entry.argv, { cwd: tree.path }).outcome)).toEqual(bare);
    },
    600_000,
  );
});
