// What is shown with every project of the table: two bare builds, one with an empty and one with a full cache, each in
// a fresh copy at the same path; the bare ones say what can be expected.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { differences } from "../../support/compare-trees.ts";
import type { Counts } from "../../support/counting.ts";
import { ClangCounter } from "../../support/counting-clang.ts";
import { debianSource, noDebianSources } from "../../support/debian-source.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { type Environment, type Finished, mustRun, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { type Build, buildProject, freshCopy, repeatable, withoutTimes } from "./project-build.ts";
import type { Place, Project, Steps } from "./projects.ts";

/** Compilers that really started, counted from outside. */
type Starts = { readonly prepare: number; readonly build: number };

/** One build with all that must not depend on a cache. */
type Round = Build & {
  readonly starts: Starts;
  /** Content of the files that `prepare` left its findings in, by name. */
  readonly conclusions: Readonly<Record<string, string>>;
  readonly fresh: Finished;
  readonly dependencies: readonly string[];
  /** What zccache says of the calls since its daemon's start that were neither hit nor miss, by reason. */
  readonly rest: Readonly<Record<string, number>>;
};

const COMPILERS = { gcc: { C: "gcc", "C++": "g++" }, clang: { C: "clang", "C++": "clang++" } } as const;

/** Defines the tests of one project. `name` only stands in the title. */
export function describeProject(name: string, project: Project): void {
  setDefaultTimeout(600_000);
  const compiler = COMPILERS[project.compiler][project.language];
  const reason = noDebianSources() ?? missingTool(compiler, ...project.needs);
  const title = `${name}: ${project.language} with ${project.compiler}, zccache as ${project.entrance}`;
  describe.skipIf(reason !== undefined)(titled(title, reason), () => {
    let stage: Stage;
    let bare: readonly [Round, Round];
    let cold: Round;
    let warm: Round;

    beforeAll(async () => {
      const source = await debianSource(project.source);
      stage = await Stage.create(project, source);
      bare = [await stage.round(false), await stage.round(false)];
      cold = await stage.round(true);
      warm = await stage.round(true);
    });
    afterAll(async () => await stage?.box[Symbol.asyncDispose]());

    test("bare builds agree with each other in every output but those with a time stamp", () => {
      const stamped = differences(bare[0].outputs, bare[1].outputs).map((line) => line.slice(0, line.indexOf(":")));
      expect(stamped).toEqual([...(project.stamped ?? [])]);
      expect(bare[0].starts.build).toBeGreaterThanOrEqual(project.atLeast);
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

    test("99 % of all compile calls of the build are hits with a full cache, counted at the compiler", () => {
      expect(cold.starts.build).toBe(bare[0].starts.build);
      const allowed = project.notHits ?? Math.floor(bare[0].starts.build * 0.01);
      expect(warm.starts.build, JSON.stringify(warm.rest)).toBeLessThanOrEqual(allowed);
      expect(warm.counts.as).toBeLessThanOrEqual(warm.starts.build);
    });

    test("calls that are neither hit nor miss are of the reasons that are known for this project", () => {
      expect(Object.keys(warm.rest).filter((word) => !project.rest.includes(word))).toEqual([]);
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
  });
}

/** Where one project is built again and again. */
class Stage {
  readonly box: Sandbox = sandbox();
  readonly #project: Project;
  readonly #source: string;
  readonly #clang: ClangCounter | undefined;
  readonly #bare: Environment;
  readonly #shims: string;

  private constructor(project: Project, source: string) {
    this.#project = project;
    this.#source = source;
    this.#shims = this.box.tree.at("shims");
    this.#clang = project.compiler === "clang" ? new ClangCounter(this.box.tree.path) : undefined;
    const path = [this.#clang?.directory, this.box.env["PATH"]].filter((part) => part !== undefined).join(":");
    this.#bare = { ...this.box.env, PATH: path };
  }

  static async create(project: Project, source: string): Promise<Stage> {
    const stage = new Stage(project, source);
    const names = [...Object.values(COMPILERS[project.compiler]), "cc"];
    await mustRun([stage.box.binary, "install-shims", stage.#shims, ...names], { env: stage.#bare });
    return stage;
  }

  /** What the build tool says when nothing is left to do. */
  get freshAnswer(): string {
    return this.#steps(false).freshAnswer;
  }

  /** Whether the build tool keeps dependencies of its own. */
  get recordsDependencies(): boolean {
    return this.#steps(false).dependencies !== undefined;
  }

  /** Builds in a fresh copy, through zccache or without. */
  async round(cached: boolean): Promise<Round> {
    const { tree } = this.#place(cached);
    const env = this.#environment(cached);
    const steps = this.#steps(cached);
    await freshCopy(this.#source, tree);
    this.#take();
    if (steps.prepare !== undefined) await mustRun(steps.prepare, { cwd: tree, env });
    const prepare = this.#take();
    const build = await buildProject(this.box, { tree, command: steps.build, env });
    if (cached) await this.#filed();
    const starts = { prepare, build: compiles(build.counts) + (this.#clang?.take() ?? 0) };
    const read = (name: string): string =>
      readFileSync(join(tree, name), "latin1").replaceAll(env["PATH"] ?? "", "PATH");
    return {
      ...build,
      starts,
      conclusions: Object.fromEntries(steps.conclusions.map((name) => [name, read(name)])),
      fresh: await run(steps.fresh, { cwd: tree, env }),
      dependencies: await this.#dependencies(steps, env),
      rest: cached ? await this.#rest() : {},
    };
  }

  /** Results are filed behind the build's back, clang's after its libraries have been hashed, and not if inputs are gone. */
  async #filed(): Promise<void> {
    for (let before = -1, now = 0; now !== before; await Bun.sleep(1500)) {
      before = now;
      const { stdout } = await this.box.zccache(["status", "--json"]);
      now = JSON.parse(stdout).daemon.total_compilations;
    }
  }

  #steps(cached: boolean): Steps {
    return this.#project.steps(this.#place(cached));
  }

  #place(cached: boolean): Place {
    const launcher = cached && this.#project.entrance === "launcher" ? this.box.binary : undefined;
    const compiler = COMPILERS[this.#project.compiler][this.#project.language];
    return { tree: this.box.tree.at("project"), compiler, launcher };
  }

  #environment(cached: boolean): Environment {
    if (!cached || this.#project.entrance === "launcher") return this.#bare;
    return { ...this.#bare, PATH: `${this.#shims}:${this.#bare["PATH"]}` };
  }

  /** Starts of compilers since the last call. */
  #take(): number {
    return compiles(this.box.counter.take()) + (this.#clang?.take() ?? 0);
  }

  async #rest(): Promise<Readonly<Record<string, number>>> {
    const { stdout } = await mustRun([this.box.binary, "status", "--json"], { env: this.box.env });
    const status: { daemon: { non_cacheable_reasons: Record<string, number> } } = JSON.parse(stdout);
    return status.daemon.non_cacheable_reasons;
  }

  async #dependencies(steps: Steps, env: Environment): Promise<readonly string[]> {
    if (steps.dependencies === undefined) return [];
    const { stdout } = await mustRun(steps.dependencies, { env });
    return withoutTimes(stdout);
  }
}

function compiles(counts: Counts): number {
  return counts.cc1 + counts.cc1plus;
}
