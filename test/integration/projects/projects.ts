// The table of real projects that are built with and without zccache: where the source comes from, how it is built,
// and how zccache gets in between.

import { join } from "node:path";

/** How a build comes to call zccache: as CMake's compiler launcher, or under the compiler's name on PATH. */
export type Entrance = "launcher" | "shims";

/** One row of the table. */
export type Project = {
  /** Debian source package. */
  readonly source: string;
  readonly language: "C" | "C++";
  readonly compiler: "gcc" | "clang";
  readonly entrance: Entrance;
  /** Programs that the build needs besides the compiler. */
  readonly needs: readonly string[];
  /** Compile calls that the build makes at least; fewer mean that it was not built. */
  readonly atLeast: number;
  /** Files that differ between two bare builds, e.g. because the time is written into them. */
  readonly stamped?: readonly string[];
  /** Calls of the build proper that cannot be hits. */
  readonly notHits?: number;
  /** Reasons why calls of the whole build, `prepare` included, are run as they are. */
  readonly rest: readonly string[];
  readonly steps: (place: Place) => Steps;
};

/** Where one build happens. */
export type Place = {
  readonly tree: string;
  /** Absolute path or name of the compiler, e.g. `clang++`. */
  readonly compiler: string;
  /** What CMake puts in front of the compiler. */
  readonly launcher: string | undefined;
};

/** The commands of one build, run in `tree`. */
export type Steps = {
  /** Before the build proper: configure or cmake. */
  readonly prepare?: readonly string[];
  /** What `prepare` concluded: text files in the tree that a cache must not change. */
  readonly conclusions: readonly string[];
  readonly build: readonly string[];
  /** Asked afterwards: has to end with 0 and to say `freshAnswer`. */
  readonly fresh: readonly string[];
  readonly freshAnswer: string;
  /** Prints the recorded dependencies, where the build tool keeps any. */
  readonly dependencies?: readonly string[];
};

const RE2 = {
  source: "re2",
  language: "C++",
  entrance: "shims",
  needs: ["make"],
  atLeast: 15,
  rest: [],
  steps: re2,
} as const;
const JANSSON = {
  source: "jansson",
  language: "C",
  entrance: "launcher",
  needs: ["cmake", "ninja"],
  atLeast: 11,
  rest: [],
  steps: cmake("C", ["-DJANSSON_WITHOUT_TESTS=ON", "-DJANSSON_EXAMPLES=OFF", "-DJANSSON_BUILD_DOCS=OFF"]),
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
    rest: [],
    steps: cmake("CXX", ["-DLEVELDB_BUILD_TESTS=OFF", "-DLEVELDB_BUILD_BENCHMARKS=OFF"]),
  },
  mawk: {
    source: "mawk",
    language: "C",
    compiler: "gcc",
    entrance: "shims",
    needs: ["make"],
    atLeast: 15,
    // Written, with the date in it, and compiled at once; the program that writes it is compiled and linked in one call.
    stamped: ["scancode.c"],
    notHits: 2,
    rest: ["failed-compile", "input-changed", "library", "link", "unknown-option"],
    steps: autoconf,
  },
  mbedtls: {
    source: "mbedtls",
    language: "C",
    compiler: "gcc",
    entrance: "shims",
    needs: ["make"],
    atLeast: 40,
    rest: [],
    steps: ({ tree }) => make(join(tree, "library"), ["libmbedcrypto.a", "libmbedx509.a", "libmbedtls.a"]),
  },
  re2: { ...RE2, compiler: "gcc" },
  "re2-clang": { ...RE2, compiler: "clang" },
} as const satisfies Record<string, Project>;

function cmake(language: "C" | "CXX", settings: readonly string[]): Project["steps"] {
  return ({ tree, compiler, launcher }) => {
    const build = join(tree, "build");
    const launchers = launcher === undefined ? [] : [`-DCMAKE_${language}_COMPILER_LAUNCHER=${launcher}`];
    const choices = [`-DCMAKE_${language}_COMPILER=${compiler}`, "-DCMAKE_BUILD_TYPE=Debug", ...launchers, ...settings];
    const ninja = ["ninja", "-C", build];
    return {
      prepare: ["cmake", "-G", "Ninja", "-S", tree, "-B", build, ...choices],
      conclusions: [],
      build: [...ninja, "-j2", "-d", "keepdepfile"],
      fresh: [...ninja, "-n"],
      freshAnswer: "no work to do",
      dependencies: [...ninja, "-t", "deps"],
    };
  };
}

function autoconf({ tree }: Place): Steps {
  return {
    ...make(tree, ["mawk"]),
    prepare: ["./configure", "-q"],
    conclusions: ["config.h", "config.status", "Makefile"],
  };
}

// All but the four whose sources are generated tables that Debian makes while it builds.
const RE2_UNITS =
  "bitstate compile dfa filtered_re2 mimics_pcre nfa onepass parse prefilter prog re2 regexp set simplify stringpiece";

function re2({ tree, compiler }: Place): Steps {
  const objects = RE2_UNITS.split(" ").map((unit) => `obj/re2/${unit}.o`);
  return make(tree, ["obj/libre2.a", `OFILES=${objects.join(" ")}`, `CXX=${compiler}`, "CXXFLAGS=-O0 -g"]);
}

function make(directory: string, goals: readonly string[]): Steps {
  const command = ["make", "--no-print-directory", "-C", directory];
  return {
    conclusions: [],
    build: [...command, "-j2", ...goals],
    fresh: [...command, "-q", ...goals],
    freshAnswer: "",
  };
}
