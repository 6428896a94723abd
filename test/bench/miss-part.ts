// What a miss adds to a compile: two compiles at a time, each round compared with the bare compiler in the same round,
// and everything counted that a cache does behind the build's back until it has nothing left to do.

import { bestPeer, dataOf, panelOf } from "./comparison.ts";
import { OURS } from "./contenders.ts";
import { added, cpuOf, figure, middle, paired, ratio, wallOf } from "./figures.ts";
import type { Bench, Part, PartReport } from "./part.ts";
import { type Samples, sample, type Trial, type TrialResult } from "./sampling.ts";
import { ratioLine, tableText } from "./table.ts";
import { cplusplusUnit, cUnit, type Unit } from "./units.ts";

/** One miss of a C and of a C++ file. */
export const missPart: Part = { name: "miss", run };

const JOBS = 2;

type Kind = { readonly title: string; readonly unit: Unit; readonly runs: number; readonly rounds: number };

const KINDS: readonly Kind[] = [
  { title: "One miss, C, -O2", unit: cUnit(), runs: 8, rounds: 15 },
  { title: "One miss, C++, -O1 -g, 241 headers", unit: cplusplusUnit(0), runs: 4, rounds: 10 },
];

async function run(bench: Bench): Promise<PartReport> {
  const { bare, caches } = bench.field;
  const results: TrialResult[] = [];
  for (const kind of KINDS) results.push(await sample(bench, trial(kind, bench), [bare, ...caches]));
  const ratios = results.flatMap(compare);
  return {
    text: [...results.map(missTable), ratios.map(([what, value]) => ratioLine(what, value)).join("\n")],
    data: { trials: results.map(dataOf), ratios: Object.fromEntries(ratios) },
    panels: results.slice(0, 1).map((result) => panelOf(result, { title: result.title, unit: "ms", perRun: wallOf })),
  };
}

/** No run has a seed that another one had. */
function trial({ title, unit, runs, rounds }: Kind, bench: Bench): Trial {
  return {
    title,
    rounds: bench.rounds ?? rounds,
    jobs: JOBS,
    runs: () => runs,
    unit,
    warmUp: [JOBS],
    seed: (round) => `${round + 1}{run}`,
  };
}

function missTable({ title, samples, absent }: TrialResult): string {
  const bare = samples.get("bare");
  const rows = [...samples].map(([name, of]) => [
    name,
    figure(middle(of, wallOf)),
    paired([of, bare], wallOf, ratio).toFixed(3),
    signed(paired([of, bare], wallOf, added)),
    figure(middle(of, cpuOf)),
    paired([of, bare], cpuOf, ratio).toFixed(3),
    signed(paired([of, bare], cpuOf, added)),
    missesText(of),
  ]);
  const head = ["", "wall ms", "of bare", "added", "CPU ms", "of bare", "added", "misses, as it counts"];
  return tableText({ title: `${title}, ${JOBS} at a time: medians, paired by round`, head, rows, absent });
}

function compare(result: TrialResult): [string, number][] {
  const { title, samples } = result;
  const [ours, bare] = [samples.get(OURS), samples.get("bare")];
  const wall = bestPeer(result, wallOf, "least");
  const frugal = bestPeer(result, cpuOf, "least");
  return [
    [`${title}: wall, zccache / bare`, paired([ours, bare], wallOf, ratio)],
    [`${title}: wall, zccache / best peer (${wall.name})`, paired([ours, samples.get(wall.name)], wallOf, ratio)],
    [`${title}: CPU, zccache / bare`, paired([ours, bare], cpuOf, ratio)],
    [`${title}: CPU, zccache / best peer (${frugal.name})`, paired([ours, samples.get(frugal.name)], cpuOf, ratio)],
  ];
}

function signed(value: number): string {
  return Number.isNaN(value) ? "-" : `${value < 0 ? "-" : "+"}${figure(Math.abs(value))}`;
}

function missesText({ tally, rounds }: Samples): string {
  const runs = rounds.reduce((sum, { wallMs }) => sum + wallMs.length, 0);
  return tally === undefined ? "-" : `${tally.misses} of ${runs}`;
}
