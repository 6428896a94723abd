// Whole builds of real projects: whatever strace sees of any of their processes, the tracer sees. The reviewed list of
// exceptions is that of all comparisons (compare-with-strace.ts); these builds need none beyond it.
//
// strace makes a build three times as slow. So of ninja-build only the program is built, not its tests, whose commands
// are of the same kinds; ZCCACHE_TEST_WHOLE=1 builds them too.

import { describe, expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { debianSource, noDebianSources } from "../../support/debian-source.ts";
import { fileTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { bareRun, hasStrace } from "../../support/trace-run.ts";
import type { Steps } from "../projects/build-steps.ts";
import { PROJECTS, type Project } from "../projects/projects.ts";
import { compareWithStrace } from "./compare-with-strace.ts";

type Build = {
  readonly source: string;
  readonly needs: readonly string[];
  readonly steps: (tree: string) => Pick<Steps, "prepare" | "build">;
  /** Programs started and looks at least, those of the tracer itself included; fewer mean that it was not built. */
  readonly atLeast: readonly [programs: number, looks: number];
};

const NINJA_GOALS = process.env["ZCCACHE_TEST_WHOLE"] === "1" ? [] : ["ninja"];

const NINJA_BUILD: Build = {
  source: "ninja-build",
  needs: ["cmake", "ninja", "g++"],
  steps: (tree) => ({
    prepare: ["cmake", "-G", "Ninja", "-S", tree, "-B", join(tree, "build"), "-DCMAKE_BUILD_TYPE=Debug"],
    build: ["ninja", "-C", join(tree, "build"), "-j2", ...NINJA_GOALS],
  }),
  atLeast: [100, 110_000],
};

const BUILDS: Readonly<Record<string, Build>> = {
  mawk: project(PROJECTS.mawk, [80, 5000]),
  jansson: project(PROJECTS.jansson, [40, 5000]),
  "jansson-clang": project(PROJECTS["jansson-clang"], [25, 4000]),
  mbedtls: project(PROJECTS.mbedtls, [300, 100_000]),
  leveldb: project(PROJECTS.leveldb, [120, 150_000]),
  re2: project(PROJECTS.re2, [60, 50_000]),
  "re2-clang": project(PROJECTS["re2-clang"], [40, 8000]),
  "ninja-build": NINJA_BUILD,
};

function project(row: Project, atLeast: Build["atLeast"]): Build {
  const compiler = { gcc: { C: "gcc", "C++": "g++" }, clang: { C: "clang", "C++": "clang++" } }[row.compiler][
    row.language
  ];
  return {
    source: row.source,
    needs: [...row.needs, compiler],
    steps: (tree) => row.steps({ tree, compiler, launcher: undefined, archivers: "/usr/bin" }),
    atLeast,
  };
}

/** Room for the records of a hundred compiles of C++. */
const CAPACITY = 256 << 20;

describe.each(Object.entries(BUILDS))("the build of %s", (name, entry) => {
  const missing = noDebianSources() ?? missingTool(...entry.needs) ?? (hasStrace ? undefined : "no strace");
  test.skipIf(missing !== undefined)(
    titled("is seen as strace sees it, every process of it", missing),
    async () => {
      using tree = fileTree();
      const cwd = tree.at("tree");
      cpSync(await debianSource(entry.source), cwd, { recursive: true });
      const { prepare, build } = entry.steps(cwd);
      if (prepare !== undefined) expect(bareRun(prepare, { cwd }).exitCode).toBe(0);
      const { missed, compared, run } = compareWithStrace(build, { cwd, capacity: CAPACITY });
      const programs = run.records.filter(({ kind }) => kind === "start").length;
      console.log(`${name}: ${compared} looks, ${run.records.length} records of ${programs} programs`);
      expect(run.outcome.exitCode).toBe(0);
      expect(missed).toEqual([]);
      expect(run.observation.incomplete).toBeUndefined();
      const [fewestPrograms, fewestLooks] = entry.atLeast;
      expect(programs).toBeGreaterThan(fewestPrograms);
      expect(compared).toBeGreaterThan(fewestLooks);
    },
    600_000,
  );
});
