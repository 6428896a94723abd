// What is shown with every project of the table: two bare builds, one with an empty and one with a full cache, each in
// a fresh copy at the same path; the bare ones say what can be expected.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { differences } from "../../support/compare-trees.ts";
import { debianSource, noDebianSources } from "../../support/debian-source.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { repeatable } from "./project-build.ts";
import { NO_STARTS, startsWithout } from "./project-starts.ts";
import type { Project } from "./projects.ts";
import { COMPILERS, type Edited, type Round, Stage } from "./stage.ts";

// For all builds of a project together, on a machine that others use, too.
const TWENTY_MINUTES = 1_200_000;

/** Defines the tests of one project. `name` only stands in the title. */
export function describeProject(name: string, project: Project): void {
  setDefaultTimeout(TWENTY_MINUTES);
  const compiler = COMPILERS[project.compiler][project.language];
  const reason = noDebianSources() ?? missingTool(compiler, ...project.needs);
  const title = `${name}: ${project.language} with ${project.compiler}, zccache as ${project.entrance}`;
  describe.skipIf(reason !== undefined)(titled(title, reason), () => {
    let stage: Stage;
    let bare: readonly [Round, Round];
    let cold: Round;
    let warm: Round;
    let edited: { readonly bare: Edited; readonly warm: Edited } | undefined;

    beforeAll(async () => {
      const source = await debianSource(project.source, project.patches);
      stage = await Stage.create(project, source);
      bare = [await stage.round(false), await stage.round(false)];
      const editedBare = await edit(false);
      cold = await stage.round(true);
      warm = await stage.round(true);
      const editedWarm = await edit(true);
      if (editedBare !== undefined && editedWarm !== undefined) edited = { bare: editedBare, warm: editedWarm };
    });
    afterAll(async () => await stage?.box[Symbol.asyncDispose]());

    async function edit(cached: boolean): Promise<Edited | undefined> {
      return project.edit === undefined ? undefined : await stage.edit(project.edit, cached);
    }

    test("bare builds agree with each other in every output but those with a time stamp", () => {
      const stamped = differences(bare[0].outputs, bare[1].outputs).map((line) => line.slice(0, line.indexOf(":")));
      expect(stamped).toEqual([...(project.stamped ?? [])]);
      expect(bare[0].starts.compile).toBeGreaterThanOrEqual(project.atLeast);
      expect(bare[0].starts.link + bare[0].starts.archive).toBeGreaterThanOrEqual(1);
    });

    test.each(["empty", "full"])("a build with its cache %s leaves a bare one's files, modes and words", (state) => {
      const cached = state === "empty" ? cold : warm;
      expect(differences(repeatable(bare[0].outputs, bare), repeatable(cached.outputs, bare))).toEqual([]);
      expect(cached.said).toEqual(bare[0].said);
      expect(cached.conclusions).toEqual(bare[0].conclusions);
    });

    test("a build with a full cache leaves what the one with an empty cache left", () => {
      expect(differences(repeatable(cold.outputs, bare), repeatable(warm.outputs, bare))).toEqual([]);
    });

    test("all compiles, links and archives are hits with a full cache but those that are known, counted at the tools", () => {
      const { starts } = bare[0];
      const hits = starts.compile - cold.starts.compile;
      expect([0, project.repeated ?? 0]).toContain(hits);
      expect(cold.starts).toEqual({ ...starts, compile: starts.compile - hits, assemble: starts.assemble - hits });
      expect(warm.starts, JSON.stringify({ cold: cold.rest, warm: warm.rest })).toEqual({
        ...NO_STARTS,
        ...project.starts,
      });
      const known = project.rest ?? {};
      expect(Object.entries(warm.rest).filter(([reason, calls]) => calls > (known[reason] ?? 0))).toEqual([]);
    });

    test("calls of the preparation are run as they are for reasons that are known for this project", () => {
      const known = project.prepareRest ?? [];
      expect(Object.keys(warm.prepareRest).filter((word) => !known.includes(word))).toEqual([]);
    });

    test("the build tool has no work after each build and recorded a bare one's dependencies", () => {
      for (const { fresh } of [...bare, cold, warm]) {
        expect(fresh.exitCode).toBe(0);
        expect(fresh.stdout).toContain(stage.freshAnswer);
      }
      for (const { dependencies } of [cold, warm]) expect(dependencies).toEqual(bare[0].dependencies);
    });

    test("where the build tool records dependencies, there are a record and a kept depfile for each unit", () => {
      if (!stage.recordsDependencies) return;
      for (const { outputs, dependencies } of [...bare, cold, warm]) {
        expect(dependencies.filter((record) => record.includes("deps mtime")).length).toBeGreaterThanOrEqual(
          project.atLeast,
        );
        const depfiles = [...outputs.keys()].filter((path) => path.endsWith(".d"));
        expect(depfiles.length).toBeGreaterThanOrEqual(project.atLeast);
      }
    });

    if (project.edit === undefined) return;

    test("a change makes exactly its dependents anew, to a bare build's bytes", () => {
      if (edited === undefined) throw new Error("Cannot compare the edits: none was made");
      const { changed } = edited.bare;
      expect(changed.starts.compile).toBeGreaterThanOrEqual(1);
      expect(changed.starts.link).toBeGreaterThanOrEqual(1);
      expect(changed.starts.compile).toBeLessThan(bare[0].starts.compile);
      expect(differences(changed.outputs, edited.warm.changed.outputs)).toEqual([]);
      // Probes hit: they compile what has not changed.
      expect(edited.warm.changed.starts).toEqual(startsWithout(changed.starts, changed.probes));
      expect(edited.warm.changed.dependencies).toEqual(changed.dependencies);
    });

    test("what is put back makes hits again, to a bare build's bytes", () => {
      if (edited === undefined) throw new Error("Cannot compare the edits: none was made");
      expect(differences(edited.bare.restored.outputs, edited.warm.restored.outputs)).toEqual([]);
      expect(edited.warm.restored.starts).toEqual({ ...NO_STARTS, ...project.starts });
    });
  });
}
