// How the build systems of real projects are told to build: the commands of one build, for the table of projects.

import { join } from "node:path";

/** Where one build happens. */
export type Place = {
  readonly tree: string;
  /** Absolute path or name of the compiler, e.g. `clang++`. */
  readonly compiler: string;
  /** What CMake puts in front of the compiler, when it compiles and when it links. */
  readonly launcher: string | undefined;
  /** Directory of the `ar` and `ranlib` that CMake is given; it has no launcher for them. */
  readonly archivers: string;
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

/** CMake and ninja, with debug information. */
export function cmake(language: "C" | "CXX", settings: readonly string[]): (place: Place) => Steps {
  return ({ tree, compiler, launcher, archivers }) => {
    const build = join(tree, "build");
    const launchers = ["COMPILER", "LINKER"].map((what) => `-DCMAKE_${language}_${what}_LAUNCHER=${launcher}`);
    const choices = [
      `-DCMAKE_${language}_COMPILER=${compiler}`,
      `-DCMAKE_AR=${join(archivers, "ar")}`,
      `-DCMAKE_RANLIB=${join(archivers, "ranlib")}`,
      "-DCMAKE_BUILD_TYPE=Debug",
      ...(launcher === undefined ? [] : launchers),
      ...settings,
    ];
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

/** A makefile that is there or that `prepare` makes. @param wanted Goals and settings. */
export function make(directory: string, wanted: readonly string[]): Steps {
  const command = ["make", "--no-print-directory", "-C", directory];
  return {
    conclusions: [],
    build: [...command, "-j2", ...wanted],
    fresh: [...command, "-q", ...wanted],
    freshAnswer: "",
  };
}

/** mawk's configure script and makefile. */
export function mawk({ tree }: Place): Steps {
  return {
    ...make(tree, ["mawk"]),
    prepare: ["./configure", "-q"],
    conclusions: ["config.h", "config.status", "Makefile"],
  };
}

// All but the four whose sources are generated tables that Debian makes while it builds.
const RE2_UNITS =
  "bitstate compile dfa filtered_re2 mimics_pcre nfa onepass parse prefilter prog re2 regexp set simplify stringpiece";

/** RE2's own makefile. */
export function re2({ tree, compiler }: Place): Steps {
  const objects = RE2_UNITS.split(" ").map((unit) => `obj/re2/${unit}.o`);
  return make(tree, ["obj/libre2.a", `OFILES=${objects.join(" ")}`, `CXX=${compiler}`, "CXXFLAGS=-O0 -g"]);
}

// By name: `all` prints a hint, so that it is never up to date.
const REDIS_PROGRAMS = ["server", "sentinel", "cli", "benchmark", "check-rdb", "check-aof"];

/** Redis' own makefile with the allocator of libc, since that of its own takes minutes to be configured. */
export function redis(settings: readonly string[], programs = REDIS_PROGRAMS): (place: Place) => Steps {
  const goals = programs.map((name) => `redis-${name}`);
  return ({ tree }) => make(join(tree, "src"), [...goals, "MALLOC=libc", "USE_SYSTEMD=no", ...settings]);
}
