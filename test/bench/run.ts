// npm run bench [-- --only PART] [--rounds N] [--project NAME] [--json FILE] [--svg FILE]: what a hit, a miss and whole
// builds cost bare, through zccache and through its peers, all in one run and in turns; --only and --project may stand
// several times. FILE gets the raw samples (dist/bench.json unless told otherwise), saved after each part, or the
// picture. A peer that cannot be had is «not shown», with the reason.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { constants, cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build, repository } from "../support/built-binary.ts";
import { assemble, disband, type Field } from "./contenders.ts";
import { Interruption } from "./interruption.ts";
import { buildLauncher } from "./launcher.ts";
import type { Bench, Part, PartReport } from "./part.ts";
import { PARTS } from "./parts.ts";
import { endBelow } from "./processes.ts";
import { picture } from "./svg.ts";

type Options = {
  readonly parts: readonly Part[];
  readonly rounds: number | undefined;
  readonly projects: readonly string[] | undefined;
  readonly json: string | undefined;
  readonly svg: string | undefined;
};

const interruption = new Interruption();
try {
  await main(readOptions());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = interruption.signal === undefined ? 1 : 128 + constants.signals[interruption.signal];
}

async function main(options: Options): Promise<void> {
  if (process.env["ZCCACHE_TEST_BINARY"] === undefined) build();
  interruption.check();
  const root = mkdtempSync(join(tmpdir(), "zcc-bench-"));
  let field: Field | undefined;
  try {
    const launcher = await buildLauncher(root);
    field = await assemble(root, launcher.floor);
    console.log(
      Object.entries(field.versions)
        .map(([name, version]) => `${name}: ${version}`)
        .join("; "),
    );
    const { rounds, projects } = options;
    const reports = new Map<string, PartReport>();
    for (const part of options.parts) {
      reports.set(part.name, await measure(part, { root, launcher, field, interruption, rounds, projects }));
      save(options, field, reports);
    }
  } finally {
    for (const contender of field === undefined ? [] : [...field.caches, field.bare, field.floor])
      await disband(contender);
    await endBelow(root);
    rmSync(root, { recursive: true, force: true });
  }
}

/** One part; if it fails, the others go on, and the benchmark ends with 1. */
async function measure(part: Part, bench: Bench): Promise<PartReport> {
  interruption.check();
  console.log(`\n[${part.name}] ...`);
  const began = performance.now();
  try {
    const report = await part.run(bench);
    console.log(`${report.text.join("\n\n")}\n(${((performance.now() - began) / 1000).toFixed(0)} s)`);
    return report;
  } catch (error) {
    interruption.check();
    process.exitCode = 1;
    const why = error instanceof Error ? error.message : String(error);
    console.log(`not shown: ${why}`);
    return { text: [], data: { notShown: why }, panels: [] };
  }
}

/** @throws {Error} When an option is not known or its value makes no sense. */
function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      rounds: { type: "string" },
      project: { type: "string", multiple: true },
      json: { type: "string" },
      svg: { type: "string" },
    },
  });
  const names = PARTS.map(({ name }) => name);
  const unknown = values.only?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`Cannot measure "${unknown}": known are ${names.join(", ")}`);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    throw new Error(`Cannot take "${values.rounds}" rounds: a whole number above 0 is wanted`);
  return {
    parts: PARTS.filter(({ name, onRequest }) => values.only?.includes(name) ?? onRequest !== true),
    rounds,
    projects: values.project,
    json: values.json,
    svg: values.svg,
  };
}

/** What there is so far: a run that is interrupted keeps the parts that were done. */
function save({ json, svg }: Options, field: Field, reports: ReadonlyMap<string, PartReport>): void {
  const machine = { cpu: cpus()[0]?.model, cpus: cpus().length, kernel: release() };
  const { versions, notShown } = field;
  const parts = Object.fromEntries([...reports].map(([name, { data }]) => [name, data]));
  const usual = join(repository, "dist");
  const path = json ?? (existsSync(usual) ? join(usual, "bench.json") : undefined);
  if (path !== undefined)
    writeFileSync(path, `${JSON.stringify({ machine, versions, notShown, parts }, undefined, 1)}\n`);
  if (svg === undefined) return;
  const panels = [...reports.values()].flatMap((report) => report.panels);
  writeFileSync(svg, picture(panels, `Medians of one run, ${machine.cpus} processors (${machine.cpu}).`));
}
