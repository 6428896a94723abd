// Stand-ins that meet themselves, copies of themselves or another cache on PATH: the real compiler runs in the end.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { titled } from "../../support/missing.ts";
import { type Finished, mustRun, run } from "../../support/run.ts";
import { openStage, type Stage } from "./three-ways.ts";

setDefaultTimeout(600_000);

const CCACHE = "/usr/lib/ccache";
const noCcache = existsSync(`${CCACHE}/gcc`) ? undefined : "ccache is not installed";

let stage: Stage;
let bare: Buffer;

beforeAll(async () => {
  stage = await openStage();
  const { box, shims } = stage;
  const names = "gcc cc g++ gcc-12 x86_64-linux-gnu-gcc-12 no-such-gcc";
  const script = `mkdir two copy hard; for n in ${names}; do ln -s "$0" two/$n; done; cp "$0" copy/zcc
for n in gcc cc gcc-12; do ln copy/zcc copy/$n; ln copy/zcc hard/$n; done; ln -s "$1" again; echo 'int f;' >a.c
gcc -c a.c -o bare.o`;
  await mustRun(["sh", "-c", script, box.binary, shims], { cwd: box.tree.path, env: box.env });
  bare = box.tree.read("bare.o");
});
afterAll(async () => await stage?.[Symbol.asyncDispose]());

/** Runs a command with this PATH; `S` is the directory of stand-ins, `P` the machine's own PATH. */
function call(path: string, command: readonly string[]): Promise<Finished> {
  const { box, shims } = stage;
  const words: Record<string, string> = { S: shims, P: box.env["PATH"] ?? "", C: CCACHE };
  const PATH = path
    .split(":")
    .map((word) => words[word] ?? box.tree.at(word))
    .join(":");
  const [program = "", ...args] = command.map((word) => (word === "zccache" ? box.binary : word));
  const found = Bun.which(program, { PATH, cwd: box.tree.path });
  if (found === null) throw new Error(`Cannot find "${program}"`);
  const env = { ...box.env, PATH, CCACHE_DIR: box.tree.at("ccache") };
  return run([found, ...args], { env, cwd: box.tree.path, timeout: 20_000 });
}

async function expectCompiled(path: string, command: readonly string[]): Promise<void> {
  for (const _ of ["cold", "warm"]) {
    await mustRun(["rm", "-f", "o.o"], { cwd: stage.box.tree.path });
    const { exitCode, stdout, stderr } = await call(path, [...command, "-c", "a.c", "-o", "o.o"]);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(stage.box.tree.read("o.o").equals(bare)).toBeTrue();
  }
}

test.each(["S:P", "S:S:P", "two:S:P", "S:two:P", "again:S:P", "copy:P", "copy:S:P", "hard:P", "S:copy:hard:two:P"])(
  "S19: stand-ins, copies and hard links on PATH as %s",
  (path) => expectCompiled(path, ["gcc"]),
);

describe.skipIf(noCcache !== undefined)(titled("S19: with ccache's own stand-ins", noCcache), () => {
  test.each(["C:S:P", "S:C:P", "C:S:copy:P", "S:C:two:copy:P"])("%s", (path) => expectCompiled(path, ["gcc"]));
  test("as a word in front", async () => {
    await expectCompiled("S:P", ["ccache", "gcc"]);
    await expectCompiled("P", ["zccache", "ccache", "gcc"]);
  });
});

test.each(["gcc-12", "x86_64-linux-gnu-gcc-12", "two/gcc-12", "zccache gcc", "zccache two/gcc"])(
  "X13: %s is the real tool of that name",
  (command) => expectCompiled("two:S:P", command.split(" ")),
);

test.each(["S", "two", "S:two", "two:copy:S"])("S19: PATH with nothing but stand-ins (%s) is 127", async (path) => {
  const { exitCode, stderr } = await call(path, ["gcc", "-c", "a.c"]);
  expect(exitCode).toBe(127);
  expect(stderr).toBe('zccache: cannot find the real "gcc" on PATH: install it, or put its directory on PATH\n');
});

test.each([[["no-such-gcc"]], [["two/no-such-gcc"]], [["zccache", "no-such-gcc"]]])(
  "X13: a name that no real tool has is 127: %p",
  async (command) => {
    const { exitCode, stderr } = await call("two:S:P", [...command, "-c", "a.c"]);
    expect(exitCode).toBe(127);
    expect(stderr).toContain('cannot find the real "no-such-gcc"');
  },
);

test("S20: a forged depth is no way to another result", async () => {
  for (const depth of ["1", "2", "x", "-1", ""]) {
    const { box, path } = stage;
    const env = { ...box.env, PATH: path, ZCCACHE_DEPTH: depth };
    await mustRun(["sh", "-c", "rm -f o.o; gcc -c a.c -o o.o && cmp o.o bare.o"], { env, cwd: box.tree.path });
  }
});
