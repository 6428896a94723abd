// npm run quickstart: builds zccache, then a third-party project three times at the same path: bare, with an empty
// cache and with a full one. Says how long each took and whether every output is the bare compiler's; exits with 1 if
// one is not or if a compile of the last build was not served from the cache. Leaves no daemon and no files behind.

import { rmSync } from "node:fs";
import { styleText } from "node:util";
import { build } from "./built-binary.ts";
import { differences, type Snapshot, snapshot } from "./compare-trees.ts";
import { fetchProject, PROJECT, unpackProject } from "./quickstart-project.ts";
import { mustRun } from "./run.ts";
import { type Sandbox, sandbox } from "./sandbox.ts";

const STEPS = 5;
const paint = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;

/** One build of the project. */
type Build = { seconds: number; outputs: Snapshot; compilerStarts: number };

try {
  process.exitCode = (await quickstart()) ? 0 : 1;
} catch (error) {
  console.error(colour("red", error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
}

async function quickstart(): Promise<boolean> {
  for (const tool of ["gcc", "g++", "make", "npm", "tar"]) {
    if (Bun.which(tool) === null) throw new Error(`Cannot start: "${tool}" is not on PATH, install it first`);
  }
  step(1, "building dist/zccache");
  build();
  await using box = sandbox();
  step(2, `fetching ${PROJECT}`);
  const archive = await fetchProject(box.tree.path);
  step(3, "building it bare (make -j2) ...");
  const bare = await buildProject(box, archive, "g++");
  step(4, "building it with an empty cache ...");
  const cold = await buildProject(box, archive, `"${box.binary}" g++`);
  step(5, "building it with a full cache ...");
  const warm = await buildProject(box, archive, `"${box.binary}" g++`);
  return report({ bare, cold, warm });
}

async function buildProject(box: Sandbox, archive: string, compiler: string): Promise<Build> {
  const directory = box.tree.at("project");
  rmSync(directory, { recursive: true, force: true });
  await unpackProject(archive, directory);
  box.counter.take();
  const { seconds } = await mustRun(["make", "-j2", `CXX=${compiler}`], { cwd: directory, env: box.env });
  const outputs = snapshot(directory, (path) => /\.(o|d|a)$|^leveldbutil$/.test(path));
  return { seconds, outputs, compilerStarts: box.counter.take().cc1plus };
}

function report({ bare, cold, warm }: { bare: Build; cold: Build; warm: Build }): boolean {
  const wrong = [...differences(bare.outputs, cold.outputs), ...differences(bare.outputs, warm.outputs)];
  const total = bare.outputs.size;
  const same = [...bare.outputs].filter(
    ([path, state]) => cold.outputs.get(path) === state && warm.outputs.get(path) === state,
  );
  const units = [...bare.outputs.keys()].filter((path) => path.endsWith(".o")).length;
  const hits = units - warm.compilerStarts;
  const identical = wrong.length === 0 && same.length === total && total > 0;
  const served = hits === units && bare.compilerStarts === units;

  console.log("");
  for (const line of wrong.slice(0, 10)) console.log(colour("red", line));
  console.log(`  bare  ${seconds(bare)}`);
  console.log(`  cold  ${seconds(cold)}   ${cold.compilerStarts} of ${units} compiles ran`);
  const faster = `${(bare.seconds / warm.seconds).toFixed(1)} times as fast as bare`;
  console.log(`  warm  ${seconds(warm)}   ${warm.compilerStarts} of ${units} compiles ran, ${faster}`);
  console.log("");
  console.log(verdict(identical, `${same.length} of ${total} outputs identical to bare`));
  console.log(verdict(served, `${hits} of ${units} compiles served from the cache when warm, counted at the compiler`));
  return identical && served;
}

function step(number: number, what: string): void {
  console.log(`${colour("cyan", `[${number}/${STEPS}]`)} ${what}`);
}

function seconds(build: Build): string {
  return `${build.seconds.toFixed(1).padStart(6)} s`;
}

function verdict(good: boolean, text: string): string {
  return good ? `${colour("green", "ok ")} ${text}` : `${colour("red", "NOT OK")} ${text}`;
}

function colour(name: "red" | "green" | "cyan", text: string): string {
  return paint ? styleText(name, text, { validateStream: false }) : text;
}
