// A project with C++20 modules as CMake builds it: with clang, by ninja, from a scan of its sources. `ZCCACHE_TEST_CMAKE`
// names a CMake of 3.28 or later, where the one on PATH is older.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { globSync, rmSync } from "node:fs";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

const PROJECT = {
  "project/CMakeLists.txt": `cmake_minimum_required(VERSION 3.28)
project(modules CXX)
set(CMAKE_CXX_STANDARD 20)
add_library(lib)
target_sources(lib PUBLIC FILE_SET CXX_MODULES FILES foo.cppm bar.cppm PRIVATE foo.cc)
add_executable(prog main.cc)
target_link_libraries(prog lib)
`,
  "project/h.h": "#define VALUE 3\n",
  "project/bar.cppm": 'module;\n#include "h.h"\nexport module bar;\nexport inline int b() { return VALUE; }\n',
  "project/foo.cppm":
    "export module foo;\nimport bar;\nexport int f();\nexport inline int twice() { return 2 * b(); }\n",
  "project/foo.cc": "module foo;\nimport bar;\nint f() { return b(); }\n",
  "project/main.cc": "import foo;\nint main() { return f() + twice(); }\n",
};
const COMPILES = 4;

const cmake = process.env["ZCCACHE_TEST_CMAKE"] ?? "cmake";
const reason = missingTool("clang++-19", "clang-scan-deps-19", "ninja") ?? tooOld();

describe.skipIf(reason !== undefined)(titled("CMake's modules", reason), () => {
  let box: Sandbox;
  beforeAll(() => {
    box = sandbox();
    box.tree.write(PROJECT);
  });
  afterAll(async () => await box?.[Symbol.asyncDispose]());

  test("are hits, byte for byte, and an edit of an interface reaches whoever imports it", async () => {
    const bare = await build(box, false);
    expect(Object.keys(bare.files)).toHaveLength(COMPILES + 4);
    expect(await build(box, true)).toEqual(bare);
    await box.settled(COMPILES);
    expect(await build(box, true)).toEqual(bare);
    expect(await figures(box, 2 * COMPILES)).toEqual([COMPILES, COMPILES, {}]);

    box.tree.write({ "project/h.h": "#define VALUE 5\n" });
    const edited = await again(box);
    expect([bare.exitCode, edited.exitCode]).toEqual([9, 15]);
    await box.settled(3 * COMPILES);
    expect(edited).toEqual(await build(box, false));

    box.tree.write({ "project/h.h": PROJECT["project/h.h"] });
    expect(await build(box, true)).toEqual(bare);
    expect(await figures(box, 4 * COMPILES)).toEqual([2 * COMPILES, 2 * COMPILES, {}]);
  });
});

/** A build from nothing, and what it made. */
async function build(box: Sandbox, cached: boolean) {
  rmSync(box.tree.at("project/out"), { recursive: true, force: true });
  const launcher = cached ? [`-DCMAKE_CXX_COMPILER_LAUNCHER=${box.binary}`] : [];
  const options = { cwd: box.tree.at("project"), env: box.env };
  await mustRun([cmake, "-G", "Ninja", "-B", "out", "-DCMAKE_CXX_COMPILER=clang++-19", ...launcher], options);
  return await again(box);
}

/** What is left to be built of it. There is nothing afterwards. */
async function again(box: Sandbox) {
  const options = { cwd: box.tree.at("project/out"), env: box.env };
  await mustRun(["ninja"], options);
  expect((await mustRun(["ninja", "-n"], options)).stdout).toContain("no work to do");
  const { stdout: dependencies } = await mustRun(["ninja", "-t", "deps"], options);
  const names = globSync("**/*.{o,pcm,a}", { cwd: options.cwd }).sort();
  const files = Object.fromEntries([...names, "prog"].map((name) => [name, digestOf(box, `project/out/${name}`)]));
  const { exitCode } = await run(["./prog"], options);
  return { exitCode, files, dependencies: dependencies.split("\n\n").map(withoutTime).sort() };
}

/** `x.o: #deps 2, deps mtime 1234 (VALID)` and a name a line. They stand in the order in which they came about. */
function withoutTime(dependencies: string): string {
  return dependencies.replace(/deps mtime \d+/, "");
}

function digestOf(box: Sandbox, name: string): string {
  return new Bun.CryptoHasher("sha256").update(box.tree.read(name)).digest("hex");
}

/** Hits, misses and calls that were run as they are. */
async function figures(box: Sandbox, calls: number): Promise<unknown[]> {
  await box.settled(calls);
  const { daemon } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
  return [daemon.cache_hits, daemon.cache_misses, daemon.non_cacheable_reasons];
}

function tooOld(): string | undefined {
  const { stdout } = spawnSync(cmake, ["--version"], { encoding: "utf8" });
  const [, major = "0", minor = "0"] = /version (\d+)\.(\d+)/.exec(stdout ?? "") ?? [];
  const isRecent = Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 28);
  return isRecent ? undefined : `CMake ${major}.${minor} knows no modules`;
}
