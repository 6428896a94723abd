// argv → Plan, row by row. Whether the real gcc agrees is asked in test/integration/compilers.

import { describe, expect, test } from "bun:test";
import { gcc } from "../../../src/compilers/gcc.ts";
import type { CompilePlan, Plan } from "../../../src/core/plan.ts";
import type { RefusalReason } from "../../../src/core/refusal-reasons.ts";

const FILES: Record<string, string> = { "args.rsp": "-O2 '-DA=1 2' @more.rsp", "more.rsp": "-c -o sub/x.o" };

function parse(line: string): Plan {
  return gcc.parse(line === "" ? [] : line.split(" "), { read: (path) => FILES[path], variable: () => undefined });
}

function compile(line: string): CompilePlan {
  const plan = parse(line);
  if (plan.kind !== "compile") throw new Error(`refused: ${plan.reason} (${plan.detail})`);
  return plan;
}

/** `object depfile`, the latter only if there is one. */
function outputsOf({ outputs }: CompilePlan): string {
  return outputs.map(({ path }) => path).join(" ");
}

const namesOf = (object: string): string[] => ["output-names", "3", object, "", ""];

describe("gcc.parse() names a path beside which outputs are found, where it plans none, for", () => {
  test.each<[string, string | undefined]>([
    ["-MD a.c -MM -o ../out/a.d", "../out/a.d"],
    ["-MD a.c -M -MF ../out/b.d", "../out/b.d"],
    ["-MD a.c -M -o /dev/null -MF b.d", "b.d"],
    ["-M a.c -Wp,-MD,q.d", "q.d"],
    ["-c a.c b.c -MD -MF ../one.d", "../one.d"],
    ["-MD a.c -M -o -", undefined],
    ["-MD a.c -M", undefined],
    ["-c a.c -o x.o", undefined],
  ])("%s: %p", (line, beside) => {
    const plan = compile(line);
    expect(plan.beside).toBe(beside);
    if (beside !== undefined) {
      expect(plan).toMatchObject({ outputs: [], sideOutputs: true, cwdInKey: true });
      expect(plan.keyArguments).toContain(beside);
    }
  });
});

describe("gcc.parse() plans the outputs of", () => {
  test.each([
    ["-c a.c", "a.o"],
    ["-c dir/a.b.cc", "a.b.o"],
    ["-c a.c -o x", "x"],
    ["-c a.c -ox.o", "x.o"],
    ["-objects -c a.c", "bjects"],
    ["-c -x c -", "-.o"],
    ["-c a.s -MD", "a.o"],
    ["-c a.i -MD -MF a.d", "a.o"],
    ["--compile a.c --output out/x.o --write-dependencies", "out/x.o out/x.d"],
    ["--assemble --language=c - --output=x.s", "x.s"],
    ["-c a.S -MD", "a.o a.d"],
    ["-c dir/a.c -MD", "a.o a.d"],
    ["-c a.c -MMD -o out/x.obj", "out/x.obj out/x.d"],
    ["-c a.c -MD -o out.d/x", "out.d/x out.d/x.d"],
    ["-c a.c -MD -MF dep -o x.o", "x.o dep"],
    ["-c a.c -MFdep -MD", "a.o dep"],
    ["-c a.c -MD -MF one -MF two", "a.o two"],
    ["-c a.c -MF dep", "a.o"],
    ["-c a.c -MT x", "a.o"],
    ["-c a.c -Wp,-MD,dep -o out/x.o", "out/x.o dep"],
    ["-c a.c -Wp,-MMD,dep,-MT,t", "a.o dep"],
    ["-c a.s -Wp,-MD,dep", "a.o"],
    ["@args.rsp a.c -MMD", "sub/x.o sub/x.d"],
    ["-c a.c -o /dev/null -MD -MF a.d", "a.d"],
    ["-c a.c -o /dev/null", ""],
    ["-c a.c -MD -MF /dev/null", "a.o"],
    ["-c a.c -MD -MF -", "a.o"],
    ["-S a.c", "a.s"],
    ["-S a.c -o out/x.s -MD", "out/x.s out/x.d"],
    ["-S a.c -o -", ""],
    ["-E a.c", ""],
    ["-E a.c -o x.i", "x.i"],
    ["-E a.c -MD", "a.d"],
    ["-M a.c", ""],
    ["-MM a.c -MF x.d", "x.d"],
    ["-MM a.c -o x.d", "x.d"],
    ["-MM a.c -o x.d -MF y.d", ""],
    ["-fsyntax-only a.c -o x.o", ""],
    ["-c a.c b.c -MD", ""],
    ["inc/a.h", "inc/a.h.gch"],
    ["-c -x c++-header a.hpp -o out/x.gch", "out/x.gch"],
  ])("%s: %s", (line, expected) => {
    expect(outputsOf(compile(line))).toBe(expected);
  });
});

describe("gcc.parse() finds the source of", () => {
  test.each([
    ["-c -I a.c b.c", "b.c"],
    ["-c -D x.c -include y.h -isystem z.c -MT t.c b.c", "b.c"],
    ["-c -x c -", "-"],
    ["-c -lm b.c -L. -Wl,x.c -Xlinker y.c", "b.c"],
    ["-c --param ggc-min-expand=0 b.c --sysroot dir", "b.c"],
  ])("%s: %s", (line, expected) => {
    expect(compile(line).source).toBe(expected);
  });
});

describe("gcc.parse() puts into the key of", () => {
  test.each<[string, string[]]>([
    ["-c a.c -o x.o", ["-c", "a.c"]],
    [
      "-O2 -c -DA -D A=1 -UB -U C -Ii -I j a.c",
      ["-O2", "-c", "-DA", "-D", "A=1", "-UB", "-U", "C", "-Ii", "-I", "j", "a.c"],
    ],
    ["@args.rsp a.c", ["-O2", "-DA=1 2", "-c", "a.c"]],
    ["-c a.c -MD", ["-c", "a.c", "-MD"]],
    ["-c a.c -MD -o x.o", ["-c", "a.c", "-MD"]],
    ["-c a.c -MD -o x$y.o", ["depfile-target", "x$y.o", "-c", "a.c", "-MD"]],
    ["-c -x c - -MD -o x.o", ["depfile-target", "x.o", "-c", "-x", "c", "-", "-MD"]],
    ["-c -x c - -MD", ["-c", "-x", "c", "-", "-MD"]],
    ["-c a.c -o /dev/null", ["output-discarded object", "-c", "a.c"]],
    ["-c a.c --coverage -o x.o", ["output-names", "3", "x.o", "", "", "-c", "a.c", "--coverage"]],
    ["-c a.c --coverage", ["output-names", "2", "", "", "-c", "a.c", "--coverage"]],
    ["-c a.c b.c -MD -MF d", ["output-names", "2", "", "d", "-c", "a.c", "b.c", "-MD", "-MF"]],
    ["-c a.s -MD -o x.o", ["-c", "a.s", "-MD"]],
    ["-c a.c -MD -o x.o -MT t -MF d", ["-c", "a.c", "-MD", "-MT", "t", "-MF"]],
    ["-c a.c -MMD -MQ t -MP -o x.o", ["-c", "a.c", "-MMD", "-MQ", "t", "-MP"]],
    ["-c a.c -Wp,-MD,d -o x.o", ["-c", "a.c", "-Wp,-MD"]],
    ["-c a.c -MD -Wp,-MT,t -o x.o", ["-c", "a.c", "-MD", "-Wp,-MT", "-Wp,t"]],
    ["-c a.c -march=native", ["cpu:native", "-c", "a.c", "-march=native"]],
    ["-c a.c -mtune=native -mcpu=native", ["cpu:native", "-c", "a.c", "-mtune=native", "-mcpu=native"]],
    ["-c a.c -pipe", ["-c", "a.c", "-pipe"]],
    ["-c a.c -frecord-gcc-switches -o x.o", [...namesOf("x.o"), "-c", "a.c", "-frecord-gcc-switches", "-o", "x.o"]],
    ["-c a.c -fnew-in-gcc-20 -ox.o", [...namesOf("x.o"), "-c", "a.c", "-fnew-in-gcc-20", "-ox.o"]],
    ["-c a.c -specs=s -o x.o", [...namesOf("x.o"), "-c", "a.c", "-specs=s", "-o", "x.o"]],
    ["-c a.c -Xpreprocessor -DA -Xassembler --64", ["-c", "a.c", "-Wp,-DA", "-Xassembler", "--64"]],
  ])("%s: %j", (line, expected) => {
    expect(compile(line).keyArguments).toEqual(expected);
  });
  test.each<[string, string]>([
    ["-c a.c -o x.o", "-c a.c -o y/z.o"],
    ["-c a.c -o x.o", "-c a.c"],
    ["-c a.c -MD -MT t -MF x.d -o x.o", "-c a.c -MD -MT t -MFy.d -oy.o"],
    ["-g -c a.c -o x.o", "-g -c a.c -oy.o"],
    ["-c a.c -MD -o x.o", "-c a.c -MD -o out/y.o"],
    ["-S a.c -MD", "-S a.c -MD -o out/y.s"],
  ])("%s what it puts into that of %s", (one, other) => {
    expect(compile(one).keyArguments).toEqual(compile(other).keyArguments);
  });
  // Wrong hits of caches that sort or drop options.
  test.each<[string, string]>([
    ["-c a.c -g0", "-c a.c -g"],
    ["-c a.c -w", "-c a.c -Wall"],
    ["-c a.c -DA -UA", "-c a.c -UA -DA"],
    ["-c a.c -O0 -O2", "-c a.c -O2 -O0"],
    ["-c a.c -DA=1 -DA=2", "-c a.c -DA=2 -DA=1"],
    ["-c a.c -fno-common -fcommon", "-c a.c -fcommon -fno-common"],
    ["-c a.c --param max-inline-insns-auto=1", "-c a.c --param max-inline-insns-auto=2"],
    ["-c a.c -isysroot x", "-c a.c -isysroot y"],
    ["-c a.c -MD -MT x", "-c a.c -MD -MT y"],
    ["-c a.c -MD", "-c a.c -MMD"],
    ["-c a.c -MD", "-c a.c"],
    ["-c a.c -o x.o", "-c a.c -o /dev/null"],
    ["-c a.c -MD -MF x", "-c a.c -MD -MF /dev/null"],
    ["-c a.c --coverage -o x.o", "-c a.c --coverage -o y.o"],
    ["-c a.c -gsplit-dwarf -o x.o", "-c a.c -gsplit-dwarf -o ./x.o"],
    ["-c -x c - -MD -o -.o", "-c -x c - -MD"],
    ["-S a.c", "-c a.c"],
    ["-c a.c -MF x", "-c a.c"],
    ["-c ./a.c", "-c a.c"],
    ["-c a.c -I x", "-c a.c -I ./x"],
    ["-c a.c -D A", "-c a.c -DA"],
  ])("%s other than into that of %s", (one, other) => {
    expect(compile(one).keyArguments).not.toEqual(compile(other).keyArguments);
  });
});

describe("gcc.parse() lets the working directory show", () => {
  test.each([
    "-c a.c -g",
    "-c a.c -ggdb3",
    "-c a.c -g0 -g1",
    "-c a.c -gdwarf-4",
    "-c a.c -gtoggle -g0",
    "-c a.c -flto",
    "-c a.c -flto=auto -fno-lto",
    "-c a.c -frecord-gcc-switches",
    "-c a.c -fdebug-prefix-map=/a=/b",
    "-c a.c -fno-such-option",
    "-c a.c -fplugin=p.so",
    "-c a.c -Wa,--gdwarf-5",
    "-c a.c -B dir",
    "-c a.s",
    "-c a.S",
  ])("for %s", (line) => {
    expect(compile(line).cwdInKey).toBe(true);
  });
  test.each([
    "-c a.c",
    "-c a.c -g -g0",
    "-c a.i",
    "-c a.cc -O2 -Wall -Wextra -Werror=foo -fPIC -std=c++20 -DA=1 -Ix -isystem y -pthread -pipe -MD",
    "-c a.c -ffunction-sections -fdata-sections -fno-strict-aliasing -fvisibility=hidden -fstack-protector-strong",
    "-c a.c -march=x86-64-v3 -mtune=native -mno-red-zone -fsanitize=address -fdiagnostics-color=always",
    "-c a.c -Wa,--noexecstack -Wl,-z,now -shared -static-libgcc -lm",
  ])("not for %s", (line) => {
    expect(compile(line).cwdInKey).toBe(false);
  });
});

describe("gcc.parse() refuses as", () => {
  test.each<[RefusalReason, string]>([
    ["library", ""],
    ["library", "--version"],
    ["library", "-v"],
    ["library", "-v -c a.c"],
    ["library", "-### -c a.c"],
    ["library", "-dumpversion"],
    ["library", "-dumpmachine"],
    ["library", "-print-prog-name=ld"],
    ["library", "--print-search-dirs"],
    ["library", "--help=common"],
    ["unknown-option", "a.o -shared -Wl,-soname,x -no-such-option"],
    ["no-source", "-o prog"],
    ["unsupported-option", "a.o -o prog -o prog2"],
    ["unsupported-option", "a.o -Wl,-o,prog"],
    ["bad-response-file", "a.o -Wl,@args"],
    ["dump-output", "a.o -Wl,--stats"],
    ["library", "a.o -Wl,--version"],
    ["output-to-stdout", "a.o -o /dev/stdout"],
    ["modules", "a.cpp -fmodules-ts -o prog"],
    ["no-source", "-c"],
    ["no-source", "-c -O2 -o x.o"],
    ["language", "-c a.c b.o"],
    ["many-sources", "-c a.c b.c -o x.o"],
    ["caller-stream", "-c -x c /dev/stdin"],
    ["caller-stream", "-c a.c -include /dev/fd/63"],
    ["caller-stream", "-c -DX=1 -o -D /dev/fd/63"],
    ["caller-stream", "-c a.c @/proc/self/fd/3"],
    ["dump-output", "-c a.c -Wa,-o,x"],
    ["modules", "-c -x c++-user-header a.h"],
    ["unknown-option", "-MM -MG a.c -no-such"],
    ["language", "-c a.f90"],
    ["language", "-c a.o"],
    ["language", "-c -"],
    ["missing-value", "-c a.c -o"],
    ["missing-value", "-c a.c -MD -MF"],
    ["unknown-option", "-c a.c -arch x86_64"],
    ["unknown-option", "-c a.c --serialize-diagnostics a.dia"],
    ["unknown-option", "-c a.c --"],
    ["unknown-option", "-c a.c -index-store-path x"],
    ["unknown-option", "-c a.c -Wp,-fdump-tree-all"],
    ["unknown-option", "-c a.c -Xclang -load"],
    ["unsupported-option", "-c a.c -o x.o -o y.o"],
    ["unsupported-option", "-c a.c -wrapper valgrind"],
    ["unsupported-option", "-c a.c -ftime-report"],
    ["unsupported-option", "-c a.c -Wp,-MD,a.d -MD"],
    ["unsupported-option", "-c a.c -Wp,-MD,a.d -MF b.d"],
    ["unsupported-option", "-c a.c -Wp,-MD,a.d -Wp,-MMD,b.d"],
    ["modules", "-c a.cc -fmodules-ts"],
    ["modules", "-c a.cc -fmodule-header"],
    ["output-to-stdout", "-c a.c -o /dev/stdout"],
    ["output-to-stdout", "-c a.c -Wp,-MD,/dev/stderr"],
    ["output-kind", "-c a.c -MD -MF a.o"],
    ["bad-response-file", "-c a.c @missing"],
  ])("%s: %s", (reason, line) => {
    expect(parse(line)).toMatchObject({ kind: "refused", reason });
  });
  test("output-kind an empty name", () => {
    expect(gcc.parse(["-c", "a.c", "-o", ""], { read: () => undefined, variable: () => undefined })).toMatchObject({
      reason: "output-kind",
    });
  });
  test("says what was met", () => {
    expect(parse("-c a.c -wrapper x")).toMatchObject({ detail: "-wrapper x" });
  });
  test.each<[string, Record<string, string>, boolean]>([
    ["-c a.c", { DEPENDENCIES_OUTPUT: "d" }, true],
    ["-S a.c", { SUNPRO_DEPENDENCIES: "d" }, true],
    ["-c a.c -MD", { DEPENDENCIES_OUTPUT: "d" }, false],
    ["-MM a.c", { SUNPRO_DEPENDENCIES: "d" }, false],
    ["-c a.c -Wp,-MMD,x", { DEPENDENCIES_OUTPUT: "d" }, false],
  ])("unsupported-variable %s with %j: %s", (line, variables, refused) => {
    const plan = gcc.parse(line.split(" "), { read: () => undefined, variable: (name) => variables[name] });
    expect(plan.kind === "refused" && plan.reason === "unsupported-variable").toBe(refused);
  });
  test.each(["-c a.c -fopt-info-vec", "-c a.c -fdiagnostics-format=json"])("nothing in %s", (line) => {
    expect(parse(line).kind).toBe("compile");
  });
});
