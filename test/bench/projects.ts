// The real projects that are built, and how: out of Debian's source packages, ready to be compiled.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Patches } from "../support/debian-source.ts";
import { mustRun } from "../support/run.ts";
import type { Contender } from "./contenders.ts";

/** A contender and what compiles for it: gcc behind its prefix, or a program that only leaves an empty file. */
export type Builder = { readonly contender: Contender; readonly emptyCompiler: string | undefined };

/** A source package and how it is built. */
export type Project = {
  readonly name: string;
  /** Debian's source package. */
  readonly source: string;
  readonly patches?: Patches;
  readonly rounds: number;
  /** Everything up to the build proper, which is not timed; returns the command that is, for `tree` as directory. */
  readonly prepare: (tree: string, builder: Builder) => Promise<readonly string[]>;
};

const NINJA = { source: "ninja-build", rounds: 2 } as const;
const REDIS = { source: "redis", patches: "left out", rounds: 2 } as const;

/** All of them; what is built without being asked for comes first. */
export const PROJECTS: readonly Project[] = [
  {
    name: "leveldb",
    source: "leveldb",
    rounds: 3,
    prepare: cmake(["-DLEVELDB_BUILD_TESTS=OFF", "-DLEVELDB_BUILD_BENCHMARKS=OFF"]),
  },
  { ...NINJA, name: "ninja-build", prepare: cmake(["-DCMAKE_BUILD_TYPE=Debug"]) },
  { ...NINJA, name: "ninja-build-ipo", prepare: cmake(["-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON"]) },
  { ...REDIS, name: "redis", prepare: make(["MALLOC=libc"]) },
  { ...REDIS, name: "redis-flto", prepare: make(["MALLOC=libc", "OPTIMIZATION=-O2 -flto", "LDFLAGS=-flto"]) },
];

function cmake(settings: readonly string[]): Project["prepare"] {
  return async (tree, { contender, emptyCompiler }) => {
    const build = join(tree, "build");
    const compilers = { C: "/usr/bin/gcc", CXX: "/usr/bin/g++" };
    const tools = Object.entries(compilers).flatMap(([language, path]) => [
      `-DCMAKE_${language}_COMPILER=${path}`,
      ...contender.prefix.flatMap((launcher) => launchersFor(language, { launcher, links: cachesLinks(contender) })),
    ]);
    await mustRun(["cmake", "-G", "Ninja", "-S", tree, "-B", build, ...tools, ...settings], { env: contender.env });
    if (emptyCompiler !== undefined) {
      // Not by CMake: it tries its compiler out.
      const rules = join(build, "CMakeFiles/rules.ninja");
      const text = readFileSync(rules, "utf8");
      writeFileSync(rules, text.replaceAll(/\/usr\/bin\/(?:gcc-)?(?:gcc|g\+\+|ar|ranlib)(?![\w-])/g, emptyCompiler));
    }
    return ["ninja", "-C", build, "-j2"];
  };
}

/** Archives have no launcher in CMake, but a rule that can be written anew. */
function launchersFor(language: string, { launcher, links }: { launcher: string; links: boolean }): readonly string[] {
  const compiles = `-DCMAKE_${language}_COMPILER_LAUNCHER=${launcher}`;
  if (!links) return [compiles];
  return [
    compiles,
    `-DCMAKE_${language}_LINKER_LAUNCHER=${launcher}`,
    `-DCMAKE_${language}_ARCHIVE_CREATE=${launcher} <CMAKE_AR> qc <TARGET> <LINK_FLAGS> <OBJECTS>`,
    `-DCMAKE_${language}_ARCHIVE_FINISH=${launcher} <CMAKE_RANLIB> <TARGET>`,
  ];
}

function make(settings: readonly string[]): Project["prepare"] {
  return async (_, { contender, emptyCompiler }) => {
    const called = (name: string, prefix = contender.prefix): string => [...prefix, emptyCompiler ?? name].join(" ");
    const linkPrefix = cachesLinks(contender) ? contender.prefix : [];
    const archivers = [`AR=${called("ar", linkPrefix)}`, `RANLIB=${called("ranlib", linkPrefix)}`];
    return ["make", "-j2", `CC=${called("gcc")}`, `CXX=${called("g++")}`, ...archivers, ...settings];
  };
}

function cachesLinks({ cache }: Contender): boolean {
  return cache?.links === true;
}
