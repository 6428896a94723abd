// The table of real projects that are built with and without zccache: where the source comes from, how it is built,
// and how zccache gets in between.

import { join } from "node:path";
import type { Patches } from "../../support/debian-source.ts";
import type { Environment } from "../../support/run.ts";
import { cmake, make, mawk, type Place, re2, redis, type Steps } from "./build-steps.ts";
import type { Starts } from "./project-starts.ts";

/** How a build comes to call zccache: as CMake's launcher, or under the names of its tools on PATH. */
export type Entrance = "launcher" | "shims";

/** One row of the table. */
export type Project = {
  /** Debian source package. */
  readonly source: string;
  readonly patches?: Patches;
  readonly language: "C" | "C++";
  readonly compiler: "gcc" | "clang";
  readonly entrance: Entrance;
  /** Programs that the build needs besides the compiler. */
  readonly needs: readonly string[];
  /** Compile calls that the build makes at least; fewer mean that it was not built. */
  readonly atLeast: number;
  /** Files that differ between two bare builds, e.g. because the time is written into them. */
  readonly stamped?: readonly string[];
  /** Variables for the whole build, to pin what can be pinned. */
  readonly variables?: Environment;
  /** Compiles that the build makes a second time, which may hit with an empty cache. */
  readonly repeated?: number;
  /** What calls that cannot hit start with a full cache; nothing else is started. */
  readonly starts?: Partial<Starts>;
  /** How many of these calls may be run as they are, by reason; the others are misses. */
  readonly rest?: Readonly<Record<string, number>>;
  /** Reasons why calls of `prepare` are run as they are. */
  readonly prepareRest?: readonly string[];
  /** A source or header, the change of which makes some of the outputs anew and not others. */
  readonly edit?: string;
  readonly steps: (place: Place) => Steps;
};

const RE2 = {
  source: "re2",
  language: "C++",
  entrance: "shims",
  needs: ["make"],
  atLeast: 15,
  steps: re2,
} as const;
const JANSSON = {
  source: "jansson",
  language: "C",
  entrance: "launcher",
  needs: ["cmake", "ninja"],
  atLeast: 11,
  steps: cmake("C", ["-DJANSSON_WITHOUT_TESTS=ON", "-DJANSSON_EXAMPLES=OFF", "-DJANSSON_BUILD_DOCS=OFF"]),
} as const;

/** Its test programs are of the same kinds as itself, and take as long again: `npm run bench` builds them. */
const NINJA_TESTS = process.env["ZCCACHE_TEST_WHOLE"] === "1" ? "ON" : "OFF";

const REDIS = {
  source: "redis",
  patches: "left out",
  language: "C",
  compiler: "gcc",
  entrance: "shims",
  needs: ["make"],
  atLeast: 100,
  // Its release.h holds the time and the host otherwise.
  variables: { SOURCE_DATE_EPOCH: "1700000000" },
  // Its makefile calls itself, and tries each time whether the compiler knows C11.
  repeated: 1,
} as const;

/** Rows by name of the test that builds them. */
export const PROJECTS = {
  jansson: { ...JANSSON, compiler: "gcc" },
  "jansson-clang": { ...JANSSON, compiler: "clang" },
  leveldb: {
    source: "leveldb",
    language: "C++",
    compiler: "gcc",
    entrance: "launcher",
    needs: ["cmake", "ninja"],
    atLeast: 30,
    steps: cmake("CXX", ["-DLEVELDB_BUILD_TESTS=OFF", "-DLEVELDB_BUILD_BENCHMARKS=OFF"]),
  },
  mawk: {
    source: "mawk",
    language: "C",
    compiler: "gcc",
    entrance: "shims",
    needs: ["make"],
    atLeast: 15,
    // Written, with the date in it, and compiled at once: sometimes in the same tick of the clock that stamps files.
    stamped: ["scancode.c"],
    starts: { compile: 1, assemble: 1 },
    rest: { "input-changed": 1 },
    prepareRest: ["failed-compile", "input-changed", "library", "unknown-option"],
    steps: mawk,
  },
  mbedtls: {
    source: "mbedtls",
    language: "C",
    compiler: "gcc",
    entrance: "shims",
    needs: ["make"],
    atLeast: 40,
    steps: ({ tree }) => make(join(tree, "library"), ["libmbedcrypto.a", "libmbedx509.a", "libmbedtls.a"]),
  },
  "ninja-lto": {
    source: "ninja-build",
    language: "C++",
    compiler: "gcc",
    entrance: "launcher",
    needs: ["cmake", "ninja"],
    atLeast: NINJA_TESTS === "ON" ? 50 : 25,
    // Read by about half of the units.
    edit: "src/disk_interface.h",
    // Without a seed, gcc gives its sections for link time random names.
    steps: cmake("CXX", [
      "-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON",
      "-DCMAKE_CXX_FLAGS=-frandom-seed=ninja",
      `-DBUILD_TESTING=${NINJA_TESTS}`,
    ]),
  },
  redis: {
    ...REDIS,
    // Of two programs, not of the server.
    edit: "src/cli_common.c",
    steps: redis(["OPTIMIZATION=-O0"]),
  },
  "redis-lto": {
    ...REDIS,
    // Without the server, a link of which takes as long as everything else; the benchmark builds it.
    steps: redis(["OPTIMIZATION=-O1 -flto -frandom-seed=redis", "LDFLAGS=-flto"], ["cli", "benchmark"]),
  },
  re2: { ...RE2, compiler: "gcc" },
  "re2-clang": { ...RE2, compiler: "clang" },
} as const satisfies Record<string, Project>;
