// Colours, folding and hyperlinks of messages: those that the compiler would have chosen for where they go.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { expectHits, expectSame, openStage, type Stage, warningSource } from "./three-ways.ts";

setDefaultTimeout(600_000);

const ESCAPE = "\x1b[";
const LONG = "a_function_whose_warning_does_not_fit_into_a_narrow_terminal";
const XTERM = { TERM: "xterm-256color" };
const NINJA = "rule cc\\n  command = gcc -c $in -o $out\\nbuild a.o: cc a.c\\n";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => await stage?.[Symbol.asyncDispose]());

describe.each([undefined, 40, 120])("messages on a terminal of %p columns", (columns) => {
  test.each<[string, Record<string, string>, boolean]>([
    ["no TERM", {}, false],
    ["TERM=xterm-256color", XTERM, true],
    ["TERM=dumb", { TERM: "dumb" }, false],
    ["NO_COLOR", { ...XTERM, NO_COLOR: "1" }, true],
    ["CLICOLOR_FORCE", { ...XTERM, CLICOLOR_FORCE: "1" }, true],
    ["GCC_COLORS", { ...XTERM, GCC_COLORS: "error=01;32:warning=01;36" }, true],
    ["empty GCC_COLORS", { ...XTERM, GCC_COLORS: "" }, false],
    ["COLUMNS", { ...XTERM, COLUMNS: "30" }, true],
    ["TERM_URLS", { ...XTERM, TERM_URLS: "st" }, true],
  ])("under %s", async (_, env, coloured) => {
    const scene = { prepare: warningSource(LONG), script: "gcc -Wall -c a.c -o a.o", env };
    const { bare } = await expectHits(stage, columns === undefined ? scene : { ...scene, columns });
    // What the bare compiler does with NO_COLOR is its own affair; that it colours at all is what the rows rest on.
    expect((bare.stdout + bare.stderr).includes(ESCAPE)).toBe(coloured && columns !== undefined);
  });
});

test("a hit made on a terminal is not given to a pipe, nor one made for a pipe to a terminal", async () => {
  const script = "gcc -c a.c 2>&1 | cat; gcc -c a.c; gcc -c a.c 2>&1 | cat; gcc -c a.c";
  const onTerminal = { prepare: warningSource("both_ways"), script, columns: 70, env: XTERM };
  const { bare } = await expectHits(stage, onTerminal);
  expect(bare.stdout.indexOf(ESCAPE)).toBeGreaterThan(bare.stdout.indexOf("warning: "));
  const reversed = { ...onTerminal, prepare: warningSource("other_way"), script: "gcc -c a.c; gcc -c a.c 2>&1 | cat" };
  expect((await expectHits(stage, reversed)).bare.stdout).toContain(ESCAPE);
});

test("one stream on a terminal, the other or standard input elsewhere", async () => {
  const script = "gcc -c a.c >out; gcc -c a.c 2>err; gcc -c a.c </dev/null; gcc -c a.c <&1 2>&1 >>out";
  await expectHits(stage, { prepare: warningSource("half_a_terminal"), script, columns: 50, env: XTERM });
});

test("-fdiagnostics-color decides against the terminal", async () => {
  const script = "for when in always never auto; do gcc -fdiagnostics-color=$when -c a.c; done";
  for (const columns of [60, undefined]) {
    const scene = { prepare: warningSource("told"), script, env: XTERM };
    await expectHits(stage, columns === undefined ? scene : { ...scene, columns });
  }
});

test("make on a terminal, with and without -O", async () => {
  const prepare = `${warningSource("by_make")}; printf 'a.o: a.c\\n\\tgcc -c a.c -o a.o\\n' >Makefile`;
  const script = "make a.o; make -B -j2 a.o; make -B -Otarget a.o";
  const { bare } = await expectHits(stage, { prepare, script, columns: 70, env: XTERM });
  expect(bare.stdout).toContain(ESCAPE);
});

const noNinja = missingTool("ninja");

test.skipIf(noNinja !== undefined)(titled("ninja, which gives its tools a pipe", noNinja), async () => {
  const prepare = `${warningSource("by_ninja")}; printf '${NINJA}' >build.ninja`;
  // Its log holds times.
  const script = "ninja --quiet; rm -f .ninja_log .ninja_deps";
  const { bare } = await expectHits(stage, { prepare, script, columns: 70, env: XTERM });
  expect(bare.stdout).toContain("warning: ");
});

test("a compile that fails says the same in the same colours", async () => {
  const scene = { prepare: "echo 'int x = ;' >a.c", script: "gcc -c a.c", columns: 60, env: XTERM };
  expect((await expectSame(stage, scene)).bare).toMatchObject({ exitCode: 1 });
});
