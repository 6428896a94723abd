// Every kind of compilation with clang: cold and warm are what the bare compiler does, and warm starts no compiler.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { type ClangStage, noClang, openClangStage } from "./clang-stage.ts";

setDefaultTimeout(600_000);

/** Files of every scene; `NAME` is the scene's own, so that scenes share no entry. */
const PREPARE = `
mkdir inc out
echo '#define VALUE 1' >inc/h.h
printf '#include "h.h"\\nint NAME(int x) { return x == VALUE ? "no" : 0; }\\n' >a.c
printf '#include <map>\\n#include "h.h"\\nint NAME(int x) { std::map<int, int> m; return m[x]; }\\n' >a.cc
printf '#include "h.h"\\n@interface NAME\\n@end\\nint NAME_m(void) { return VALUE; }\\n' >a.m
printf '#define N nop\\n\\tN\\nNAME:\\n' >z.S
printf '\\tnop\\nNAME:\\n' >y.s
printf 'int NAME(void) { return 2; }\\n' >p.i
printf 'int NAME() { return 2; }\\n' >p.ii
printf 'target triple = "x86_64-pc-linux-gnu"\\ndefine i32 @NAME() { ret i32 3 }\\n' >l.ll
printf 'data' >data.bin
printf '__asm__(".incbin \\\\"data.bin\\\\"");\\nint NAME;\\n' >b.c
printf 'fun:NAME\\n' >ignored.txt
`;

let at: ClangStage;
beforeAll(async () => {
  if (noClang === undefined) at = await openClangStage();
});
afterAll(async () => await at?.[Symbol.asyncDispose]());

let scenes = 0;
const scene = (script: string): { prepare: string; script: string; env: Record<string, string> } => {
  const name = `scene_${scenes++}`;
  return { prepare: PREPARE.replaceAll("NAME", name), script, env: {} };
};

/** Makes what the script makes, gives it another mode and empties it. */
function overOldFiles(script: string): string {
  const change = "-exec chmod 600 {} + -exec truncate -s 0 {} +";
  return `touch mark; sleep 0.02; (${script}) >/dev/null 2>&1; find . -type f -newer mark ${change}; rm mark`;
}

describe.skipIf(noClang !== undefined)(titled("a full cache answers for", noClang), () => {
  test.each([
    "clang -c -Iinc a.c",
    "clang -c -Iinc a.c -o out/x.o",
    "clang++ -c -Iinc a.cc -O2",
    "clang -c z.S -MD",
    "clang -c y.s -MD",
    "clang -c p.i -MD -MF p.dep",
    "clang -c p.ii",
    "clang -c b.c",
    "clang -x c -Iinc -c - <a.c -o out/x.o",
    "clang -c -Iinc a.c -MD",
    "clang -c -Iinc a.c -MMD -MF out/dep -MT target -MP -o x.o",
    "clang -c -Iinc a.c -MD -MQ 'a$b' -MV -o x.o",
    "clang -c -Iinc a.c -Wp,-MD,q.d -o out/x.o",
    "clang -c -Iinc a.c -MF unused",
    "clang -c -Iinc a.c -MJ out/a.json -o out/x.o",
    "clang -c -Iinc a.c b.c -MJ a.json",
    "cd out && clang -c -I../inc ../a.c ../p.i -MD -MF ../one.d",
    "cd inc && clang -I. ../a.c -MD -MM -o ../out/a.dep",
    "clang -c l.ll -O2",
    "clang -S l.ll -emit-llvm -o out/x.ll",
    "clang -c -emit-llvm l.ll && clang -c l.bc -o out/x.o",
    "clang -c -x ir l.ll -o out/x.o",
    "clang -c y.s z.S",
    "clang -c -Iinc a.c -xc++ a.cc -x none p.i -MD",
    "clang -c -Iinc a.c -g",
    "clang -c -Iinc a.c -g -gsplit-dwarf -o out/x.o",
    "clang -c -Iinc a.c -flto",
    "clang -c -Iinc a.c -flto=thin -O2",
    "clang -c -Iinc a.c -fthin-link-bitcode=out/thin -flto=thin -o out/x.o",
    "clang -c -Iinc a.c -emit-llvm",
    "clang -c -Iinc a.m",
    "clang -c -Iinc a.c -o /dev/null",
    "clang -c -Iinc a.c b.c -MD",
    "clang -S -Iinc a.c b.c",
    "clang -E -Iinc a.c",
    "clang -E -Iinc - <a.c",
    "clang -E -dM -Iinc a.c -MD -o out/x.i",
    "clang -M -Iinc a.c b.c",
    "clang -MM -Iinc a.c -MF out/x.d",
    "clang -M -MG -MT target -Iinc a.c -o x.d",
    "clang -fsyntax-only -Iinc a.c",
    "clang -fsyntax-only -Iinc a.c -MD",
    "clang --analyze -Iinc a.c",
    "clang --analyze -Xanalyzer -analyzer-output=text -Iinc a.c",
    "clang -S -Iinc a.c -o -",
    "clang -S -Iinc a.c",
    "clang -S -Iinc a.c -MD -O2 -o out/x.s",
    "clang -S -emit-llvm -Iinc a.c",
    "clang -c -Iinc a.c --coverage",
    "clang -c -Iinc a.c -fprofile-arcs -ftest-coverage -o out/x.o",
    "clang -c -Iinc a.c -save-temps -MD",
    "clang -c -Iinc a.c -save-temps=obj -g -o out/x.o",
    "clang -c -Iinc a.c -save-stats=obj -o out/x.o",
    "clang -c -Iinc a.c -dependency-dot out/dot -MD -o out/x.o",
    "clang -c -Iinc a.c -fno-integrated-cc1",
    "clang -c -Iinc a.c -no-integrated-as",
    "clang -c -Iinc a.c --serialize-diagnostics a.dia",
    "clang -c -Iinc a.c -ftime-trace",
    "clang -c -Iinc a.c -ftime-trace -o out/x.o",
    "clang -c -Iinc a.c -fsave-optimization-record -O2",
    "clang -c -Iinc a.c -fsave-optimization-record -foptimization-record-file=r.yaml -O2",
    "clang -c -Iinc a.c -Rpass=. -O2",
    "clang -c -Iinc a.c -fstack-usage",
    "clang -c -Iinc a.c -fprofile-instr-generate -fcoverage-mapping",
    "clang -c -Iinc a.c -fprofile-generate",
    "clang -c -Iinc a.c -fsanitize=address,undefined -fsanitize-ignorelist=ignored.txt",
    "clang -c -Iinc a.c -fcrash-diagnostics-dir=out",
    "clang -c -Iinc a.c --target=aarch64-linux-gnu -ffreestanding",
    "clang -c -Iinc a.c -march=native",
    "clang -c -Iinc a.c -Xclang -fno-pch-timestamp -mllvm -inline-threshold=3 -O2",
    "clang -c -Iinc a.c -Xpreprocessor -DX=1 -Wp,-DY,-UZ -Xassembler --noexecstack -Wl,-z,now",
    "clang -c -Iinc a.c -frecord-command-line -fdebug-compilation-dir=. -g",
    "clang -c -Iinc a.c -Weverything -fdiagnostics-format=vi",
    "echo '-c -Iinc a.c' >args; clang @args -o out/x.o",
  ])("%s", async (script) => {
    const { prepare, ...rest } = scene(script);
    const { files } = await at.expectHits({ prepare, ...rest });
    expect(Object.keys(files).length).toBeGreaterThan(0);
    await at.expectSame({ prepare: `${prepare}${overOldFiles(script)}`, ...rest });
  });
  test("clang -cc1, as the driver writes it", async () => {
    const script = `eval "$(/usr/bin/env clang -### -c -g -O2 -MD -Iinc a.c -o out/x.o 2>&1 | tail -1 | sed 's,^ *"[^"]*" "-cc1",clang "-cc1",')"`;
    const line = (await at.stage.once(scene(`${script.replace('eval "', 'echo "')}`), at.bare)).stdout;
    expect(line).toStartWith('clang "-cc1"');
    const { files } = await at.expectHits(scene(line));
    expect(Object.keys(files)).toContain("out/x.o");
    expect(Object.keys(files)).toContain("out/x.d");
  });
});
