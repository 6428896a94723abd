// clang's precompiled headers, made and used: they hold times of files and are checked against them.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { type ClangStage, noClang, openClangStage } from "./clang-stage.ts";

setDefaultTimeout(600_000);

const PREPARE = `
mkdir inc out
echo '#define VALUE 1' >inc/part.h
printf '#include "part.h"\\nint NAME_declared;\\n' >inc/whole.h
printf 'template <class T> T NAME_twice(T t) { return t + t; }\\n' >inc/whole.hh
printf 'int NAME = VALUE;\\n' >a.c
printf 'int NAME = NAME_twice(4);\\n' >a.cc
touch -d 2001-02-03 inc/* a.*
`;
const MAKE = "clang -x c-header inc/whole.h -o whole.h.pch";

let at: ClangStage;
beforeAll(async () => {
  if (noClang === undefined) at = await openClangStage();
});
afterAll(async () => await at?.[Symbol.asyncDispose]());

let scenes = 0;
type PchScene = { prepare: string; script: string };
const scene = (script: string, more = "true"): PchScene => ({
  prepare: `${PREPARE}${more}`.replaceAll("NAME", `pch_${scenes++}`),
  script,
});

describe.skipIf(noClang !== undefined)(titled("a full cache answers for", noClang), () => {
  test.each([
    MAKE,
    "clang -x c-header inc/whole.h",
    "clang inc/whole.h -o out/whole.h.pch -MD -MF out/whole.d",
    "clang++ -x c++-header inc/whole.hh -o out/whole.pch -fpch-instantiate-templates",
    "clang -Xclang -emit-pch -x c-header -c inc/whole.h -o out/cmake_pch.h.pch",
    "clang -cc1 -emit-pch -x c-header inc/whole.h -o out/whole.pch",
    `${MAKE} -g`,
  ])("the precompiled header of %s", async (script) => {
    const { files } = await at.expectHits(scene(script));
    expect(Object.keys(files).filter((name) => /[pg]ch$/.test(name))).toHaveLength(1);
  });
  test.each([
    ["clang -include whole.h -c a.c", MAKE],
    ["clang -include whole.h -c a.c", MAKE.replace("whole.h.pch", "whole.h.gch")],
    ["clang -include whole.h -c a.c", `mkdir whole.h.gch; ${MAKE}; mv whole.h.pch whole.h.gch/one`],
    ["clang -include-pch whole.h.pch -c a.c -MD -g", MAKE],
    ["clang -include-pch whole.h.pch -S a.c -o out/a.s", MAKE],
    ["clang -include-pch any.name -c a.c", `${MAKE}; mv whole.h.pch any.name; touch -d 2002-02-02 any.name`],
    ["clang -Xclang -include-pch -Xclang whole.h.pch -Xclang -include -Xclang inc/whole.h -c a.c", MAKE],
    ["clang -cc1 -emit-obj -include-pch whole.h.pch a.c -o a.o", "clang -cc1 -emit-pch inc/whole.h -o whole.h.pch"],
    ["clang++ -include-pch x.pch -c a.cc", "clang++ -x c++-header inc/whole.hh -o x.pch -fpch-instantiate-templates"],
    [
      "clang -x c-header inc/whole.h -o second.pch -include-pch first.pch",
      "clang -x c-header inc/part.h -o first.pch; touch -d 2002-02-02 first.pch",
    ],
  ])("%s after %s", async (script, prepare) => {
    const { files } = await at.expectHits(scene(script, prepare));
    expect(Object.keys(files).length).toBeGreaterThan(0);
  });
});

describe.skipIf(noClang !== undefined)(titled("clang and the times of a precompiled header:", noClang), () => {
  /** Runs `script` before and after an edit, which must start clang and have the effect that it has bare. */
  async function expectRunAfter(edit: string, { prepare, script }: PchScene): Promise<{ was: number; is: number }> {
    const { exitCode: was } = await at.expectHits({ prepare, script });
    const edited = { prepare: `${prepare}\n${edit}`, script };
    const { effect, starts } = await at.cachedRun(edited);
    expect(starts).toBe(1);
    expect(effect).toEqual(await at.stage.once(edited, at.bare));
    const undone = await at.cachedRun({ prepare, script });
    expect(undone.starts).toBe(0);
    return { was, is: effect.exitCode };
  }
  test.each([
    ["clang -include whole.h -c a.c", MAKE],
    ["clang -include-pch whole.h.pch -c a.c", MAKE],
    [
      "clang -Xclang -include-pch -Xclang any.name -c a.c",
      `${MAKE}; mv whole.h.pch any.name; touch -d 2002-02-02 any.name`,
    ],
    ["clang -include whole.h -c a.c", `mkdir whole.h.pch; ${MAKE.replace("-o whole.h.pch", "-o whole.h.pch/one")}`],
  ])("a part that was touched is an error of %s after %s", async (script, prepare) => {
    const { was, is } = await expectRunAfter("touch -d 2011-01-01 inc/part.h", scene(script, prepare));
    expect(was).toBe(0);
    // A directory's precompiled headers are passed over where they do not fit.
    expect(is).toBe(1);
  });
  test("a part that was touched gives another precompiled header", async () => {
    const { is } = await expectRunAfter("touch -d 2011-01-01 inc/part.h", scene(MAKE));
    expect(is).toBe(0);
  });
  test("a precompiled header that appears is used", async () => {
    const before = scene("clang -include whole.h -Iinc -c a.c");
    const appears = `sed s/1/2/ inc/part.h >part.h; cp inc/whole.h .; touch -d 2002-02-02 part.h whole.h; clang -x c-header whole.h -o whole.h.pch`;
    await expectRunAfter(appears, before);
  });
  test.each([
    `${MAKE}; clang -include-pch whole.h.pch -c a.c`,
    // As CMake does.
    "clang -Xclang -emit-pch -Xclang -include -Xclang $PWD/inc/whole.h -x c-header -c inc/part.h -o w.h.pch; " +
      "clang -Winvalid-pch -Xclang -include-pch -Xclang $PWD/w.h.pch -Xclang -include -Xclang $PWD/inc/whole.h -c a.c",
  ])("one that is made again from the cache still fits what was compiled with it: %s", async (script) => {
    const both = scene(script);
    await at.expectHits(both);
    const { starts, effect } = await at.cachedRun(both);
    expect(starts).toBe(0);
    expect(effect).toEqual(await at.stage.once(both, at.bare));
  });
  test("the time of what another precompiled header was made of counts beside it", async () => {
    const first = "clang -x c-header inc/part.h -o first.pch; touch -d 2002-02-02 first.pch";
    const chained = `${first}; clang -x c-header inc/whole.h -o second.pch -include-pch first.pch; touch -d 2002-02-02 second.pch`;
    const { is } = await expectRunAfter(
      "touch -d 2012-02-02 first.pch",
      scene("clang -include-pch second.pch -c a.c", chained),
    );
    expect(is).toBe(1);
  });
});
