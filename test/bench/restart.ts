// bun test/bench/restart.ts [ROUNDS]: what the first build after a restart of the daemon costs, with its warm-start image
// and without, against a build by a daemon that went on. 300 units of 60 headers each and a rebuild in which everything
// hits; one after the other, in turns. Prints medians and ratios as JSON.

import { readFileSync } from "node:fs";
import { builtBinary } from "../support/built-binary.ts";
import { type Daemon, DaemonBox } from "../support/daemon-box.ts";
import { mustRun } from "../support/run.ts";

const UNITS = 300;
const HEADERS = 300;
const rounds = Number(process.argv[2] ?? 5);

/** Seconds by the clock, and seconds of the daemon's processor time. */
type Cost = { readonly wall: number; readonly cpu: number };
type Figures = { readonly first: Cost[]; readonly next: Cost[]; readonly start: Cost[]; readonly delaysMs: number[] };

function project(): Record<string, string> {
  const files: Record<string, string> = {};
  for (let header = 0; header < HEADERS; header++) {
    const lines = Array.from({ length: 150 }, (_, n) => `int f_${header}_${n}(int a, const char *b); /* ${n} */\n`);
    files[`inc/h${header}.h`] = `#pragma once\n${lines.join("")}`;
  }
  for (let unit = 0; unit < UNITS; unit++) {
    const names = Array.from({ length: 60 }, (_, n) => `#include "h${(unit * 7 + n * 5) % HEADERS}.h"\n`);
    files[`u${unit}.c`] = `#include <stdio.h>\n#include <stdlib.h>\n${names.join("")}int unit_${unit};\n`;
  }
  return files;
}

const BUILD = `for n in $(seq 0 ${UNITS - 1}); do "$0" gcc -Iinc -c u$n.c -o u$n.o || exit 1; done`;

async function build({ box, env }: DaemonBox): Promise<void> {
  await mustRun(["sh", "-c", BUILD, builtBinary()], { cwd: box.tree.path, env });
}

/** User and system time (proc(5), in ticks of 10 ms). */
function cpuSeconds({ child }: Daemon): number {
  const [, fields = ""] = /\) (.*)/s.exec(readFileSync(`/proc/${child.pid}/stat`, "latin1")) ?? [];
  const [user = 0, system = 0] = fields.split(" ").slice(11, 13).map(Number);
  return (user + system) / 100;
}

async function cost(daemon: Daemon, action: () => Promise<void>): Promise<Cost> {
  const [began, cpu] = [performance.now(), cpuSeconds(daemon)];
  await action();
  return { wall: (performance.now() - began) / 1000, cpu: cpuSeconds(daemon) - cpu };
}

/** Restarts the daemon and builds twice. */
async function round(warm: DaemonBox, flags: readonly string[], figures: Figures): Promise<void> {
  const daemon = await warm.start(...flags);
  // Loading is over by then; without an image nothing is waited for.
  await Bun.sleep(1500);
  figures.start.push({ wall: 0, cpu: cpuSeconds(daemon) });
  figures.delaysMs.push(Number((await warm.status())["loop_delay_us_max"]) / 1000);
  figures.first.push(await cost(daemon, () => build(warm)));
  figures.next.push(await cost(daemon, () => build(warm)));
  await warm.end(daemon);
}

function median(costs: readonly Cost[], what: keyof Cost): number {
  const sorted = costs.map((one) => one[what]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function newFigures(): Figures {
  return { first: [], next: [], start: [], delaysMs: [] };
}

await using withImage = new DaemonBox();
await using without = new DaemonBox();
const boxes = [
  { warm: withImage, flags: [], figures: newFigures() },
  { warm: without, flags: ["--no-depgraph-cache"], figures: newFigures() },
] as const;
for (const { warm, flags } of boxes) {
  warm.box.tree.write(project());
  await Bun.sleep(2100);
  const daemon = await warm.start(...flags);
  await build(warm);
  await build(warm);
  await warm.end(daemon);
}
for (let n = 0; n < rounds; n++) for (const { warm, flags, figures } of boxes) await round(warm, flags, figures);

const [image, none] = boxes.map(({ figures }) => ({
  firstBuild: { wall: median(figures.first, "wall"), cpu: median(figures.first, "cpu") },
  nextBuild: { wall: median(figures.next, "wall"), cpu: median(figures.next, "cpu") },
  startCpu: median(figures.start, "cpu"),
  worstDelayMs: Math.max(...figures.delaysMs),
}));
const ratio = (what: keyof Cost) => (image?.firstBuild[what] ?? 0) / (none?.firstBuild[what] ?? 0);
console.log(JSON.stringify({ image, none, firstBuildRatio: { wall: ratio("wall"), cpu: ratio("cpu") } }, undefined, 1));
