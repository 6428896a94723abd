// Every kind of edit that changes what clang makes of a call is a miss, and undoing it a hit.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { type ClangStage, noClang, openClangStage } from "./clang-stage.ts";

setDefaultTimeout(600_000);

const PREPARE = `
mkdir first second
echo '#define VALUE 1' >second/own.h
printf '#if __has_include(<maybe.h>)\\n#include <maybe.h>\\n#endif\\n#include <own.h>\\nint NAME = VALUE;\\n' >a.c
printf 'int NAME_f(int x) { return x / VALUE; }\\n' >>a.c
printf 'data' >data.bin
printf '__asm__(".incbin \\\\"data.bin\\\\"");\\nint NAME;\\n' >b.c
printf 'fun:nothing\\n' >list.txt
printf 'NAME_f:100:10\\n 0: 10\\n' >samples.txt
`;

let at: ClangStage;
beforeAll(async () => {
  if (noClang === undefined) at = await openClangStage();
});
afterAll(async () => await at?.[Symbol.asyncDispose]());

let scenes = 0;

describe.skipIf(noClang !== undefined)(titled("a result of clang is not used when", noClang), () => {
  const compile = "clang -c -Inone -Ifirst -Isecond a.c";
  test.each([
    ["the source changes", compile, "echo 'int more;' >>a.c"],
    ["a header changes, but not its size", compile, "echo '#define VALUE 2' >second/own.h"],
    ["a header appears earlier on the search path", compile, "echo '#define VALUE 3' >first/own.h"],
    ["a folder of the search path appears", compile, "mkdir none; echo '#define VALUE 4' >none/own.h"],
    ["what __has_include asks for appears", compile, "echo 'int maybe;' >second/maybe.h"],
    ["a header becomes a link to another", compile, "echo '#define VALUE 5' >x.h; ln -sf ../x.h second/own.h"],
    ["a header is gone", `${compile} || echo failed`, "rm second/own.h"],
    ["an .incbin's data changes", "clang -c b.c", "printf 'DATA' >data.bin"],
    [
      "a sanitizer's list changes",
      `${compile} -fsanitize=integer-divide-by-zero -fsanitize-ignorelist=list.txt`,
      "echo 'fun:*' >list.txt",
    ],
    [
      "samples of a profile change",
      `${compile} -O2 -fprofile-sample-use=samples.txt`,
      "sed -i 's/100:10/900:90/' samples.txt",
    ],
    ["a response file changes", "clang @args", "echo '-DX -c -Isecond a.c' >args"],
  ])("%s", async (_, script, edit) => {
    const prepare = `${PREPARE.replaceAll("NAME", `fresh_${scenes++}`)}\necho '-c -Isecond a.c' >args`;
    const before = { prepare, script };
    const after = { prepare: `${prepare}\n${edit}`, script };
    await at.expectHits(before);
    const edited = await at.cachedRun(after);
    expect(edited.starts).toBe(1);
    expect(edited.effect).toEqual(await at.stage.once(after, at.bare));
    const undone = await at.cachedRun(before);
    expect(undone.starts).toBe(0);
    expect(undone.effect).toEqual(await at.stage.once(before, at.bare));
  });
  test.each([
    ["CPATH", { CPATH: "second" }, { CPATH: "first" }],
    ["C_INCLUDE_PATH", { C_INCLUDE_PATH: "second" }, {}],
  ])("the variable %s changes", async (_, some, other: Record<string, string>) => {
    const name = `fresh_${scenes++}`;
    const prepare = `${PREPARE.replaceAll("NAME", name)}\necho '#define VALUE 7' >first/own.h`;
    const scene = { prepare, script: "clang -c a.c -isystem second" };
    await at.expectHits({ ...scene, env: some });
    const { effect, starts } = await at.cachedRun({ ...scene, env: other });
    expect(starts).toBe(1);
    expect(effect).toEqual(await at.stage.once({ ...scene, env: other }, at.bare));
  });
});
