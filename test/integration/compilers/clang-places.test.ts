// clang's results under other names and in other directories: found where neither shows in them, not where a
// configuration file may have made it show.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { titled } from "../../support/missing.ts";
import { warningSource } from "../fidelity/three-ways.ts";
import { type ClangStage, noClang, openClangStage } from "./clang-stage.ts";

setDefaultTimeout(600_000);

const CONFIGURABLE = "x86_64-pc-linux-gnu-clang";

let at: ClangStage;
let home: string;
let count = 0;

beforeAll(async () => {
  if (noClang !== undefined) return;
  at = await openClangStage((directory) => {
    const real = realpathSync(Bun.which("clang") ?? "");
    home = join(directory, "llvm/bin");
    mkdirSync(home, { recursive: true });
    symlinkSync(join(dirname(dirname(real)), "lib"), join(directory, "llvm/lib"));
    copyFileSync(real, join(home, "clang"));
    return { clang: join(home, "clang"), [CONFIGURABLE]: join(home, "clang") };
  });
});
afterAll(async () => await at?.[Symbol.asyncDispose]());

/** Runs a script with an empty cache, and without one. @returns how many compiles really ran. */
async function startsOf(script: string): Promise<number> {
  const scene = { prepare: `${warningSource(`places_${count++}`)}; mkdir d; cp a.c d`, script };
  const bare = await at.stage.once(scene, at.bare);
  const { effect, starts } = await at.cachedRun(scene);
  expect(effect).toEqual(bare);
  return starts;
}

describe.skipIf(noClang !== undefined)(titled("a result of clang", noClang), () => {
  test.each([
    ["another name", "clang -c a.c -o x.o; clang -c a.c -o y.o; clang -O0 -c a.c; clang -O0 -c a.c -o z.o", 2],
    ["another directory", "clang -c a.c; cd d; clang -c a.c", 1],
    ["another name, with -g", "clang -g -c a.c -o x.o; clang -g -c a.c -o y.o", 1],
    ["another directory, with -g", "clang -g -c a.c; cd d; clang -g -c a.c", 2],
    ["another name that stands in the depfile", "clang -MD -c a.c -o x.o; clang -MD -c a.c -o y.o", 2],
    [
      "another name of which others are made",
      "clang -gsplit-dwarf -g -c a.c -o x.o; clang -gsplit-dwarf -g -c a.c -o y.o",
      2,
    ],
  ])("for %s: right, and found where it can be", async (_what, script, starts) => {
    expect(await startsOf(script)).toBe(starts);
  });

  test("is found by a call that asked for it before it was stored, and looked longer than that took", async () => {
    // Storing 8 MB takes a while. The other directory's header is read when the cache is asked, which takes longer.
    const large = (name: string) =>
      `printf '#include "long.h"\\nchar ${name}[8000000] = {1};\\n' >a.c; cp a.c d; sleep 0.1`;
    const script = [
      "head -c 50000000 /dev/zero | tr '\\0' '\\n' >long.h; cp long.h d",
      `${large("f")}; clang -c a.c; sleep 0.5`,
      `${large("g")}; clang -c a.c; cd d; clang -c a.c`,
    ];
    expect(await startsOf(script.join("\n"))).toBe(2);
  });

  test.each([
    ["another directory", `${CONFIGURABLE} -c a.c; cd d; ${CONFIGURABLE} -c a.c`],
    ["another name", `${CONFIGURABLE} -c a.c -o x.o; ${CONFIGURABLE} -c a.c -o y.o`],
  ])("is not found for %s where a configuration file was read", async (_what, script) => {
    const config = join(home, `${CONFIGURABLE}.cfg`);
    writeFileSync(config, "-g -gsplit-dwarf\n");
    try {
      await Bun.sleep(50);
      expect(await startsOf(script)).toBe(2);
    } finally {
      rmSync(config);
    }
    expect(await startsOf(script)).toBe(1);
  });
});
