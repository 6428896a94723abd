// What only one of the compilers reads: profiles, precompiled headers, lists, overlays, module maps.

import { afterAll, beforeAll, describe, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { type Case, type CaseStage, COMPILERS, noCompilers, openCaseStage } from "./case-stage.ts";

setDefaultTimeout(600_000);

const C = "$Z $CC -c a.c -o out/a.o";
const HEADERS = "mkdir inc one two three; echo '#define V 1' >one/v.h; echo '#define V 2' >two/v.h\n";
const USE = "echo '#include \"v.h\"' >a.c; echo 'int value = V;' >>a.c\n";
/** Made once: no two precompiled headers, nor profiles, are the same. */
const MAKE = `
mkdir one two
for v in one two; do
  echo "#define V $v" >$v/v.h; echo "enum { one = 1, two = 2 };" >>$v/v.h; touch -d 2001-01-01 $v/v.h
  gcc $v/v.h; clang -x c-header $v/v.h -o $v/v.pch; touch -d 2001-01-01 $v/*
done
echo 'int f(int i, int k) { int s = 0; while (i--) if (k) s += i * 3; else s ^= i % 5; return s; }' >p.c
echo 'int f(int, int); int main(int c, char **v) { return f(c * 1000, c > 1) == 1; }' >m.c
gcc -O2 --coverage p.c m.c -o p
./p; mv p-p.gcda one/p.gcda; ./p 1; mv p-p.gcda two/p.gcda
clang -O2 -fprofile-instr-generate p.c m.c -o p
./p; llvm-profdata merge default.profraw -o one/p.prof; ./p 1; llvm-profdata merge default.profraw -o two/p.prof
`;

const GCC: readonly Case[] = [
  {
    name: "profile data",
    tree: "cp $MADE/p.c .; cp $MADE/one/p.gcda out",
    script: "$Z gcc -O2 -fprofile-use -Wmissing-profile -c p.c -o out/p.o",
    edit: "cp $MADE/two/p.gcda out",
  },
  {
    name: "a precompiled header that appears",
    tree: `${USE}cp -p $MADE/one/v.h .`,
    script: `${C} -Winvalid-pch`,
    edit: "cp -p $MADE/two/v.h.gch .",
  },
  {
    name: "a precompiled header in place, size and times kept",
    tree: `${USE}cp -p $MADE/one/v.h $MADE/one/v.h.gch .`,
    script: `${C} -Winvalid-pch`,
    edit: "cat $MADE/two/v.h.gch >v.h.gch; touch -d 2001-01-01 v.h.gch",
  },
  {
    name: "a header below a precompiled header, which gcc does not look at",
    tree: `${USE}cp -p $MADE/one/v.h $MADE/one/v.h.gch .`,
    script: `${C} -Winvalid-pch`,
    edit: "cp $MADE/two/v.h .",
    same: true,
  },
];

const CLANG: readonly Case[] = [
  ...[
    ["-fsanitize=address -fsanitize-ignorelist=list", "fun:nothing", "src:*"],
    ["-fsanitize-coverage=trace-pc-guard -fsanitize-coverage-allowlist=list", "src:*\\nfun:*", "src:none"],
    ["-fsanitize-coverage=trace-pc-guard -fsanitize-coverage-ignorelist=list", "fun:nothing", "fun:*\\nsrc:*"],
    ["-fprofile-instr-generate -fprofile-list=list", "fun:*", "[clang]\\n!fun:f"],
    ["-fxray-instrument -fxray-instruction-threshold=1 -fxray-attr-list=list", "[always]\\nfun:g", "[never]\\nfun:f"],
  ].map(([options, one, other]) => ({
    name: `the list of ${options}`,
    tree: `printf '${one}\\n' >list; echo 'int f(int *p) { return *p ? p[1] : 2; }' >a.c`,
    script: `$Z clang -O1 ${options} -c a.c -o out/a.o`,
    edit: `printf '${other}\\n' >list`,
  })),
  {
    name: "instrumented profile data",
    tree: "cp $MADE/p.c a.c; cp $MADE/one/p.prof data",
    script: `${C} -O2 -fprofile-instr-use=data`,
    edit: "cp $MADE/two/p.prof data",
  },
  {
    name: "a VFS overlay",
    tree: `${HEADERS}${USE}printf '{ "version": 0, "roots": [ { "type": "file", "name": "%s/v.h", "external-contents": "%s/one/v.h" } ] }' $PWD $PWD >o.yaml`,
    script: `${C} -ivfsoverlay o.yaml`,
    edit: "sed -i s#one/v.h#two/v.h# o.yaml",
  },
  {
    name: "what a VFS overlay leads to",
    tree: `${HEADERS}${USE}printf '{ "version": 0, "roots": [ { "type": "file", "name": "%s/v.h", "external-contents": "%s/one/v.h" } ] }' $PWD $PWD >o.yaml`,
    script: `${C} -ivfsoverlay o.yaml`,
    edit: "echo '#define V 3' >one/v.h",
  },
  {
    name: "a module map",
    tree: `${HEADERS}${USE}printf 'module M { header "v.h" }\\n' >one/module.modulemap`,
    script: `${C} -fmodules -fmodules-cache-path=$TMPDIR/modules -Ione`,
    edit: "echo '#define V 3' >one/v.h; rm -r $TMPDIR/modules",
    passes: "modules",
  },
  {
    name: "a precompiled header in place, size and times kept",
    tree: "echo 'int value = V;' >a.c; cp -p $MADE/one/v.pch .",
    script: `${C} -include-pch v.pch`,
    edit: "cat $MADE/two/v.pch >v.pch; touch -d 2001-01-01 v.pch",
  },
];

const reason = noCompilers ?? missingTool("llvm-profdata");

describe.skipIf(reason !== undefined)(titled("a result of other inputs is not given:", reason), () => {
  let stage: CaseStage;
  beforeAll(async () => {
    stage = await openCaseStage(MAKE);
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  describe.each(["gcc", "clang"] as const)("%s", (family) => {
    const cases = family === "gcc" ? GCC : CLANG;
    test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, each) => {
      await stage.expectRight(each, COMPILERS[family]);
    });
  });
});
