// How long cargo takes to build a program with a hundred crates, with an empty and with a full cache.

import { type CargoBuild, type CargoBuilds, type CargoResult, OWN, timeCargoBuilds } from "./cargo-builds.ts";
import { cargoRatios, seconds, shareOfHits } from "./cargo-comparison.ts";
import { cargoWorkspace } from "./cargo-workspace.ts";
import { figure, median } from "./figures.ts";
import type { Bench, Part, PartReport } from "./part.ts";
import type { Panel } from "./svg.ts";
import { ratioLine, tableText } from "./table.ts";

/** Builds with cargo, cold and warm. Needs crates.io for its first run. */
export const cargoPart: Part = { name: "cargo", onRequest: true, run };

const COLD_ROUNDS = 2;
/** What is left above the floor is tenths of a second, as much as the machine is faster or slower at one time than another. */
const WARM_ROUNDS_EACH = 8;

async function run(bench: Bench): Promise<PartReport> {
  const cold = bench.rounds ?? COLD_ROUNDS;
  const rounds = { cold, warm: cold * WARM_ROUNDS_EACH };
  const result = await timeCargoBuilds(bench, await cargoWorkspace(), rounds);
  const { builds, absent } = result;
  const ratios = cargoRatios(builds);
  const lines = [
    ...ratios.map(([what, value]) => ratioLine(what, value)),
    ...OWN.flatMap((name) => remarks(name, builds.get(name))),
  ];
  const contenders = [...builds].map(([name, { cold, warm }]) => [
    name,
    { cold: cold.map(withShare), warm: warm.map(withShare) },
  ]);
  return {
    text: [cargoTable(result), lines.join("\n")],
    data: { contenders: Object.fromEntries(contenders), ratios: Object.fromEntries(ratios), notShown: absent },
    panels: [panel(result, "cold"), panel(result, "warm")],
  };
}

function withShare(build: CargoBuild): CargoBuild & { readonly shareOfHits: number | undefined } {
  const share = shareOfHits(build);
  return { ...build, shareOfHits: Number.isNaN(share) ? undefined : share };
}

function cargoTable({ builds, absent }: CargoResult): string {
  const bare = seconds(builds.get("bare")?.cold);
  const floor = seconds(builds.get("floor")?.warm);
  const rows = [...builds].map(([name, { cold, warm }]) => [
    name,
    ...[seconds(cold), seconds(cold) / bare, cpu(cold)].map(figure),
    ...[seconds(warm), seconds(warm) / bare, seconds(warm) - floor, cpu(warm)].map(figure),
    ...counts(warm.at(-1)),
  ]);
  const crates = builds.get("bare")?.cold[0]?.fresh ?? 0;
  const head = [
    "",
    "cold s",
    "of bare",
    "CPU s",
    "warm s",
    "of bare",
    "over floor",
    "CPU s",
    "hits+misses+run",
    "then anew",
  ];
  const title = `cargo build, ${crates} crates, dev profile: medians; hits as the cache counts them, then anew: crates that a further build compiles`;
  return tableText({ title, head, rows, absent });
}

function cpu(builds: readonly CargoBuild[]): number {
  return median(builds.map(({ cpuSeconds }) => cpuSeconds));
}

/** Of the last warm build. */
function counts(build: CargoBuild | undefined): string[] {
  if (build === undefined) return ["-", "-"];
  const { tally, reasons, anew } = build;
  const run = Object.values(reasons).reduce((sum, count) => sum + count, 0);
  return [tally === undefined ? "-" : `${tally.hits}+${tally.misses}+${run}`, String(anew.length)];
}

/** What kept calls of the last warm build from being hits. */
function remarks(name: string, builds: CargoBuilds | undefined): string[] {
  const last = builds?.warm.at(-1);
  if (last === undefined) return [];
  const why = Object.entries(last.reasons).map(([reason, count]) => `, ${count} ${reason}`);
  return [
    `  warm, ${name}: ${(100 * shareOfHits(last)).toFixed(1)} % hits; ${last.tally?.misses ?? 0} misses${why.join("")}`,
  ];
}

function panel({ builds }: CargoResult, which: keyof CargoBuilds): Panel {
  const shown = [...builds].filter(([name, of]) => name !== "floor" && (of[which].length > 0 || name === "bare"));
  const bars = shown.map(([name, of]) => ({
    name,
    value: seconds(name === "bare" ? of.cold : of[which]),
    own: OWN.includes(name),
  }));
  return { title: `cargo build, cache ${which === "cold" ? "empty" : "full"}`, note: "", unit: "s", bars };
}
