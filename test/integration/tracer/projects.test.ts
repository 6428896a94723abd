// Whole builds of real projects: whatever strace sees of any of their processes, the tracer sees. The reviewed list of
// exceptions is that of all comparisons (compare-with-strace.ts); these builds need none beyond it.

import { describe, expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { debianSource, noDebianSources } from "../../support/debian-source.ts";
import { fileTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { bareRun, hasStrace } from "../../support/trace-run.ts";
import { compareWithStrace } from "./compare-with-strace.ts";

type Build = {
  readonly source: string;
  readonly needs: readonly string[];
  readonly prepare: readonly string[];
  readonly build: readonly string[];
  /** Programs started and looks at least; fewer mean that it was not built. */
  readonly atLeast: readonly [programs: number, looks: number];
};

const BUILDS: readonly Build[] = [
  {
    source: "mawk",
    needs: ["make"],
    prepare: ["./configure"],
    build: ["make", "-j2", "mawk"],
    atLeast: [80, 5000],
  },
  {
    source: "jansson",
    needs: ["cmake", "ninja"],
    prepare: ["cmake", "-G", "Ninja", "-DJANSSON_BUILD_DOCS=OFF", "-B", "build", "."],
    build: ["ninja", "-C", "build", "jansson"],
    atLeast: [40, 5000],
  },
];

describe.each(BUILDS.map((entry) => [entry.source, entry] as const))("the build of %s", (source, entry) => {
  const missing = noDebianSources() ?? missingTool(...entry.needs) ?? (hasStrace ? undefined : "no strace");
  test.skipIf(missing !== undefined)(
    titled("is seen as strace sees it, every process of it", missing),
    async () => {
      using tree = fileTree();
      cpSync(await debianSource(source), tree.at("tree"), { recursive: true });
      const cwd = tree.at("tree");
      expect(bareRun(entry.prepare, { cwd }).exitCode).toBe(0);
      const { missed, compared, run } = compareWithStrace(entry.build, { cwd });
      const programs = run.records.filter(({ kind }) => kind === "start").length;
      console.log(`${source}: ${compared} looks of strace, ${run.records.length} records of ${programs} programs`);
      expect(run.outcome.exitCode).toBe(0);
      expect(missed).toEqual([]);
      expect(run.observation.incomplete).toBeUndefined();
      const [fewestPrograms, fewestLooks] = entry.atLeast;
      expect(programs).toBeGreaterThan(fewestPrograms);
      expect(compared).toBeGreaterThan(fewestLooks);
    },
    240_000,
  );
});
