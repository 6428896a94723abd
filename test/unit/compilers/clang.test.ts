// argv → Plan, row by row. Whether the real clang agrees is asked in test/integration/compilers.

import { describe, expect, test } from "bun:test";
import { clang } from "../../../src/compilers/clang.ts";
import type { Surroundings } from "../../../src/compilers/compiler.ts";
import type { CompilePlan, Plan } from "../../../src/core/plan.ts";
import type { RefusalReason } from "../../../src/core/refusal-reasons.ts";

const FILES: Record<string, string> = {
  "args.rsp": "-O2 '-DA=1 2' @more.rsp",
  "more.rsp": "-c -o sub/x.o",
  "marked.rsp": "\xef\xbb\xbf-c",
  "blank.rsp": "-c\va.c",
};

function parse(line: string, variables: Record<string, string> = {}): Plan {
  const around: Surroundings = { read: (path) => FILES[path], variable: (name) => variables[name] };
  return clang.parse(line === "" ? [] : line.split(" "), around);
}

function compile(line: string): CompilePlan {
  const plan = parse(line);
  if (plan.kind !== "compile") throw new Error(`refused: ${plan.reason} (${plan.detail})`);
  return plan;
}

describe("clang.recognises()", () => {
  test.each([
    ["clang", true],
    ["clang++", true],
    ["clang-14", true],
    ["clang++-14", true],
    ["clang++-19.1", true],
    ["x86_64-linux-gnu-clang", true],
    ["aarch64-linux-android21-clang++", true],
    ["clang-cl", false],
    ["clang-cl-14", false],
    ["clang-cpp", false],
    ["clang-cpp-14", false],
    ["clang-tidy", false],
    ["clang-tidy-14", false],
    ["clang-format", false],
    ["clangd", false],
    ["cc", false],
    ["gcc", false],
    ["libclang", false],
    ["", false],
  ])("%s: %p", (name, known) => {
    expect(clang.recognises(name)).toBe(known);
  });
});

describe("clang.parse() plans the outputs of", () => {
  test.each([
    ["-c a.c", "a.o"],
    ["-c dir/a.b.cc", "a.b.o"],
    ["-c a.c -o x", "x"],
    ["-c a.c -o x -emit-llvm", "x"],
    ["-c a.c -emit-llvm", "a.bc"],
    ["-S a.c", "a.s"],
    ["-E a.c", ""],
    ["-E a.c -MD -o x.i", "x.i x.d"],
    ["-M a.c", ""],
    ["-MM a.c -MF x.d", "x.d"],
    ["-c a.ll", "a.o"],
    ["--precompile a.cppm", "a.pcm"],
    ["--precompile a.cppm -o x -MD", "x x.d"],
    ["-c a.cppm -fmodule-output -MD", "a.o a.d"],
    ["-c a.ccm", "a.o"],
    ["-c -x c++-module a.cc -fmodule-output=x.pcm -o y.o", "y.o"],
    ["-c a.pcm -MD", "a.o"],
    ["-S -emit-llvm a.bc -MD", "a.ll"],
    ["-c -x ir a.c -o x", "x"],
    ["-MM -MD a.c -o x", "x"],
    ["-M -Wp,-MD,d a.c -o x", "x"],
    ["-M -MD a.c -MF d", ""],
    ["-M -MD a.c -o /dev/null -MF d", ""],
    ["-fsyntax-only a.c", ""],
    ["--analyze a.c", ""],
    ["-c a.c b.c", ""],
    ["-c a.c -o /dev/null -MD -MF a.d", "a.d"],
    ["-S a.c -o -", ""],
    ["-S -c dir/a.cc -MD", "a.s a.d"],
    ["-S a.c -emit-llvm", "a.ll"],
    ["-S a.c -emit-llvm -o x.o", "x.o"],
    ["-c a.c --coverage -save-temps=obj -o out/x.o", "out/x.o"],
    ["-c a.c --output=x.o", "x.o"],
    ["--compile a.c --output x.o", "x.o"],
    ["-c -x c -", "-.o"],
    ["-c a.s -MD", "a.o"],
    ["-c a.i -MD -MF a.d", "a.o"],
    ["-c a.S -MD", "a.o a.d"],
    ["-c a.c -MMD -o out/x.obj", "out/x.obj out/x.d"],
    ["-c a.c -MD -MF one -MF two", "a.o two"],
    ["-c a.c -MF dep", "a.o"],
    ["-c a.c -Wp,-MD,dep -o out/x.o", "out/x.o dep"],
    ["-c a.c -Wp,-MD,dep -MF two -o out/x.o", "out/x.o two"],
    ["-c a.c -MF one -MMD -Wp,-MMD,two -o out/x.o", "out/x.o two"],
    ["-c a.c -MJ a.json", "a.o"],
    ["-c -include -Wp,-MD,dep a.c", "a.o"],
    ["@args.rsp a.c -MMD", "sub/x.o sub/x.d"],
    ["-cc1 -emit-obj -main-file-name a.c -o x.o -x c a.c", "x.o"],
    ["-cc1 -emit-obj -dependency-file x.d -MT x.o -o x.o -x c++ a.cc", "x.o x.d"],
    ["-cc1 -S -o x.s a.c", "x.s"],
  ])("%s: %s", (line, expected) => {
    expect(
      compile(line)
        .outputs.map(({ path }) => path)
        .join(" "),
    ).toBe(expected);
  });
});

describe("clang.parse() says what is written over old files and what takes their place, for", () => {
  test.each<[string, string, string | undefined]>([
    ["-c a.c -o x", "object", "a.o a.s a.dia"],
    ["-S a.S -o x", "object", "a.o a.s a.dia"],
    ["-MM -MD a.c -o x", "object", "a.o a.s a.dia"],
    ["-c a.S -o x", "direct", "a.s a.dia"],
    ["-c -x assembler a.c -o x", "direct", "a.s a.dia"],
    ["-c a.c -save-temps -o x", "direct", "a.s a.dia"],
    ["-c a.c --save-temps=obj -o x", "direct", "a.s a.dia"],
    ["-c a.c -no-integrated-as -o x", "object", undefined],
    ["-c a.c -fno-integrated-as -fintegrated-as -o x", "object", "a.o a.s a.dia"],
    ["-cc1 -emit-obj -o x a.c", "object", "a.o a.s a.dia"],
    ["--precompile a.cppm -o x", "direct", "a.s a.dia"],
    ["-c a.cppm -fmodule-output -o x", "object", "a.o a.s a.dia"],
  ])("%s", (line, role, renamed) => {
    const plan = compile(line);
    const names = ["a.o", "a.s", "a.dia", "a.d", "a.su", "a.dwo", "a.gcno", "a.json"];
    expect(plan.outputs[0]).toMatchObject({ role, path: "x" });
    expect(plan.renamed === undefined ? undefined : names.filter((name) => plan.renamed?.test(name)).join(" ")).toBe(
      renamed,
    );
    expect(names.filter((name) => plan.removedFirst?.test(name))).toEqual(renamed === undefined ? [] : ["a.dia"]);
  });
});

test.each(["--precompile a.cppm -o x.pcm", "-c a.cppm -fmodule-output", "-c a.cppm -fmodule-output=x.pcm"])(
  "clang.parse() puts the whole line and the directory into the key where an interface is made: %s",
  (line) => {
    const plan = compile(line);
    expect(plan).toMatchObject({ sideOutputs: true, cwdInKey: true });
    expect(plan.keyArguments).toEqual(expect.arrayContaining(line.split(" ")));
    expect(["x.pcm", "x.o", "x.d"].filter((name) => plan.writtenEitherWay?.test(name))).toEqual(["x.pcm"]);
  },
);

test.each(["-fmodule-file=a=x.pcm", "-fmodule-file=x.pcm", "-fprebuilt-module-path=x", "-fmodules-ts"])(
  "clang.parse() puts %s and the directory into the key, and allows no further outputs",
  (option) => {
    const plan = compile(`-c a.cc ${option}`);
    expect(plan).toMatchObject({ sideOutputs: false, cwdInKey: true });
    expect(plan.keyArguments).toContain(option);
  },
);

describe("clang.parse() finds the source of", () => {
  test.each([
    ["-c -Xclang -load -Xclang x.c b.c", "b.c"],
    ["-c -mllvm x.c -target y.c --param z.c b.c", "b.c"],
    ["-c --include-directory x.h --include-directory a.c b.c", "b.c"],
    ["-c -isystem-after x.c -cxx-isystem y.c -stdlib++-isystem z.c b.c", "b.c"],
    ["-c -serialize-diagnostics x.c -resource-dir y.c b.c", "b.c"],
    ["-cc1 -emit-obj -triple x.c -target-cpu y.c -mllvm z.c -main-file-name w.c -o o b.c", "b.c"],
    ["-cc1 -emit-obj -ferror-limit 19 -stack-protector 2 -pic-level 2 -target-feature +sse2 -o o b.c", "b.c"],
  ])("%s: %s", (line, expected) => {
    expect(compile(line).source).toBe(expected);
  });
});

describe("clang.parse() refuses", () => {
  test.each<[string, RefusalReason]>([
    ["", "library"],
    ["a.o -Wl,--stats", "dump-output"],
    ["--version", "library"],
    ["-### -c a.c", "library"],
    ["-c", "no-source"],
    ["-c a.c b.c -o x.o", "many-sources"],
    ["-c a.c -o", "missing-value"],
    ["-c a.c -qunheard-of", "unknown-option"],
    ["-c a.c --unheard-of=x", "unknown-option"],
    ["-c a.c -o /dev/stdout", "output-to-stdout"],
    ["-c a.c -fmodules", "modules"],
    ["-c a.c -fmodules-cache-path=x", "modules"],
    ["-c a.c -fcxx-modules", "modules"],
    ["-c a.c -fmodule-map-file=x", "modules"],
    ["-c a.c -fmodule-header", "modules"],
    ["-c a.c -fprebuilt-implicit-modules", "modules"],
    ["-c -x c++-user-header a.h", "modules"],
    ["-c -x c++-module-cpp-output a.cc", "language"],
    ["-c a.c -Xclang -fmodules", "modules"],
    ["-c a.c -Xclang -o -Xclang y.o", "unsupported-option"],
    ["-c a.c -Xclang -dependency-file -Xclang y.d", "unsupported-option"],
    ["-c a.c -Xclang b.c", "unknown-option"],
    ["-c a.c -Xclang -unheard-of", "unknown-option"],
    ["-c a.c -Xclang -header-include-file -Xclang log", "output-in-place"],
    ["-c a.c -Xarch_x86_64 -DX", "unsupported-option"],
    ["-c a.c -arch x86_64", "unsupported-option"],
    ["-c a.c -ftime-report", "unsupported-option"],
    ["-c a.c -save-temps -fno-integrated-as", "unsupported-option"],
    ["-c a.c b.s", "many-sources"],
    ["-c a.c -ftime-report=per-pass", "unsupported-option"],
    ["-c a.c -fproc-stat-report=log", "output-in-place"],
    ["-c a.c --driver-mode=cl", "unsupported-option"],
    ["-c a.c -fopenmp-targets=nvptx64", "unsupported-option"],
    ["-c -x c /dev/stdin", "caller-stream"],
    ["-c a.c -include /dev/fd/3", "caller-stream"],
    ["-c a.c -Wp,-MD,d,-MT,t,-H", "unknown-option"],
    ["@none.rsp", "bad-response-file"],
    ["@marked.rsp a.c", "bad-response-file"],
    ["@blank.rsp", "bad-response-file"],
    ["-cc1", "syntax-only"],
    ["-cc1 -emit-obj -o x.o", "no-source"],
    ["-cc1 -emit-obj a.c", "output-kind"],
    ["-cc1 -emit-obj -o x -o y a.c", "output-kind"],
    ["-cc1 -emit-obj -o - a.c", "output-to-stdout"],
    ["-cc1 -emit-obj -o x.o -dependency-file - a.c", "output-to-stdout"],
    ["-cc1 -emit-obj -o x.o -dependency-file x.o a.c", "output-kind"],
    ["-cc1 -emit-obj -o x.o a.c b.c", "many-sources"],
    ["-cc1 -emit-obj -o x.o -unheard-of a.c", "unknown-option"],
    ["-cc1 -emit-obj -fmodules -o x.o a.c", "modules"],
    ["-cc1 -fsyntax-only a.c", "syntax-only"],
    ["-c -cc1 a.c", "unsupported-option"],
    ["-cc1as -o x.o a.s", "unsupported-option"],
  ])("%s: %s", (line, reason) => {
    const plan = parse(line);
    expect(plan.kind === "refused" ? plan.reason : plan.kind).toBe(reason);
  });
  test.each(["CCC_OVERRIDE_OPTIONS", "CC_PRINT_HEADERS", "CC_LOG_DIAGNOSTICS"])("any call under %s", (name) => {
    expect(parse("-c a.c", { [name]: "" })).toMatchObject({ reason: "unsupported-variable" });
  });
});

describe("clang.parse() says of times that they matter", () => {
  test.each<[string, NonNullable<CompilePlan["times"]>["use"]]>([
    ["-c a.c", "if-read"],
    ["-c a.c -include made.h", "if-read"],
    ["-c a.c -include-pch a.pch", "read"],
    ["-c a.c -Xclang -include-pch -Xclang a.pch", "read"],
    ["-cc1 -emit-obj -include-pch x.pch -o x.o a.c", "read"],
    ["-cc1 -emit-obj -o x.o a.c", "if-read"],
    ["-c a.h", "recorded"],
    ["-x c++-header a.h -c", "recorded"],
    ["-x c++-header a.h -include-pch b.pch -o a.pch", "recorded"],
    ["-c a.c -Xclang -emit-pch", "recorded"],
    ["-cc1 -emit-pch -o x.pch -x c-header a.h", "recorded"],
  ])("%s: %s", (line, use) => {
    expect(compile(line).times?.use).toBe(use);
  });
});

describe("clang.parse() puts into the key", () => {
  test.each(["-c a.c -o x.o -gsplit-dwarf -MD", "-Xclang -disable-llvm-verifier -c a.c", "-cc1 -emit-obj -o x.o a.c"])(
    "the whole line and the directory for %s",
    (line) => {
      const plan = compile(line);
      expect(plan.keyArguments.slice(-line.split(" ").length)).toEqual(line.split(" "));
      expect(plan.cwdInKey).toBe(true);
    },
  );
  test("neither the object's name nor the directory where they can't show, unless a configuration file was read", () => {
    const plan = compile("-O1 -c a.c -o x.o");
    expect(plan).toMatchObject({ keyArguments: ["-O1", "-c", "a.c"], cwdInKey: false, sideOutputs: false });
    expect(plan.configuredBy?.test("/usr/lib/llvm/bin/clang.cfg")).toBe(true);
  });
  test("the directory under -g, and the object's name where it stands in the depfile", () => {
    const plan = compile("-g -MD -c a.c -o x.o");
    expect(plan.cwdInKey).toBe(true);
    expect(plan.keyArguments).toEqual(["depfile-target", "x.o", "-g", "-MD", "-c", "a.c"]);
  });
  test.each(["-c a.c -Wp,-MD,d", "-E a.c -MMD -MF d", "-S a.c -MD", "-c a.c -Wp,-MD,d -Wp,-MT,t"])(
    "the output's name for %s, where it stands in the depfile",
    (line) => {
      const key = (name: string): readonly string[] => compile(`${line} -o ${name}`).keyArguments;
      expect(key("x.o")).not.toEqual(key("y.o"));
      expect(key("x.o")).toEqual(key("x.o"));
    },
  );
  test.each(["-c a.c -MD -MF d -MT t", "-E a.c", "-c a.c"])("no output's name for %s", (line) => {
    const key = (name: string): readonly string[] => compile(`${line} -o ${name}`).keyArguments;
    expect(key("x.o")).toEqual(key("y.o"));
  });
  test.each(["-c a.c -march=native", "-c a.c -mcpu=native", "-cc1 -emit-obj -target-cpu native -o x.o a.c"])(
    "the processor for %s",
    (line) => {
      expect(compile(line).keyArguments).toContain("cpu:native");
    },
  );
});
