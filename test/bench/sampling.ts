// Takes samples in turns: every contender once a round, so that whatever else the machine does hits all of them alike.

import { join } from "node:path";
import { mustRun } from "../support/run.ts";
import { type Contender, daemonsOf, processorTime } from "./contenders.ts";

/** What was measured of one contender, one number a run. */
export type Samples = {
  readonly wallMs: number[];
  /** Processor time of the client and of what it started and waited for. */
  readonly clientCpuMs: number[];
  readonly peakKiB: number[];
  /** Processor time of its daemons, a run, one number a round. */
  readonly daemonCpuMs: number[];
  /** Runs a second, one number a round; only where several run at once. */
  readonly perSecond: number[];
};

/** By contender. */
export type Measured = ReadonlyMap<string, Samples>;

/** One thing to time. */
export type Trial = {
  readonly title: string;
  readonly rounds: number;
  /** Runs a round and contender, `jobs` of them at a time. */
  readonly runs: number;
  readonly jobs: number;
  readonly cwd: string;
  /** The command line, asked for before each round. */
  readonly command: (contender: Contender) => readonly string[];
};

/** Programs that the samples are taken with. */
export type Launcher = { readonly launch: string; readonly floor: string; readonly emptyCompiler: string };

/** Compiles the programs that samples are taken with into `root`. */
export async function buildLauncher(root: string): Promise<Launcher> {
  const built = async (name: string, source: string, options: readonly string[]): Promise<string> => {
    const path = join(root, name);
    await mustRun(["gcc", "-O2", ...options, "-o", path, join(import.meta.dir, source)]);
    return path;
  };
  const bare = ["-O1", "-static", "-nostdlib"];
  return {
    launch: await built("launch", "launch.c", []),
    floor: await built("floor", "floor.c", bare),
    emptyCompiler: await built("empty-compiler", "floor.c", [...bare, "-DLEAVES_OUTPUT"]),
  };
}

/** Runs a trial for every contender. */
export async function sample({ launch }: Launcher, trial: Trial, contenders: readonly Contender[]): Promise<Measured> {
  const empty = (): Samples => ({ wallMs: [], clientCpuMs: [], peakKiB: [], daemonCpuMs: [], perSecond: [] });
  const measured = new Map(contenders.map(({ name }) => [name, empty()] as const));
  for (let round = 0; round < trial.rounds; round++) {
    for (const contender of contenders) {
      const samples = measured.get(contender.name);
      if (samples !== undefined) await oneRound({ launch, trial, contender }, samples);
    }
  }
  return measured;
}

type Turn = { readonly launch: string; readonly trial: Trial; readonly contender: Contender };

async function oneRound({ launch, trial, contender }: Turn, samples: Samples): Promise<void> {
  const { env, directory } = contender;
  const pids = daemonsOf(directory);
  const before = processorTime(pids);
  const command = [launch, String(trial.jobs), String(trial.runs), ...trial.command(contender)];
  const { stdout } = await mustRun(command, { cwd: trial.cwd, env });
  samples.daemonCpuMs.push((processorTime(pids) - before) / trial.runs);
  const lines = stdout.trimEnd().split("\n");
  const total = Number(lines.pop());
  if (trial.jobs > 1) samples.perSecond.push((trial.runs * 1e9) / total);
  for (const line of lines) {
    const [wall = Number.NaN, cpu = Number.NaN, peak = Number.NaN] = line.split(" ").map(Number);
    samples.wallMs.push(wall / 1e6);
    samples.clientCpuMs.push(cpu / 1e3);
    samples.peakKiB.push(peak);
  }
}
