// How many hits a second eight clients get that ask at the same time.

import { bestPeer, dataOf, panelOf } from "./comparison.ts";
import { OURS } from "./contenders.ts";
import { cpuOf, figure, middle, rateOf, wallOf } from "./figures.ts";
import type { Bench, Part, PartReport } from "./part.ts";
import { sample, type TrialResult } from "./sampling.ts";
import { hitsText, ratioLine, tableText } from "./table.ts";
import { cplusplusUnit } from "./units.ts";

/** Hits of eight clients at once. */
export const crowdPart: Part = { name: "crowd", run };

const CLIENTS = 8;
const RUNS = 240;
const ROUNDS = 8;

async function run(bench: Bench): Promise<PartReport> {
  const { floor, caches } = bench.field;
  const trial = {
    title: `Hits a second, ${CLIENTS} clients at once`,
    rounds: bench.rounds ?? ROUNDS,
    jobs: CLIENTS,
    runs: () => RUNS,
    unit: cplusplusUnit(0),
    warmUp: [CLIENTS, CLIENTS, RUNS],
    seed: () => "{slot}",
  };
  const result = await sample(bench, trial, [floor, ...caches]);
  const best = bestPeer(result, rateOf, "most");
  const what = `hits a second, zccache / best peer (${best.name})`;
  const ratio = middle(result.samples.get(OURS), rateOf) / best.value;
  return {
    text: [`${crowdTable(result)}\n${ratioLine(what, ratio)}`],
    data: { trials: [dataOf(result)], ratios: { [what]: ratio } },
    panels: [panelOf(result, { title: `${trial.title} (more is better)`, unit: "/s", perRun: rateOf })],
  };
}

function crowdTable({ title, samples, absent }: TrialResult): string {
  const rows = [...samples].map(([name, of]) => [
    name,
    ...[rateOf, wallOf, cpuOf].map((perRun) => figure(middle(of, perRun))),
    hitsText(of),
  ]);
  const head = ["", "hits a second", "wall ms", "CPU ms", "hits, as it counts"];
  return tableText({ title: `${title}: medians`, head, rows, absent });
}
