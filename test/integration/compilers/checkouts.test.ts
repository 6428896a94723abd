// One result for several checkouts, where the compiler would make the same in each, and only there.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { Stage } from "../fidelity/three-ways.ts";

setDefaultTimeout(600_000);

const missing = missingTool("gcc", "clang", "nm");

/** A header that defines another variable when it is read by another way, and is asked for by both. */
const PREPARE = `
mkdir -p one/inc one/src
printf '#include <h.h>\\n' >one/src/a.c
printf '#ifndef A\\n#define A\\nint a_NAME;\\n#if __has_include_next(<h.h>)\\n#include_next <h.h>\\n#endif\\n#else\\nint b_NAME;\\n#endif\\n' >one/inc/h.h
cp -r one two
`;

describe.skipIf(missing !== undefined)(titled("a result of one checkout", missing), () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = new Stage();
    await mustRun([stage.box.binary, "install-shims", stage.shims, "gcc", "clang"], { env: stage.box.env });
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  /** Symbols of the object that each checkout gets, in this order. */
  async function symbols(name: string, command: string, order: readonly string[]): Promise<string[]> {
    const list = "nm a.o | sed 's/.* //' | tr '\\n' ' '; echo";
    const script = order.map((checkout) => `(cd ${checkout}; ${command}; ${list}); sleep 0.5`).join("\n");
    const scene = { prepare: PREPARE.replaceAll("NAME", name), script };
    const bare = await stage.once(scene, undefined);
    const cached = await stage.once(scene, stage.path);
    expect(cached).toEqual(bare);
    return cached.stdout.trim().split("\n");
  }

  test.each(["gcc", "clang"])("is not used where %s's search path has another directory twice", async (compiler) => {
    const command = `CPATH=$(dirname $PWD)/one/inc ${compiler} -I inc -c src/a.c -o a.o`;
    for (const order of [
      ["one", "two"],
      ["two", "one"],
    ]) {
      const [first, second] = await symbols(`${compiler}_${order[0]}`, command, order);
      expect(first).not.toBe(second);
    }
  });
  test.each(["gcc", "clang"])("is used for %s where all is the same", async (compiler) => {
    const command = `${compiler} -I inc -c src/a.c -o a.o`;
    await symbols(`${compiler}_same`, command, ["one"]);
    stage.box.counter.take();
    await symbols(`${compiler}_same`, command, ["two"]);
    expect(stage.box.counter.take()).toMatchObject({ cc1: compiler === "gcc" ? 1 : 0 });
  });
});
