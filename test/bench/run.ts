// npm run bench [-- --json FILE]: how long one hit and one miss of a C++ file with some 240 headers take: bare, through
// zccache and through each peer that is installed, in one run, in turns. A peer that cannot be run is «not shown». FILE
// gets the raw samples.

import { writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { build } from "../support/built-binary.ts";
import { mustRun } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";

const HIT_ROUNDS = 25;
const MISS_ROUNDS = 7;
const SYSTEM_HEADERS = "algorithm filesystem iostream map memory string vector";

/** Something that compiles; `prefix` stands before `g++`, undefined where it is not installed. */
type Contender = { readonly name: string; readonly prefix: readonly string[] | undefined };
/** Milliseconds by contender, in the order they were taken. */
type Samples = Map<string, number[]>;
/** A command by contender. */
type Commands = ReadonlyMap<string, () => readonly string[]>;

await main();

async function main(): Promise<void> {
  build();
  await using box = sandbox();
  box.tree.write({ "unit.cc": unitSource() });
  const everyone = contenders(box);
  const present = everyone.flatMap(({ name, prefix }) => (prefix === undefined ? [] : [{ name, prefix }]));
  let seed = 0;
  const hits: Commands = new Map(present.map(({ name, prefix }) => [name, () => compile(prefix, 0)]));
  const misses: Commands = new Map(present.map(({ name, prefix }) => [name, () => compile(prefix, ++seed)]));
  const headers = await headerCount(box);

  // Twice: to fill the cache, and for what a peer does only at its first hit.
  for (let round = 0; round < 2; round++) sampleInTurns(box, hits, 1);
  const hit = sampleInTurns(box, new Map([["floor (true)", () => ["true"]], ...hits]), HIT_ROUNDS);
  const miss = sampleInTurns(box, misses, MISS_ROUNDS);
  show(`one hit, C++ file with ${headers} headers`, hit, everyone);
  show("one miss of the same file", miss, everyone);
  saveSamples({ headers, milliseconds: { hit: Object.fromEntries(hit), miss: Object.fromEntries(miss) } });
}

function contenders(box: Sandbox): Contender[] {
  const peer = (name: string): Contender => ({ name, prefix: Bun.which(name) === null ? undefined : [name] });
  return [{ name: "bare", prefix: [] }, { name: "zccache", prefix: [box.binary] }, peer("ccache"), peer("sccache")];
}

function unitSource(): string {
  const includes = SYSTEM_HEADERS.split(" ").map((name) => `#include <${name}>\n`);
  const body =
    "std::map<std::string, std::vector<std::string>> table;\nint seed() { return SEED + static_cast<int>(table.size()); }\n";
  return `${includes.join("")}${body}`;
}

function compile(prefix: readonly string[], seed: number): readonly string[] {
  return [...prefix, "g++", "-O1", `-DSEED=${seed}`, "-MD", "-MF", "unit.d", "-c", "unit.cc", "-o", "unit.o"];
}

async function headerCount(box: Sandbox): Promise<number> {
  const { stdout } = await mustRun(["g++", "-M", "unit.cc"], { cwd: box.tree.path, env: box.env });
  return stdout.split(/\s+/).filter((word) => word.startsWith("/")).length;
}

/** Runs every command once a round, so that what else the machine does hits all of them alike. */
function sampleInTurns(box: Sandbox, commands: Commands, rounds: number): Samples {
  const samples: Samples = new Map([...commands.keys()].map((name) => [name, []]));
  const env = { ...box.env, CCACHE_DIR: box.tree.at("ccache"), SCCACHE_DIR: box.tree.at("sccache") };
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of commands) {
      const began = performance.now();
      const { exitCode, stderr } = Bun.spawnSync([...command()], { cwd: box.tree.path, env, stdin: "ignore" });
      samples.get(name)?.push(performance.now() - began);
      if (exitCode !== 0) throw new Error(`Cannot time ${name}: exit code ${exitCode}\n${stderr.toString()}`);
    }
  }
  return samples;
}

function show(title: string, samples: Samples, everyone: readonly Contender[]): void {
  const bare = median(samples.get("bare") ?? []);
  console.log(`\n${title} (median, and ratio to bare)`);
  for (const [name, values] of samples) {
    const time = `${median(values).toFixed(2).padStart(9)} ms`;
    console.log(`  ${name.padEnd(14)}${time}  ${(median(values) / bare).toFixed(4)}  (${values.length} samples)`);
  }
  for (const { name, prefix } of everyone)
    if (prefix === undefined) console.log(`  ${name.padEnd(14)}not shown: not installed`);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}

function saveSamples(result: Record<string, unknown>): void {
  const option = process.argv.indexOf("--json");
  const path = process.argv[option + 1];
  if (option < 0 || path === undefined) return;
  const machine = { cpu: cpus()[0]?.model, cpus: cpus().length, kernel: release() };
  writeFileSync(path, `${JSON.stringify({ machine, ...result }, undefined, 2)}\n`);
}
