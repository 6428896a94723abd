// What a miss adds to a link: 200 objects with debug information, which no run before had seen, each round compared with
// the bare linker in the same round, and everything counted that a cache does behind the build's back.

import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../support/run.ts";
import { bestPeer, dataOf } from "./comparison.ts";
import { type Contender, type NotShown, OURS } from "./contenders.ts";
import { added, cpuOf, figure, middle, type PerRun, paired, ratio, wallOf } from "./figures.ts";
import type { Bench, Part, PartReport } from "./part.ts";
import { type Samples, sample, type Trial, type TrialResult } from "./sampling.ts";
import type { Tally } from "./statistics.ts";
import { ratioLine, tableText } from "./table.ts";
import { workDirectory } from "./units.ts";

/** One cold link. */
export const linkPart: Part = { name: "link", run };

const ROUNDS = 12;
const OBJECTS = 200;
const FUNCTIONS = 60;

const KINDS = [
  { title: `One cold link of ${OBJECTS} objects`, jobs: 1 },
  { title: `One cold link of ${OBJECTS} objects, two at a time`, jobs: 2 },
] as const;

type Kind = (typeof KINDS)[number];

async function run(bench: Bench): Promise<PartReport> {
  const objects = await makeObjects(bench.root);
  const { bare, caches } = bench.field;
  const members = [bare, ...caches.filter(({ cache }) => cache?.links === true).map(countingLinks)];
  const others = caches.filter(({ cache }) => cache?.links !== true);
  const absent = others.map(({ name }): NotShown => ({ name, why: "it caches no links" }));
  const results: TrialResult[] = [];
  for (const kind of KINDS) {
    const result = await sample(bench, trial(kind, { bench, objects }), members);
    results.push({ ...result, absent: [...result.absent, ...absent] });
  }
  const ratios = results.flatMap(compare);
  return {
    text: [...results.map(linkTable), ratios.map(([what, value]) => ratioLine(what, value)).join("\n")],
    data: { trials: results.map(dataOf), ratios: Object.fromEntries(ratios) },
    panels: [],
  };
}

/** A directory with a main program and objects that differ in their names only. */
async function makeObjects(root: string): Promise<string> {
  const at = join(root, "link-objects");
  mkdirSync(at);
  const numbers = Array.from({ length: FUNCTIONS }, (_, index) => index);
  const declared = numbers.map(
    (n) =>
      `struct kind${n} { int first${n}; char *second${n}; };\nint step${n}(int);\nstatic int cells${n}[4] = {${n}};\n`,
  );
  const defined = numbers.map((n) => {
    const next = `step${(n + 1) % FUNCTIONS}(x - 1)`;
    return `int step${n}(int x) { return x > ${n} ? ${next} + cells${n}[x & 3] : (int)sizeof(struct kind${n}); }\n`;
  });
  writeFileSync(join(at, "part.c"), `#include <stdio.h>\n#include <stdlib.h>\n${[...declared, ...defined].join("")}`);
  writeFileSync(join(at, "main.c"), "int main(void) { return 0; }\n");
  await mustRun(["gcc", "-g", "-c", "part.c", "main.c"], { cwd: at });
  const renaming =
    'for n in $(seq "$0"); do objcopy --prefix-symbols="part$n"_ part.o "part$n.o"; done; rm part.o ./*.c';
  await mustRun(["sh", "-ec", renaming, String(OBJECTS)], { cwd: at });
  return at;
}

/** Files and command line of each run are its own: neither its result nor what is known of its inputs is there before. */
function trial({ title, jobs }: Kind, { bench, objects }: { bench: Bench; objects: string }): Trial {
  const rounds = bench.rounds ?? ROUNDS;
  const kind = `link-${jobs}`;
  const own = Array.from({ length: rounds * jobs }, (_, at) => seedOf(Math.floor(at / jobs), at % jobs));
  const parts = Array.from({ length: OBJECTS }, (_, index) => `part${index + 1}.o`);
  return {
    title,
    rounds,
    jobs,
    runs: () => jobs,
    unit: {
      write(contender) {
        const at = workDirectory(contender);
        for (const seed of [...own, "0", "1"]) cpSync(objects, join(at, `${kind}-${seed}`), { recursive: true });
      },
      compile: (seed) => [
        ...["gcc", `-Wl,--defsym,seed=${jobs}${seed}`, "-o", `${kind}-{slot}.out`],
        ...["main.o", ...parts].map((object) => `${kind}-${seed}/${object}`),
      ],
    },
    warmUp: [jobs],
    seed: (round) => `${round + 1}{run}`,
  };
}

/** What launch.c makes of a seed: the number of the run has six digits. */
function seedOf(round: number, run: number): string {
  return `${round + 1}${String(run).padStart(6, "0")}`;
}

function countingLinks(contender: Contender): Contender {
  const { cache } = contender;
  return cache === undefined ? contender : { ...contender, cache: { ...cache, read: readLinkTally } };
}

/** Both programs called zccache say so. */
function readLinkTally(printed: string): Tally {
  const { daemon } = JSON.parse(printed);
  return { hits: Number(daemon.link_hits), misses: Number(daemon.link_misses) };
}

function linkTable({ title, samples, absent }: TrialResult): string {
  const bare = samples.get("bare");
  const cells = (of: Samples, perRun: PerRun): string[] => [
    figure(middle(of, perRun)),
    paired([of, bare], perRun, ratio).toFixed(3),
    paired([of, bare], perRun, added).toFixed(1),
  ];
  const rows = [...samples].map(([name, of]) => [
    ...[name, ...cells(of, wallOf), ...cells(of, cpuOf)],
    of.tally === undefined ? "-" : String(of.tally.misses),
  ]);
  const head = ["", "wall ms", "of bare", "added", "CPU ms", "of bare", "added", "misses, as it counts"];
  return tableText({ title: `${title}: medians, paired by round`, head, rows, absent });
}

function compare(result: TrialResult): [string, number][] {
  const { title, samples } = result;
  return [["wall", wallOf] as const, ["CPU", cpuOf] as const].flatMap(([what, perRun]): [string, number][] => {
    const peer = bestPeer(result, perRun, "least").name;
    return ["bare", peer].map((other) => [
      `${title}: ${what}, zccache / ${other}`,
      paired([samples.get(OURS), samples.get(other)], perRun, ratio),
    ]);
  });
}
