// Whole builds of one project: each contender in turn with an empty cache and a daemon that was just started, and then
// in a fresh copy of the same tree with what the first build left.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ToolCounter } from "../support/counting.ts";
import { debianSource } from "../support/debian-source.ts";
import { mustRun } from "../support/run.ts";
import { type Contender, disband, type NotShown, startAfresh, tallyOf } from "./contenders.ts";
import type { Bench } from "./part.ts";
import { settled } from "./processes.ts";
import type { Builder, Project } from "./projects.ts";
import { Roster } from "./roster.ts";
import { between, type Tally } from "./statistics.ts";

/** One build. */
export type Build = {
  readonly seconds: number;
  /** As the contender counts; undefined for a compiler alone. */
  readonly tally: Tally | undefined;
  /** Starts of cc1 and cc1plus, counted at the compiler; those that only preprocess included. */
  readonly compilerStarts: number;
  /** Starts of lto1, which compiles at link time, and of ld. */
  readonly linkTimeStarts: number;
  readonly linkerStarts: number;
};

/** A contender's builds, one a round. */
export type Builds = { readonly cold: Build[]; readonly warm: Build[] };

/** What one project took. */
export type BuildResult = {
  readonly project: string;
  readonly builds: ReadonlyMap<string, Builds>;
  readonly absent: readonly NotShown[];
};

/** Builds a project with everyone, several rounds. A compiler alone has nothing to be warm with: one build a round. */
export async function timeBuilds(bench: Bench, project: Project): Promise<BuildResult> {
  const { bare, floor, caches, notShown } = bench.field;
  const contenders = [floor, bare, ...caches];
  const source = await debianSource(project.source, project.patches);
  const builds = new Map<string, Builds>(contenders.map(({ name }) => [name, { cold: [], warm: [] }]));
  const commands = new Map<string, readonly string[]>();
  const roster = new Roster(contenders, () => bench.interruption.check());
  const counter = toolCounter(bench.root);
  await roster.each(async (contender) => {
    const { emptyCompiler } = bench.launcher;
    const alone = { contender: { ...contender, prefix: [] }, emptyCompiler };
    const builder = contender === floor ? alone : { contender, emptyCompiler: undefined };
    commands.set(contender.name, await prepare(builder, project, source));
  });
  for (let round = 0; round < (bench.rounds ?? project.rounds); round++)
    await roster.each(async (contender) => {
      const site = { contender, counter, command: commands.get(contender.name) ?? [] };
      await startAfresh(contender);
      const cold = await timeBuild(site);
      builds.get(contender.name)?.cold.push(cold);
      if (contender.cache !== undefined) builds.get(contender.name)?.warm.push(await timeBuild(site));
      // Its daemon must not watch the others work.
      await disband(contender);
    }, round);
  const present = [...builds].filter(([name]) => roster.has(name));
  return { project: project.name, builds: new Map(present), absent: [...notShown, ...roster.absent] };
}

type Site = { readonly contender: Contender; readonly counter: ToolCounter; readonly command: readonly string[] };

let sharedCounter: ToolCounter | undefined;

/** One for all projects: its directory is fixed. */
function toolCounter(root: string): ToolCounter {
  sharedCounter ??= new ToolCounter(root);
  return sharedCounter;
}

/** Configures the project once, at the place where it is built, and keeps a copy of that state. */
async function prepare(builder: Builder, project: Project, source: string): Promise<readonly string[]> {
  const { tree, prepared } = placesOf(builder.contender);
  mkdirSync(join(tree, ".."), { recursive: true });
  await replaceTree(source, tree);
  const command = await project.prepare(tree, builder);
  await replaceTree(tree, prepared);
  return command;
}

async function timeBuild({ contender, counter, command }: Site): Promise<Build> {
  const { tree, prepared } = placesOf(contender);
  await replaceTree(prepared, tree);
  await settled(contender.directory);
  const before = await tallyOf(contender);
  counter.take();
  // Redis writes the time of its build into a header otherwise, so that no build is like another.
  const env = { ...contender.env, COMPILER_PATH: counter.compilerPath, SOURCE_DATE_EPOCH: "1700000000" };
  const { seconds } = await mustRun(command, { cwd: tree, env });
  await settled(contender.directory);
  const { cc1, cc1plus, lto1, ld } = counter.take();
  const after = await tallyOf(contender);
  const tally = before === undefined || after === undefined ? undefined : between(before, after);
  return { seconds, tally, compilerStarts: cc1 + cc1plus, linkTimeStarts: lto1, linkerStarts: ld };
}

function placesOf({ directory }: Contender): { readonly tree: string; readonly prepared: string } {
  return { tree: join(directory, "build/tree"), prepared: join(directory, "build/prepared") };
}

/** By cp: times to the nanosecond, or the build tool would begin by configuring anew. */
async function replaceTree(from: string, to: string): Promise<void> {
  if (existsSync(to)) await mustRun(["rm", "-rf", to]);
  await mustRun(["cp", "-a", from, to]);
}
