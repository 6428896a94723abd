// A traced tool does and says what it does and says bare.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync, statSync } from "node:fs";
import { type Files, fileTree } from "../../support/file-tree.ts";
import { bareRun, traceRun } from "../../support/trace-run.ts";

setDefaultTimeout(600_000);

const WARNS = 'int f(int x) { int unused; return x == 1 ? "no" : 0; }\n';

const MAIN = { "a.c": "int main(void) { return 0; }\n" };

type Case = { readonly title: string; files: Files; argv: readonly string[]; outputs: readonly string[] };

const CASES: readonly Case[] = [
  { title: "a compile with debug information", files: MAIN, argv: ["gcc", "-g", "-c", "a.c"], outputs: ["a.o"] },
  { title: "warnings", files: { "a.c": WARNS }, argv: ["gcc", "-Wall", "-MMD", "-c", "a.c"], outputs: ["a.o", "a.d"] },
  { title: "errors", files: { "a.c": "int f(\n" }, argv: ["gcc", "-c", "a.c"], outputs: [] },
  { title: "a compile of nothing", files: {}, argv: ["gcc", "-c", "missing.c"], outputs: [] },
  { title: "C++", files: { "a.cc": "#include <vector>\n" }, argv: ["g++", "-O2", "-c", "a.cc"], outputs: ["a.o"] },
  { title: "preprocessing", files: { "a.c": "#include <stdio.h>\n" }, argv: ["gcc", "-E", "a.c"], outputs: [] },
  { title: "a link", files: MAIN, argv: ["gcc", "-Wl,-Map=a.map", "a.c", "-o", "a"], outputs: ["a"] },
];

test.each(CASES.map((entry) => [entry.title, entry] as const))(
  "the tracer changes nothing of %s",
  (_title, { files, argv, outputs }) => {
    using tree = fileTree(files);
    const expected = bareRun(argv, { cwd: tree.path });
    const made = outputs.map((name) => tree.read(name));
    for (const name of outputs) rmSync(tree.at(name));
    const run = traceRun(argv, { cwd: tree.path });
    expect(run.outcome).toEqual(expected);
    expect(run.observation.incomplete).toBeUndefined();
    expect(outputs.map((name) => tree.read(name))).toEqual(made);
    expect(run.observation.written).toEqual(expect.arrayContaining(outputs.map((name) => tree.at(name))));
  },
  600_000,
);

describe("a traced compile", () => {
  test("names its output and nothing else as written, whatever was there before", () => {
    using tree = fileTree({ "a.c": "int a;\n", "a.o": "old", "a.d": "old" });
    const { observation } = traceRun(["gcc", "-MMD", "-c", "a.c"], { cwd: tree.path });
    expect([...observation.written].sort()).toEqual([tree.at("a.d"), tree.at("a.o")]);
    expect(observation.changedInPlace).toEqual([]);
    expect(observation.looks.filter(({ path }) => /\/a\.[od]$|\/tmp\/cc/.test(path))).toEqual([]);
    expect(observation.wholeEnvironment).toBe(false);
  });

  test("depends on headers, absent candidates, sub-programs and libraries", () => {
    using tree = fileTree({ "a.c": '#include "h.h"\n', "i/.keep": "", "j/h.h": "int h;\n" });
    const { observation } = traceRun(["gcc", "-Ii", "-Ij", "-c", "a.c"], { cwd: tree.path });
    const about = (path: string): string[] =>
      observation.looks.filter((look) => look.path === path).map(({ aspect, found }) => `${found}:${aspect}`);
    expect(about(tree.at("a.c"))).toContain("true:content");
    expect(about(tree.at("i/h.h"))).toContain("false:content");
    expect(about(tree.at("j/h.h"))).toContain("true:content");
    const contents = observation.looks.filter(({ aspect, found }) => aspect === "content" && found);
    for (const part of [/\/cc1$/, /\/as$/, /\/libc\.so\.6$/, /\/ld-linux-x86-64\.so\.2$/])
      expect(contents.filter(({ path }) => part.test(path))).not.toEqual([]);
  });

  test("asks for the variables of gcc, without those that the driver sets", () => {
    using tree = fileTree({ "a.c": "int a;\n" });
    const { environment } = traceRun(["gcc", "-c", "a.c"], { cwd: tree.path }).observation;
    expect(environment).toEqual(expect.arrayContaining(["COMPILER_PATH", "CPATH", "C_INCLUDE_PATH", "TMPDIR"]));
    expect(environment.filter((name) => /^(COLLECT_|ZCC_)/.test(name))).toEqual([]);
  });

  test.each([
    ["__DATE__", {}, true],
    ["__TIME__", {}, true],
    ["__TIMESTAMP__", {}, true],
    ["__DATE__", { SOURCE_DATE_EPOCH: "1" }, false],
    ["__FILE__", {}, false],
  ])("uses the date for %s with %o: %p", (word, env, used) => {
    using tree = fileTree({ "a.c": `const char *s = ${word};\n` });
    const { observation } = traceRun(["gcc", "-c", "a.c"], { cwd: tree.path, env });
    expect(observation.usedDate).toBe(used);
    expect(observation.environment.includes("SOURCE_DATE_EPOCH")).toBe(/DATE__|TIME__/.test(word));
  });

  test("has its archive in changedInPlace when ar adds to it", () => {
    using tree = fileTree({ "a.c": "int a;\n", "b.c": "int b;\n" });
    for (const argv of [
      ["gcc", "-c", "a.c", "b.c"],
      ["ar", "rcs", "l.a", "a.o"],
    ])
      bareRun(argv, { cwd: tree.path });
    const { observation } = traceRun(["ar", "rcs", "l.a", "b.o"], { cwd: tree.path });
    expect(observation.changedInPlace).toEqual([tree.at("l.a")]);
  });

  test("leaves /dev/null a device", () => {
    using tree = fileTree({ "a.c": "int a;\n" });
    const { observation, outcome } = traceRun(["gcc", "-c", "a.c", "-o", "/dev/null"], { cwd: tree.path });
    expect(outcome.exitCode).toBe(0);
    expect(observation.written).toEqual([]);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});
