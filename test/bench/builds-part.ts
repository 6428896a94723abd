// How long whole builds of real projects take, with an empty and with a full cache.

import { type Build, type BuildResult, type Builds, timeBuilds } from "./builds.ts";
import { OURS } from "./contenders.ts";
import { median } from "./figures.ts";
import type { Bench, Part, PartReport } from "./part.ts";
import { PROJECTS, type Project } from "./projects.ts";
import type { Panel } from "./svg.ts";
import { tableText } from "./table.ts";

/** Whole builds, cold and warm. */
export const buildsPart: Part = { name: "builds", run };

async function run(bench: Bench): Promise<PartReport> {
  const results: BuildResult[] = [];
  for (const project of wanted(bench)) results.push(await timeBuilds(bench, project));
  return {
    text: results.map(buildTable),
    data: results.map(({ project, builds, absent }) => ({
      project,
      contenders: Object.fromEntries(builds),
      notShown: absent,
    })),
    panels: results.flatMap((result) => [panel(result, "empty"), panel(result, "full")]),
  };
}

/** @throws {Error} When a name is not one of a project. */
function wanted({ projects }: Bench): readonly Project[] {
  if (projects === undefined) return PROJECTS.slice(0, 1);
  return projects.map((wantedName) => {
    const found = PROJECTS.find(({ name }) => name === wantedName);
    if (found !== undefined) return found;
    throw new Error(`Cannot build "${wantedName}": known are ${PROJECTS.map(({ name }) => name).join(", ")}`);
  });
}

function buildTable({ project, builds, absent }: BuildResult): string {
  const bare = seconds(builds.get("bare")?.cold ?? []);
  const rows = [...builds].map(([name, { cold, warm }]) => [name, ...cells(cold, bare), ...cells(warm, bare)]);
  const half = ["s", "of bare", "hits+misses", "starts"];
  const head = ["", ...half.map((word) => `cold ${word}`), ...half.map((word) => `warm ${word}`)];
  const size = builds.get(OURS)?.cold.length ?? 0;
  const note = "hits and misses as it counts, starts of cc1 and cc1plus, lto1, ld as counted from outside";
  return tableText({ title: `Whole build of ${project}, -j2: medians of ${size}; ${note}`, head, rows, absent });
}

function cells(builds: readonly Build[], bare: number): string[] {
  const last = builds.at(-1);
  if (last === undefined) return ["-", "-", "-", "-"];
  const time = seconds(builds);
  const tally = last.tally === undefined ? "-" : `${last.tally.hits}+${last.tally.misses}`;
  return [
    time.toFixed(2),
    (time / bare).toFixed(3),
    tally,
    `${last.compilerStarts}, ${last.linkTimeStarts}, ${last.linkerStarts}`,
  ];
}

function panel({ project, builds }: BuildResult, cache: "empty" | "full"): Panel {
  const value = ({ cold, warm }: Builds): number => seconds(cache === "full" && warm.length > 0 ? warm : cold);
  const bars = [...builds]
    .filter(([name]) => name !== "floor")
    .map(([name, of]) => ({ name, value: value(of), own: name === OURS }));
  return { title: `Whole build of ${project}, cache ${cache}`, note: "", unit: "s", bars };
}

function seconds(builds: readonly Build[]): number {
  return median(builds.map((build) => build.seconds));
}
