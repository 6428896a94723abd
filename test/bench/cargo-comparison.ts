// What the builds with cargo say about zccache: beside a build without a cache, and beside the best of its peers.

import { type CargoBuild, type CargoBuilds, OWN, WITH_LINKS } from "./cargo-builds.ts";
import { OURS } from "./contenders.ts";
import { median, ratio } from "./figures.ts";

type ByName = ReadonlyMap<string, CargoBuilds>;

const NOT_PEERS = new Set(["bare", "floor", ...OWN]);

/** Median of how long they took. */
export function seconds(builds: readonly CargoBuild[] | undefined): number {
  return median((builds ?? []).map((build) => build.seconds));
}

/** Name of the peer that is the fastest with a full cache; undefined if there is none. */
export function bestCargoPeer(builds: ByName): string | undefined {
  const peers = [...builds].filter(([name, { warm }]) => !NOT_PEERS.has(name) && warm.length > 0);
  return peers.toSorted(([, one], [, other]) => seconds(one.warm) - seconds(other.warm))[0]?.[0];
}

/**
 * The ratios that count, each the median of its rounds; not a number where somebody is missing. What a build takes
 * without any rustc is no cache's doing, so it is taken off both sides where only the wrapper is compared.
 */
export function cargoRatios(builds: ByName): [what: string, value: number][] {
  const peer = bestCargoPeer(builds) ?? "none";
  const cold = (name: string): readonly CargoBuild[] => builds.get(name)?.cold ?? [];
  const warm = (name: string): readonly CargoBuild[] => builds.get(name)?.warm ?? [];
  const floor = warm("floor");
  return [
    ...OWN.map((name): [string, number] => [
      `cold, ${name} / bare`,
      medianOf(cold(name), ({ seconds }, round) => ratio(seconds, secondsOf(cold("bare"), round))),
    ]),
    ...[OURS, WITH_LINKS].map((name): [string, number] => [
      `warm, ${name} - floor / ${peer} - floor`,
      medianOf(warm(name), ({ seconds }, round) => {
        const least = secondsOf(floor, round);
        return ratio(seconds - least, secondsOf(warm(peer), round) - least);
      }),
    ]),
    ...OWN.map((name): [string, number] => [
      `warm, ${name} / ${peer}`,
      medianOf(warm(name), ({ seconds }, round) => ratio(seconds, secondsOf(warm(peer), round))),
    ]),
  ];
}

/** Hits among all calls of which it is known what became of them; not a number without a cache. */
export function shareOfHits({ tally, reasons }: CargoBuild): number {
  if (tally === undefined) return Number.NaN;
  const run = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  return ratio(tally.hits, tally.hits + tally.misses + run);
}

function medianOf(builds: readonly CargoBuild[], compare: (build: CargoBuild, round: number) => number): number {
  return median(builds.map(compare).filter((value) => !Number.isNaN(value)));
}

function secondsOf(builds: readonly CargoBuild[], round: number): number {
  return builds[round]?.seconds ?? Number.NaN;
}
