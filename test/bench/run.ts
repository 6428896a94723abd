// npm run bench [-- --only hit|miss|builds] [--json FILE] [--svg FILE] [--project NAME]: what a hit, a miss and whole
// builds cost bare, through zccache and through its peers, all in one run and in turns. FILE gets the raw samples, or
// the picture. A peer that cannot be had is «not shown», with the reason.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "../support/built-binary.ts";
import { type BuildResult, buildableProjects, timeBuilds } from "./builds.ts";
import { assemble, type Contender, disband, type Field } from "./contenders.ts";
import { buildLauncher, type Launcher, sample, type Trial } from "./sampling.ts";
import { picture, trialPanel } from "./svg.ts";
import { buildTable, median, type TrialResult, trialTable } from "./table.ts";
import { ordinaryUnit, type Unit, wideUnit } from "./units.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    json: { type: "string" },
    svg: { type: "string" },
    project: { type: "string", multiple: true },
  },
});

await main();

async function main(): Promise<void> {
  if (process.env["ZCCACHE_TEST_BINARY"] === undefined) build();
  const root = mkdtempSync(join(tmpdir(), "zcc-bench-"));
  let field: Field | undefined;
  try {
    field = await assemble(root);
    await measure(root, field);
  } finally {
    if (field !== undefined) await disband(field);
    rmSync(root, { recursive: true, force: true });
  }
}

async function measure(root: string, field: Field): Promise<void> {
  const launcher = await buildLauncher(root);
  const trials: TrialResult[] = [];
  const seat = { root, launcher, field };
  for (const trial of await chosenTrials(root)) {
    const result = { trial, measured: await sample(launcher, trial, withFloor(seat)) };
    trials.push(result);
    console.log(`\n${trialTable(result, field)}`);
  }
  const builds = wanted("builds") ? await measureBuilds(seat) : [];
  save(trials, builds);
}

type Seat = { readonly root: string; readonly launcher: Launcher; readonly field: Field };

function withFloor({ launcher, field }: Seat): Contender[] {
  const bare = field.contenders.filter(({ name }) => name === "bare");
  return [...bare.map((contender) => ({ ...contender, name: "floor", prefix: [launcher.floor] })), ...field.contenders];
}

async function measureBuilds({ root, launcher, field }: Seat): Promise<BuildResult[]> {
  const projects = options.project ?? buildableProjects();
  const { contenders } = field;
  const results = await timeBuilds({ root, contenders, emptyCompiler: launcher.emptyCompiler, projects });
  for (const result of results) console.log(`\n${buildTable(result, field)}`);
  return results;
}

function wanted(part: string): boolean {
  return options.only === undefined || options.only === part;
}

async function chosenTrials(cwd: string): Promise<Trial[]> {
  const ordinary = await ordinaryUnit(cwd);
  const wide = wideUnit(cwd, 2000);
  const trials: Trial[] = [];
  if (wanted("hit")) {
    trials.push(fill(cwd, ordinary), hits(cwd, ordinary), fill(cwd, wide), hits(cwd, wide));
    trials.push({ ...hits(cwd, ordinary), title: "8 clients at once, hits", rounds: 5, runs: 80, jobs: 8 });
  }
  if (wanted("miss")) trials.push(misses(cwd, ordinary));
  return trials;
}

/** Twice: to fill the cache, and for what a contender does only at its first hit. */
function fill(cwd: string, unit: Unit): Trial {
  return { ...hits(cwd, unit), title: `first calls, ${unit.headers} headers`, rounds: 2, runs: 1 };
}

function hits(cwd: string, unit: Unit): Trial {
  return {
    title: `one hit, ${unit.headers} headers`,
    rounds: 10,
    runs: 5,
    jobs: 1,
    cwd,
    command: ({ prefix }) => [...prefix, ...unit.compile(0)],
  };
}

function misses(cwd: string, unit: Unit): Trial {
  let seed = 0;
  return {
    title: `one miss, ${unit.headers} headers`,
    rounds: 9,
    runs: 1,
    jobs: 1,
    cwd,
    command: ({ prefix }) => [...prefix, ...unit.compile(++seed)],
  };
}

function save(trials: readonly TrialResult[], builds: readonly BuildResult[]): void {
  const machine = { cpu: cpus()[0]?.model, cpus: cpus().length, kernel: release() };
  if (options.json !== undefined) {
    const samples = trials.map(({ trial, measured }) => ({ title: trial.title, ...Object.fromEntries(measured) }));
    const seconds = builds.map(({ project, cold, warm }) => ({
      project,
      cold: Object.fromEntries(cold),
      warm: Object.fromEntries(warm),
    }));
    writeFileSync(
      options.json,
      `${JSON.stringify({ machine, trials: samples, buildSeconds: seconds }, undefined, 2)}\n`,
    );
  }
  if (options.svg !== undefined) {
    const panels = [
      ...trials.filter(({ trial }) => /^one/.test(trial.title)).map(trialPanel),
      ...builds.map(({ project, warm }) => ({
        title: `whole build of ${project}, cache full`,
        unit: "s",
        bars: [...warm].map(([name, seconds]) => ({ name, value: median(seconds) })),
      })),
    ];
    writeFileSync(options.svg, picture(panels, `Medians of one run, ${machine.cpus} processors (${machine.cpu}).`));
  }
}
