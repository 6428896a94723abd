// Whole builds of real projects, with an empty and with a full cache, one contender after the other in each round.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianSource } from "../support/debian-source.ts";
import { mustRun } from "../support/run.ts";
import type { Contender } from "./contenders.ts";

/** Seconds by contender, one number a round. */
export type BuildTimes = ReadonlyMap<string, readonly number[]>;

/** What one project took. */
export type BuildResult = { readonly project: string; readonly cold: BuildTimes; readonly warm: BuildTimes };

/** A contender and what compiles for it: gcc behind its prefix, or a program that only leaves an empty file. */
type Builder = { readonly contender: Contender; readonly compiler: string | undefined };

type Project = {
  readonly source: string;
  /** Everything up to the build proper, which is not timed; returns the command that is. */
  readonly prepare: (tree: string, builder: Builder) => Promise<readonly string[]>;
};

const ROUNDS = 3;

const PROJECTS: readonly Project[] = [
  { source: "ninja-build", prepare: prepareNinja },
  { source: "redis", prepare: prepareRedis },
];

/** What is built by whom, and where. */
export type BuildPlan = {
  /** An existing scratch directory. */
  readonly root: string;
  readonly contenders: readonly Contender[];
  /** Stands for a compiler that does nothing: the floor. */
  readonly emptyCompiler: string;
  /** Names of the projects that are built. */
  readonly projects: readonly string[];
};

/** Builds each project with everyone, first with an empty cache and then with a full one, several rounds. */
export async function timeBuilds({ root, contenders, emptyCompiler, projects }: BuildPlan): Promise<BuildResult[]> {
  const results: BuildResult[] = [];
  const bare = contenders.filter(({ name }) => name === "bare");
  const builders: Builder[] = [
    ...bare.map((contender) => ({ contender: { ...contender, name: "floor" }, compiler: emptyCompiler })),
    ...contenders.map((contender) => ({ contender, compiler: undefined })),
  ];
  for (const project of PROJECTS.filter(({ source }) => projects.includes(source))) {
    const source = await debianSource(project.source);
    const names = builders.map(({ contender }) => contender.name);
    const cold = new Map(names.map((name): [string, number[]] => [name, []]));
    const warm = new Map(names.map((name): [string, number[]] => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const builder of builders) {
        // A directory of its own for each round is a cache that has not seen it: the working directory shows in -g.
        const build = { project, builder, source, tree: join(root, `project-${round}`) };
        cold.get(builder.contender.name)?.push(await timeBuild(build));
        warm.get(builder.contender.name)?.push(await timeBuild(build));
      }
    }
    results.push({ project: project.source, cold, warm });
  }
  return results;
}

/** Names of all projects. */
export function buildableProjects(): string[] {
  return PROJECTS.map(({ source }) => source);
}

type OneBuild = {
  readonly project: Project;
  readonly builder: Builder;
  readonly source: string;
  readonly tree: string;
};

/** Seconds of one build in a fresh copy. */
async function timeBuild({ project, builder, source, tree }: OneBuild): Promise<number> {
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree);
  cpSync(source, tree, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  const command = await project.prepare(tree, builder);
  const { seconds } = await mustRun(command, { cwd: tree, env: builder.contender.env });
  return seconds;
}

async function prepareNinja(tree: string, { contender, compiler }: Builder): Promise<readonly string[]> {
  const build = join(tree, "build");
  const [launcher] = contender.prefix;
  const launchers = launcher === undefined ? [] : [`-DCMAKE_CXX_COMPILER_LAUNCHER=${launcher}`];
  const settings = ["-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_CXX_COMPILER=/usr/bin/g++", ...launchers];
  await mustRun(["cmake", "-G", "Ninja", "-S", tree, "-B", build, ...settings], { env: contender.env });
  if (compiler !== undefined) {
    const rules = join(build, "CMakeFiles/rules.ninja");
    writeFileSync(rules, readFileSync(rules, "utf8").replaceAll("/usr/bin/g++", compiler));
  }
  return ["ninja", "-C", build, "-j2"];
}

async function prepareRedis(_: string, { contender, compiler }: Builder): Promise<readonly string[]> {
  const [c, cxx] = ["gcc", "g++"].map((name) => [...contender.prefix, compiler ?? name].join(" "));
  return ["make", "-j2", "MALLOC=libc", `CC=${c}`, `CXX=${cxx}`];
}
