// Two headers of equal bytes that are to be read once: gcc takes them for one if their times are equal, too.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { expectHits, openStage, type Scene, type Stage } from "../fidelity/three-ways.ts";
import { noGcc } from "./real-gcc.ts";

setDefaultTimeout(600_000);

describe.skipIf(noGcc !== undefined)(titled("gcc and twins:", noGcc), () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  test.each([
    ["#pragma once", "include"],
    ["", "import"],
  ])("%s #%s: equal and different times are two results", async (once, directive) => {
    const name = `twins_by_${directive}`;
    const scene = (times: readonly [number, number]): Scene => ({
      prepare: `
        mkdir one two
        printf '${once}\\n#ifdef FIRST\\nint ${name}_second;\\n#else\\n#define FIRST\\nint ${name};\\n#endif\\n' >one/x.h
        cp one/x.h two
        printf '#${directive} "one/x.h"\\n#${directive} "two/x.h"\\n' >a.c
        touch -d @${times[0]} one/x.h a.c; touch -d @${times[1]} two/x.h`,
      script: "gcc -Wno-deprecated -c a.c",
    });
    const [same, different] = [scene([1_000_000_000, 1_000_000_000]), scene([1_000_000_000, 1_000_000_007])];
    for (const each of [same, different, same]) await expectHits(stage, each);
    const [one, two] = [(await stage.once(same, stage.path)).files, (await stage.once(different, stage.path)).files];
    expect(one["a.o"]).not.toBe(two["a.o"]);
  });
});
