// What clang is made of, beside the file of its name: its libraries, its configuration files, the options that it is
// given through the environment.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { warningSource } from "../fidelity/three-ways.ts";
import { type ClangStage, noClang, openClangStage } from "./clang-stage.ts";

setDefaultTimeout(600_000);

/** A name that makes clang look for a configuration file of that name beside itself, in every version. */
const PREFIXED = "x86_64-pc-linux-gnu-clang";

/** A clang of the test's own: a copy of the program beside links to the rest. @returns its path. */
function relocate(directory: string): string {
  const real = realpathSync(Bun.which("clang") ?? "");
  const root = join(directory, "llvm");
  mkdirSync(join(root, "bin"), { recursive: true });
  symlinkSync(join(dirname(dirname(real)), "lib"), join(root, "lib"));
  copyFileSync(real, join(root, "bin/clang"));
  return join(root, "bin/clang");
}

let at: ClangStage;
let home: string;
beforeAll(async () => {
  if (noClang !== undefined) return;
  at = await openClangStage((directory) => {
    const path = relocate(directory);
    home = dirname(path);
    return { clang: path, "clang++": path, [PREFIXED]: path };
  });
});
afterAll(async () => await at?.[Symbol.asyncDispose]());

/** Stores a scene, makes sure that it is found, changes something, and expects what the bare compiler now makes of it. */
async function expectMissAfter(
  change: () => void,
  scene: { script: string; env?: Record<string, string> },
): Promise<void> {
  const { script, env = {} } = scene;
  const whole = { prepare: warningSource(`toolchain_${count++}`), script, env };
  const before = await at.expectHits(whole);
  await Bun.sleep(30);
  change();
  const { effect, starts } = await at.cachedRun(whole);
  expect(starts).toBe(1);
  expect(effect).toEqual(await at.stage.once(whole, at.bare));
  await at.expectFound(whole);
  expect(before.exitCode).toBe(0);
}

let count = 0;

describe.skipIf(noClang !== undefined)(titled("a result of clang is not used any more when", noClang), () => {
  test("one of its libraries is replaced", async () => {
    const libraries = at.stage.box.tree.at("libraries");
    mkdirSync(libraries);
    // Debian's clang is a stub over these; one that is linked whole has nothing to replace but itself.
    const { stdout } = await mustRun(["ldd", realpathSync(Bun.which("clang") ?? "")]);
    const [, library] = /=> (\S*\/libclang-cpp\.so\S*)/.exec(stdout) ?? [];
    if (library === undefined) throw new Error("no libclang-cpp: clang is built otherwise here");
    const copy = join(libraries, basename(library));
    copyFileSync(library, copy);
    await expectMissAfter(() => appendFileSync(copy, "\n"), {
      script: "clang -c a.c",
      env: { LD_LIBRARY_PATH: libraries },
    });
  });
  test("its program is replaced", async () => {
    await expectMissAfter(() => appendFileSync(join(home, "clang"), "\n"), { script: "clang -c a.c" });
  });
  test("a default configuration file appears", async () => {
    const config = join(home, `${PREFIXED}.cfg`);
    await expectMissAfter(() => appendFileSync(config, "-DFROM_CONFIG=1 -g"), { script: `${PREFIXED} -c a.c` });
    await expectMissAfter(() => appendFileSync(config, " -O2"), { script: `${PREFIXED} -c a.c -o b.o` });
  });
  test("a configuration file that is named changes", async () => {
    const config = at.stage.box.tree.at("named.cfg");
    appendFileSync(config, "-O1");
    await expectMissAfter(() => appendFileSync(config, " -g"), { script: `clang --config ${config} -c a.c` });
  });
});

describe.skipIf(noClang !== undefined)(titled("clang is left alone", noClang), () => {
  test.each<[string, Record<string, string>]>([
    ["clang -fmodules -c a.c", {}],
    ["clang -fmodules -fmodules-cache-path=cache -c a.c", {}],
    ["clang -c a.c", { CCC_OVERRIDE_OPTIONS: "+-O2" }],
    ["clang -c a.c; clang -c a.c", { CC_PRINT_OPTIONS: "1", CC_PRINT_OPTIONS_FILE: "log" }],
    ["clang -c -x c /dev/stdin -o a.o <a.c", {}],
    ["clang --version", {}],
  ])("%s %p", async (script, env) => {
    const scene = { prepare: warningSource(`alone_${count++}`), script, env };
    const { cold, warm, effect } = await at.expectSame(scene);
    expect(warm).toBe(cold);
    expect(cold).toBeGreaterThan(0);
    expect(effect.exitCode).toBe(0);
  });
  test("an unused module cache in the user's home is no output", async () => {
    const cache = join(at.stage.box.env["HOME"] ?? "", ".cache/clang");
    const scene = {
      prepare: `${warningSource("cached_module")}; mkdir m; echo 'module M { header "m.h" }' >m/module.modulemap; echo 'int m;' >m/m.h; echo '#include "m.h"' >>a.c`,
      script: "clang -fmodules -Im -c a.c",
    };
    await at.expectSame(scene);
    expect(readdirSync(cache)).not.toEqual([]);
  });
});

describe.skipIf(noClang !== undefined)(titled("a full cache answers for clang", noClang), () => {
  // What only clang takes, so that a parser for gcc would leave it alone.
  const OPTIONS = "-Xclang -disable-llvm-verifier -c a.c -o x.o";

  test("that is called cc", async () => {
    symlinkSync("clang", join(at.counter.directory, "cc"));
    await mustRun([at.stage.box.binary, "install-shims", at.stage.shims, "cc"], { env: at.stage.box.env });
    await at.expectHits({ prepare: warningSource("named_cc"), script: `cc ${OPTIONS}` });
  });
  test("behind the launcher, by name and by path", async () => {
    const prepare = warningSource("launched");
    const { binary } = at.stage.box;
    for (const name of ["clang", join(at.counter.directory, "clang")]) {
      const bare = await at.stage.once({ prepare, script: `${name} ${OPTIONS}` }, at.bare);
      const scene = { prepare, script: `${binary} ${name} ${OPTIONS}` };
      await at.stage.once(scene, at.bare);
      at.counter.take();
      expect(await at.stage.once(scene, at.bare)).toEqual(bare);
      expect(at.counter.take()).toBe(0);
    }
  });
});

describe.skipIf(noClang !== undefined)(titled("clang's messages", noClang), () => {
  // clang asks standard error for the width, whatever standard input is.
  const long =
    "echo 'void *long_name_number_one = LONG; /* a comment that passes the right margin of the terminal */' >>a.c";
  const script = "clang -DLONG='1?(int*)0:(char*)0' -c a.c";
  const terminal = { columns: 80, script };
  test.each<[string, { columns?: number; script: string; env: Record<string, string> }, boolean]>([
    ["on a terminal", { ...terminal, env: { TERM: "xterm-256color" } }, true],
    ["on a narrow terminal", { columns: 40, script, env: { TERM: "xterm-256color" } }, true],
    [
      "on a terminal without standard input",
      { columns: 60, script: `${script} </dev/null`, env: { TERM: "xterm-256color" } },
      true,
    ],
    [
      "on a terminal that does not say how wide it is",
      { columns: 80, script: `stty cols 0; ${script}`, env: { TERM: "xterm-256color" } },
      true,
    ],
    ["on a dumb terminal", { ...terminal, env: { TERM: "dumb" } }, false],
    ["on a terminal that wants no colour", { ...terminal, env: { TERM: "xterm-256color", NO_COLOR: "1" } }, true],
    ["in a file", { script, env: { TERM: "xterm-256color" } }, false],
  ])("%s are the bare compiler's", async (_, where, coloured) => {
    const effect = await at.expectHits({ prepare: `${warningSource(`message_${count++}`)}; ${long}`, ...where });
    expect((effect.stdout + effect.stderr).includes("\x1b[")).toBe(coloured);
  });
});
