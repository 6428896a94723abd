// The figures of a benchmark as text: medians, and how they compare with bare.

import type { BuildResult, BuildTimes } from "./builds.ts";
import type { Field } from "./contenders.ts";
import type { Measured, Samples, Trial } from "./sampling.ts";

/** A trial and what came out. */
export type TrialResult = { readonly trial: Pick<Trial, "title" | "jobs">; readonly measured: Measured };

/** Middle of the values; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

/** One trial as a table, ratios to bare. */
export function trialTable({ trial, measured }: TrialResult, { notShown }: Field): string {
  const bare = median(measured.get("bare")?.wallMs ?? []);
  const parallel = trial.jobs > 1;
  const head = ["", "wall ms", "of bare", "client CPU ms", "daemon CPU ms", "peak MiB", parallel ? "calls/s" : ""];
  const rows = [...measured].map(([name, samples]) => [name, ...figures(samples, bare), rate(samples)]);
  const absent = notShown.map(({ name, why }) => `${cell(name, 0)}  not shown: ${why}`);
  const size = Math.max(...[...measured.values()].map(({ wallMs }) => wallMs.length));
  return [`${trial.title}: medians of ${size}`, ...[head, ...rows].map(line), ...absent].join("\n");
}

/** One project's builds as a table, ratios to a bare build. */
export function buildTable({ project, cold, warm }: BuildResult, { notShown }: Field): string {
  const bare = median([...(cold.get("bare") ?? []), ...(warm.get("bare") ?? [])]);
  const column = (times: BuildTimes, name: string): string[] => {
    const seconds = median(times.get(name) ?? []);
    return [seconds.toFixed(2), (seconds / bare).toFixed(3)];
  };
  const head = ["", "cold s", "of bare", "warm s", "of bare"];
  const rows = [...cold.keys()].map((name) => [name, ...column(cold, name), ...column(warm, name)]);
  const absent = notShown.map(({ name, why }) => `${cell(name, 0)}  not shown: ${why}`);
  const size = cold.get("bare")?.length ?? 0;
  return [`whole build of ${project}: medians of ${size}`, ...[head, ...rows].map(line), ...absent].join("\n");
}

function figures({ wallMs, clientCpuMs, daemonCpuMs, peakKiB }: Samples, bare: number): string[] {
  const wall = median(wallMs);
  const daemon = daemonCpuMs.reduce((sum, value) => sum + value, 0) / daemonCpuMs.length;
  return [
    wall.toFixed(3),
    (wall / bare).toFixed(4),
    median(clientCpuMs).toFixed(2),
    // The kernel counts in steps of 10 ms: only their mean says something.
    daemon.toFixed(2),
    (median(peakKiB) / 1024).toFixed(1),
  ];
}

function rate({ perSecond }: Samples): string {
  return perSecond.length === 0 ? "" : median(perSecond).toFixed(0);
}

function line(cells: readonly string[]): string {
  return cells.map(cell).join("").trimEnd();
}

function cell(text: string, column: number): string {
  return column === 0 ? `  ${text.padEnd(18)}` : text.padStart(14);
}
