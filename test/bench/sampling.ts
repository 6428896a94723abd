// Takes samples in turns: every contender once a round, so that whatever else the machine does hits all of them alike.

import { mustRun } from "../support/run.ts";
import { type Contender, type NotShown, start, tallyOf } from "./contenders.ts";
import type { Bench } from "./part.ts";
import { settled, spent, usageBelow } from "./processes.ts";
import { Roster } from "./roster.ts";
import { between, type Tally } from "./statistics.ts";
import { type Unit, workDirectory } from "./units.ts";

/** One contender's turn. Of the arrays each run has one entry. */
export type Round = {
  /** Of the whole process, from outside. */
  readonly wallMs: readonly number[];
  /** Of the process and of what it started and waited for. */
  readonly clientCpuMs: readonly number[];
  readonly peakKiB: readonly number[];
  /** Of its daemons in all, until they had nothing left to do; 0 without one. */
  readonly daemonCpuMs: number;
  /** From the first start to the last end. */
  readonly elapsedMs: number;
};

/** All turns of a contender. */
export type Samples = {
  readonly rounds: readonly Round[];
  /** Over all rounds, as it says itself. */
  readonly tally: Tally | undefined;
};

/** One thing to time. */
export type Trial = {
  readonly title: string;
  readonly rounds: number;
  /** Runs at a time. */
  readonly jobs: number;
  /** Runs a turn. */
  readonly runs: (contender: Contender) => number;
  readonly unit: Unit;
  /**
   * Runs before the first round, pass by pass. The first fills the cache, the second may do more than a hit does later,
   * and a daemon needs some hundred before its code is compiled.
   */
  readonly warmUp: readonly number[];
  /** What `-DSEED` is; launch.c fills in {slot} and {run}. */
  readonly seed: (round: number) => string;
};

/** A trial and what came out. */
export type TrialResult = {
  readonly title: string;
  readonly jobs: number;
  readonly samples: ReadonlyMap<string, Samples>;
  readonly absent: readonly NotShown[];
};

/** What fills a cache: every slot has a seed of its own. */
const FILLING = "{slot}";

/** ccache does not trust a header that is as young as the compile (its clock has seconds). */
const UNTIL_OLD_MS = 1100;

/** Runs a trial for all of them. Who fails is left out and named, with the reason. */
export async function sample(bench: Bench, trial: Trial, contenders: readonly Contender[]): Promise<TrialResult> {
  const roster = new Roster(contenders, () => bench.interruption.check());
  const rounds = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]));
  const before = new Map<string, Tally | undefined>();
  const tallies = new Map<string, Tally>();
  for (const contender of contenders) trial.unit.write(contender);
  await Bun.sleep(UNTIL_OLD_MS);
  for (const runs of trial.warmUp) await roster.each((contender) => warmUp({ bench, trial, contender }, runs));
  await roster.each(async (contender) => void before.set(contender.name, await tallyOf(contender)));
  for (let round = 0; round < trial.rounds; round++)
    await roster.each(async (contender) => {
      rounds.get(contender.name)?.push(await oneTurn({ bench, trial, contender }, round));
    }, round);
  await roster.each(async (contender) => {
    const [first, last] = [before.get(contender.name), await tallyOf(contender)];
    if (first !== undefined && last !== undefined) tallies.set(contender.name, between(first, last));
  });
  const present = [...rounds].filter(([name]) => roster.has(name));
  return {
    title: trial.title,
    jobs: trial.jobs,
    samples: new Map(present.map(([name, list]) => [name, { rounds: list, tally: tallies.get(name) }])),
    absent: [...bench.field.notShown, ...roster.absent],
  };
}

type Turn = { readonly bench: Bench; readonly trial: Trial; readonly contender: Contender };

async function warmUp({ bench, trial, contender }: Turn, runs: number): Promise<void> {
  if (contender.cache === undefined) return;
  await start(contender);
  const command = [...contender.prefix, ...trial.unit.compile(FILLING)];
  await launch({ bench, trial, contender }, [String(runs), ...command]);
  await settled(contender.directory);
}

async function oneTurn({ bench, trial, contender }: Turn, round: number): Promise<Round> {
  const command = [...contender.prefix, ...trial.unit.compile(trial.seed(round))];
  const before = usageBelow(contender.directory);
  const printed = await launch({ bench, trial, contender }, [String(trial.runs(contender)), ...command]);
  return { ...readLaunch(printed), daemonCpuMs: spent(before, await settled(contender.directory)) };
}

async function launch({ bench, trial, contender }: Turn, countAndCommand: readonly string[]): Promise<string> {
  const command = [bench.launcher.launch, String(trial.jobs), ...countAndCommand];
  const { stdout } = await mustRun(command, { cwd: workDirectory(contender), env: contender.env });
  return stdout;
}

/** What launch.c printed. */
export function readLaunch(printed: string): Omit<Round, "daemonCpuMs"> {
  const lines = printed.trimEnd().split("\n");
  const elapsedMs = Number(lines.pop()) / 1e6;
  const rows = lines.map((line) => line.split(" ").map(Number));
  const column = (index: number, unit: number): number[] => rows.map((row) => (row[index] ?? Number.NaN) / unit);
  return { wallMs: column(0, 1e6), clientCpuMs: column(1, 1e3), peakKiB: column(2, 1), elapsedMs };
}
