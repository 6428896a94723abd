// Every combination of the options for depfiles: without zccache, with an empty cache and with a full one, to one name and
// to another, all files, messages and exit codes are the same, and a full cache starts no compiler but for what is refused.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { findCompiler } from "../../../src/compilers/index.ts";
import { titled } from "../../support/missing.ts";
import { type Effect, openStage, type Stage } from "../fidelity/three-ways.ts";
import { type ClangStage, noClang, openClangStage } from "./clang-stage.ts";
import { noGcc, words } from "./real-gcc.ts";

setDefaultTimeout(600_000);

const OPTIONS = ["-MD", "-MMD", "-MF dep", "-MT t", "-MQ q$", "-MP", "-MG", "-Wp,-MD,wp", "-Wp,-MMD,wp"];
const PURPOSES = ["-c", "-S", "-E", "-fsyntax-only", "-M", "-MM"];
const NAMES = ["-o x.o", "-o out/a-longer-name-that-moves-where-a-line-of-dependencies-ends.o"];

/** All sub-sets of at most so many. */
function subsets(options: readonly string[], size: number): string[][] {
  const [first, ...rest] = options;
  if (first === undefined) return [[]];
  const without = subsets(rest, size);
  const smaller = size === 0 ? [] : without.filter((chosen) => chosen.length < size);
  return [...without, ...smaller.map((chosen) => [first, ...chosen])];
}

/** Up to `most` together for an object, fewer for the others. */
function linesOf(purpose: string, compiler: string, most: number): string[] {
  return subsets(OPTIONS, purpose === "-c" ? most : most - 1).flatMap((chosen) =>
    (chosen.length > 2 ? NAMES : ["", ...NAMES]).map((name) =>
      [compiler, purpose, ...chosen, name, "-I..", `../${purpose}.c`].join(" "),
    ),
  );
}

/** Each line in a directory of its own, its exit code behind what it said. */
function sceneOf(lines: readonly string[], purpose: string): { prepare: string; script: string } {
  const source = `#include "h.h"\\n#include "long-name-of-a-header.h"\\nint f(void) { return H; }\\n`;
  const headers = "echo '#define H 3' >h.h; : >long-name-of-a-header.h";
  return {
    prepare: `mkdir -p ${lines.map((_, at) => `${at}/out`).join(" ")}; printf '${source}' >./${purpose}.c; ${headers}`,
    script: lines
      .map((line, at) => `cd ${at}; ${line.replace("q$", () => "'q$'")}; echo "${at}: $?"; cd ..`)
      .join("\n"),
  };
}

/** Lines whose call the cache leaves alone or which fail. */
function notCached(lines: readonly string[], { stdout }: Effect): number {
  const failed = new Set([...stdout.matchAll(/^(\d+): [^0]/gm)].map(([, at]) => Number(at)));
  return lines.filter((line, at) => {
    const [compiler = "", ...args] = words(line);
    const plan = findCompiler(compiler)?.parse(args, { read: () => undefined, variable: () => undefined });
    return failed.has(at) || plan?.kind !== "compile";
  }).length;
}

describe.skipIf(noGcc !== undefined)(titled("gcc through zccache makes depfiles", noGcc), () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  test.each(PURPOSES)("%s", async (purpose) => {
    const lines = linesOf(purpose, "gcc", 3);
    const { bare, cold, warm, warmCounts } = await stage.threeWays(sceneOf(lines, purpose));
    expect(cold).toEqual(bare);
    expect(warm).toEqual(bare);
    expect(warmCounts.cc1).toBeLessThanOrEqual(notCached(lines, bare));
  });
});

describe.skipIf(noClang !== undefined)(titled("clang through zccache makes depfiles", noClang), () => {
  let at: ClangStage;
  beforeAll(async () => {
    at = await openClangStage();
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  test.each(PURPOSES)("%s", async (purpose) => {
    const lines = linesOf(purpose, "clang", 2);
    const { warm, effect } = await at.expectSame(sceneOf(lines, purpose));
    expect(warm).toBeLessThanOrEqual(notCached(lines, effect));
  });
});
