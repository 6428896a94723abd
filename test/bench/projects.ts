// The real projects that are built, and how: out of Debian's source packages, ready to be compiled.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../support/run.ts";
import type { Contender } from "./contenders.ts";

/** A contender and what compiles for it: gcc behind its prefix, or a program that only leaves an empty file. */
export type Builder = { readonly contender: Contender; readonly emptyCompiler: string | undefined };

/** A source package and how it is built. */
export type Project = {
  /** Name of the source package. */
  readonly name: string;
  readonly rounds: number;
  /** Everything up to the build proper, which is not timed; returns the command that is, for `tree` as directory. */
  readonly prepare: (tree: string, builder: Builder) => Promise<readonly string[]>;
};

/** All of them; what is built without being asked for comes first. */
export const PROJECTS: readonly Project[] = [
  { name: "leveldb", rounds: 3, prepare: cmake(["-DLEVELDB_BUILD_TESTS=OFF", "-DLEVELDB_BUILD_BENCHMARKS=OFF"]) },
  { name: "ninja-build", rounds: 2, prepare: cmake(["-DCMAKE_BUILD_TYPE=Debug"]) },
  { name: "redis", rounds: 2, prepare: make(["MALLOC=libc"]) },
];

function cmake(settings: readonly string[]): Project["prepare"] {
  return async (tree, { contender, emptyCompiler }) => {
    const build = join(tree, "build");
    const compilers = { C: "/usr/bin/gcc", CXX: "/usr/bin/g++" };
    const tools = Object.entries(compilers).flatMap(([language, path]) => [
      `-DCMAKE_${language}_COMPILER=${path}`,
      ...contender.prefix.map((launcher) => `-DCMAKE_${language}_COMPILER_LAUNCHER=${launcher}`),
    ]);
    await mustRun(["cmake", "-G", "Ninja", "-S", tree, "-B", build, ...tools, ...settings], { env: contender.env });
    if (emptyCompiler !== undefined) {
      // Not by CMake: it tries its compiler out.
      const rules = join(build, "CMakeFiles/rules.ninja");
      const text = readFileSync(rules, "utf8");
      writeFileSync(rules, text.replaceAll(/\/usr\/bin\/(gcc|g\+\+)/g, emptyCompiler));
    }
    return ["ninja", "-C", build, "-j2"];
  };
}

function make(settings: readonly string[]): Project["prepare"] {
  return async (_, { contender, emptyCompiler }) => {
    const [c, cxx] = ["gcc", "g++"].map((name) => [...contender.prefix, emptyCompiler ?? name].join(" "));
    return ["make", "-j2", `CC=${c}`, `CXX=${cxx}`, ...settings];
  };
}
