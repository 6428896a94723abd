// What a hit costs: one call after the other of a C++ file with an ordinary number of headers and with thousands.

import { statSync } from "node:fs";
import { join } from "node:path";
import { bestPeer, dataOf, panelOf } from "./comparison.ts";
import { OURS } from "./contenders.ts";
import { clientCpuOf, cpuOf, daemonCpuOf, figure, middle, type PerRun, peakOf, wallOf } from "./figures.ts";
import type { Bench, Part, PartReport } from "./part.ts";
import { sample, type Trial, type TrialResult } from "./sampling.ts";
import { hitsText, ratioLine, tableText } from "./table.ts";
import { cplusplusUnit, headerCount, workDirectory } from "./units.ts";

/** One hit, with 241 headers and with 2,000. */
export const hitPart: Part = { name: "hit", run };

const MANY_HEADERS = 2000;
const WARM_UP = 200;
const RUNS = 50;
const ROUNDS = 10;

async function run(bench: Bench): Promise<PartReport> {
  const { bare, floor, caches } = bench.field;
  const everyone = [bare, floor, ...caches];
  const unit = cplusplusUnit(0);
  unit.write(bare);
  const headers = await headerCount(unit, bare);
  const rounds = bench.rounds ?? ROUNDS;
  const few = await sample(bench, { ...trial(headers, rounds), unit }, everyone);
  const larger = cplusplusUnit(MANY_HEADERS - headers);
  const many = await sample(bench, { ...trial(MANY_HEADERS, rounds), unit: larger }, everyone);
  const objectBytes = statSync(join(workDirectory(bare), "unit-0.o")).size;
  const ratios = compare(few, many, headers);
  return {
    text: [
      ...[few, many].map((result) => hitTable(result, objectBytes)),
      ratios.map(([what, value]) => ratioLine(what, value)).join("\n"),
    ],
    data: { objectBytes, trials: [few, many].map(dataOf), ratios: Object.fromEntries(ratios) },
    panels: [
      panelOf(few, { title: `${few.title}, wall time`, unit: "ms", perRun: wallOf }),
      panelOf(many, { title: `${many.title}, wall time`, unit: "ms", perRun: wallOf }),
      panelOf(few, { title: `${few.title}, processor time`, unit: "ms", perRun: cpuOf }),
    ],
  };
}

function trial(headers: number, rounds: number): Omit<Trial, "unit"> {
  return {
    title: `One hit, C++, ${headers.toLocaleString("en")} headers`,
    rounds,
    jobs: 1,
    runs: ({ name }) => (name === "bare" ? 1 : RUNS),
    warmUp: [1, 1, WARM_UP],
    seed: () => "{slot}",
  };
}

function hitTable({ title, samples, absent }: TrialResult, objectBytes: number): string {
  const rows = [...samples].map(([name, of]) => [
    name,
    ...[wallOf, clientCpuOf, daemonCpuOf, cpuOf, peakOf].map((perRun) => figure(middle(of, perRun))),
    hitsText(of),
  ]);
  const head = ["", "wall ms", "client CPU ms", "daemon CPU ms", "CPU ms", "client peak MiB", "hits, as it counts"];
  return tableText({
    title: `${title}, object of ${figure(objectBytes / 1000)} kB, after ${WARM_UP} hits: medians`,
    head,
    rows,
    absent,
  });
}

/** Ours against the peers, and against itself. */
function compare(few: TrialResult, many: TrialResult, headers: number): [string, number][] {
  const ours = (of: TrialResult, perRun: PerRun): number => middle(of.samples.get(OURS), perRun);
  const pypi = middle(few.samples.get("zccache (PyPI)"), wallOf);
  const wall = bestPeer(few, wallOf, "least");
  const frugal = bestPeer(few, cpuOf, "least");
  return [
    ["wall, zccache / zccache (PyPI)", ours(few, wallOf) / pypi],
    [`wall, zccache / best peer (${wall.name})`, ours(few, wallOf) / wall.value],
    [`CPU, zccache / best peer (${frugal.name})`, ours(few, cpuOf) / frugal.value],
    [`wall, zccache with ${MANY_HEADERS} headers / with ${headers}`, ours(many, wallOf) / ours(few, wallOf)],
    [`CPU, zccache with ${MANY_HEADERS} headers / with ${headers}`, ours(many, cpuOf) / ours(few, cpuOf)],
  ];
}
