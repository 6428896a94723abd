// CMake with the stand-in itself as compiler: what it finds out about the compiler is what it finds out bare.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

const PROJECT = {
  "CMakeLists.txt": `cmake_minimum_required(VERSION 3.16)
project(asks C CXX)
include(CheckCSourceCompiles)
include(CheckIncludeFile)
include(CheckTypeSize)
include(CheckCXXCompilerFlag)
include(CheckIPOSupported)
check_include_file(unistd.h HAVE_UNISTD_H)
check_include_file(no-such.h HAVE_NO_SUCH_H)
check_type_size(long LONG)
check_c_source_compiles("int main(void) { return no_such; }" NO_SUCH)
check_cxx_compiler_flag(-fno-such-flag NO_SUCH_FLAG)
check_cxx_compiler_flag(-Wall WALL)
check_ipo_supported(RESULT IPO OUTPUT said)
find_package(Threads)
add_executable(prog main.c other.cc)
`,
  "main.c": "int other(void);\nint main(void) { return other(); }\n",
  "other.cc": 'extern "C" int other(void) { return 0; }\n',
};

/** What CMake wrote down, by file name, and the built program. */
type Findings = Readonly<Record<string, string>>;

const reason = missingTool("cmake", "ninja");

describe.skipIf(reason !== undefined)(titled("CMake with a stand-in as compiler", reason), () => {
  let box: Sandbox;
  let shims: string;
  let bare: Findings;

  beforeAll(async () => {
    box = sandbox();
    shims = box.tree.at("shims");
    await mustRun([box.binary, "install-shims", shims, "cc", "c++"], { env: box.env });
    bare = await findings(["cc", "c++"].map((name) => Bun.which(name) ?? name));
  });
  afterAll(async () => await box?.[Symbol.asyncDispose]());

  test.each(["cold", "warm"])("finds the bare compiler's id, ABI, features and directories, %s", async () => {
    const found = await findings([join(shims, "cc"), join(shims, "c++")]);
    expect(Object.keys(bare).sort()).toEqual([
      "CMakeCCompiler.cmake",
      "CMakeCXXCompiler.cmake",
      "CMakeCache.txt",
      "prog",
    ]);
    expect(found).toEqual(bare);
    expect(found["CMakeCCompiler.cmake"]).toContain('set(CMAKE_C_COMPILER_ID "GNU")');
  });

  async function findings(compilers: readonly string[]): Promise<Findings> {
    using tree = fileTree(PROJECT);
    const [c = "", cxx = ""] = compilers;
    const build = tree.at("build");
    const names = [`-DCMAKE_C_COMPILER=${c}`, `-DCMAKE_CXX_COMPILER=${cxx}`];
    await mustRun(["cmake", "-G", "Ninja", "-S", tree.path, "-B", build, ...names], { env: box.env });
    await mustRun(["ninja", "-C", build], { env: box.env });
    const folder = join(
      build,
      "CMakeFiles",
      readdirSync(join(build, "CMakeFiles")).find((name) => /^\d/.test(name)) ?? "",
    );
    const read = (path: string): string => {
      const text = readFileSync(path, "latin1").replaceAll(tree.path, "TREE");
      return text.replaceAll(cxx, "COMPILER").replaceAll(c, "COMPILER");
    };
    return {
      "CMakeCache.txt": read(join(build, "CMakeCache.txt")),
      "CMakeCCompiler.cmake": read(join(folder, "CMakeCCompiler.cmake")),
      "CMakeCXXCompiler.cmake": read(join(folder, "CMakeCXXCompiler.cmake")),
      prog: read(join(build, "prog")),
    };
  }
});
