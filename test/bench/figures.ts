// From samples to the figures that are shown: medians, and comparisons of what was measured in the same round.

import type { Round, Samples } from "./sampling.ts";

/** Something that a round says about one run. */
export type PerRun = (round: Round) => number;

/** Middle of the values; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

/** Sum over number; NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Milliseconds from start to end of a process, the median of a round's runs. */
export const wallOf: PerRun = ({ wallMs }) => median(wallMs);

/** Milliseconds of processor time, of the client and of what it waited for. A mean, as the daemon's can only be. */
export const clientCpuOf: PerRun = ({ clientCpuMs }) => mean(clientCpuMs);

/** Milliseconds of processor time, of the daemon. */
export const daemonCpuOf: PerRun = ({ clientCpuMs, daemonCpuMs }) => daemonCpuMs / clientCpuMs.length;

/** Milliseconds of processor time, of both. */
export const cpuOf: PerRun = (round) => clientCpuOf(round) + daemonCpuOf(round);

/** Peak of a client's memory in MiB. */
export const peakOf: PerRun = ({ peakKiB }) => median(peakKiB) / 1024;

/** Runs a second. */
export const rateOf: PerRun = ({ wallMs, elapsedMs }) => (wallMs.length * 1000) / elapsedMs;

/** Median of all rounds. NaN if there are none. */
export function middle(samples: Samples | undefined, perRun: PerRun): number {
  return median((samples?.rounds ?? []).map(perRun));
}

/** What `compare` says of both in the same round, the median of all rounds; NaN if there are none. */
export function paired(
  [one, other]: readonly [Samples | undefined, Samples | undefined],
  perRun: PerRun,
  compare: (one: number, other: number) => number,
): number {
  const others = other?.rounds ?? [];
  const values = (one?.rounds ?? []).map((round, index) => {
    const partner = others[index];
    return partner === undefined ? Number.NaN : compare(perRun(round), perRun(partner));
  });
  return median(values.filter((value) => !Number.isNaN(value)));
}

/** Quotient, for `paired`. */
export function ratio(one: number, other: number): number {
  return one / other;
}

/** Difference, for `paired`. */
export function added(one: number, other: number): number {
  return one - other;
}

/** A number for people: three digits, never an exponent; a dash for what is not known. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const digits = Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : Math.abs(value) >= 0.9995 ? 2 : 3;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+$)/g, digits === 0 ? "," : "");
}
