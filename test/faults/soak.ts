// One daemon that works for hours, by hand: what it holds must not grow. Not part of `npm test`.
//
//     bun test/faults/soak.ts [--minutes N] [--json FILE]
//
// Projects are laid, built cold and warm, changed and removed; clients die, connect without a word and send rubbish; the
// cache is small, so that entries are evicted, and is emptied now and then. Exit code 1 if descriptors, watches or memory
// in the last third of the time are above those of the middle third.

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { parseArgs } from "node:util";
import { Client } from "../../src/client/client.ts";
import { dial } from "../../src/ipc/dial.ts";
import { places } from "../../src/ipc/places.ts";
import { readSettings } from "../../src/sys/environment.ts";
import { type Random, random } from "../support/random.ts";
import { type Environment, mustRun, run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";

/** What the daemon holds at a moment. */
type Sample = {
  readonly minute: number;
  readonly rounds: number;
  readonly descriptors: number;
  readonly watches: number;
  readonly megabytes: number;
  readonly threads: number;
};

type Held = "descriptors" | "watches" | "megabytes" | "threads";

const SAMPLE_MS = 20_000;
const PROJECTS = 12;
const UNITS = 8;
const CACHE_BYTES = "30M";
const CLEARED_EVERY = 40;
const DIAL_MS = 5000;
/** How much more than in the middle third is still called flat: a garbage collection more or less. */
const FLAT: Readonly<Record<Held, number>> = { descriptors: 1.1, watches: 1.1, megabytes: 1.15, threads: 1.2 };

const { values } = parseArgs({ options: { minutes: { type: "string", default: "60" }, json: { type: "string" } } });
const end = performance.now() + Number(values.minutes) * 60_000;
await using box = sandbox();
const env = { ...box.env, ZCCACHE_CACHE_SIZE_BYTES: CACHE_BYTES };
const samples = await soak(box, env);
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(samples));
process.exitCode = judge(samples) ? 0 : 1;

async function soak(box: Sandbox, env: Environment): Promise<Sample[]> {
  const samples: Sample[] = [];
  const chance = random(1);
  const began = performance.now();
  await run([box.binary, "start"], { env });
  const [daemon] = box.daemons();
  if (daemon === undefined) throw new Error("Cannot soak: no daemon runs");
  let sampled = began;
  for (let round = 1; performance.now() < end; round++) {
    await project(box, env, { chance, round });
    await misbehave(box, env, chance);
    await askAll(env);
    if (round % CLEARED_EVERY === 0) await run([box.binary, "clear"], { env });
    if (performance.now() - sampled < SAMPLE_MS) continue;
    sampled = performance.now();
    if (round % CLEARED_EVERY > 1) await expectHits(box, env);
    const sample = { minute: Math.round((sampled - began) / 6000) / 10, rounds: round, ...held(daemon) };
    samples.push(sample);
    console.log(JSON.stringify(sample));
    if (!box.daemons().includes(daemon)) throw new Error(`Cannot go on: daemon ${daemon} is gone`);
  }
  return samples;
}

/** A soak of a cache that is not used would show nothing. Hits are counted from when it was emptied last. */
async function expectHits(box: Sandbox, env: Environment): Promise<void> {
  const { daemon } = JSON.parse((await mustRun([box.binary, "status", "--json"], { env })).stdout);
  if (daemon.cache_hits === 0 || daemon.link_hits === 0) throw new Error("Cannot go on: nothing hits");
}

/** Lays or changes one, builds it twice, and mostly removes it. */
async function project(
  box: Sandbox,
  env: Environment,
  { chance, round }: { chance: Random; round: number },
): Promise<void> {
  const name = `p${chance.below(PROJECTS)}`;
  const units = Array.from({ length: UNITS }, (_, at) => `u${at}`);
  box.tree.write({
    [`${name}/inc/common.h`]: `#include <stdio.h>\n#define ROUND ${round}\n`,
    ...Object.fromEntries(
      units.map((unit) => [`${name}/${unit}.c`, `#include "common.h"\nint ${unit}(void) { return ROUND; }\n`]),
    ),
  });
  const objects = units.map((unit) => `${unit}.o`).join(" ");
  const build = `set -e; for u in ${units.join(" ")}; do $Z gcc -Iinc -Igone -O1 -c $u.c -MD -o $u.o; done
$Z ar rcs lib.a ${objects}; $Z gcc -shared -o lib.so ${objects}; rm -f ${objects} lib.a lib.so`;
  const at = { cwd: box.tree.at(name), env: { ...env, Z: box.binary } };
  for (const _ of ["cold", "warm"]) await mustRun(["sh", "-c", build], at);
  if (chance.below(4) > 0) rmSync(box.tree.at(name), { recursive: true, force: true });
}

/** A client that is killed, one that says nothing, and one that talks rubbish. */
async function misbehave(box: Sandbox, env: Environment, chance: Random): Promise<void> {
  box.tree.write({ "slow.c": `#include <stdio.h>\nint x = ${chance.below(1e6)};\n` });
  const client = Bun.spawn([box.binary, "gcc", "-O2", "-c", "slow.c"], {
    cwd: box.tree.path,
    env,
    stdout: "ignore",
    stderr: "ignore",
  });
  await Bun.sleep(chance.below(30));
  client.kill("SIGKILL");
  await client.exited;
  const endpoint = places(readSettings(env, false)).endpoint;
  for (const words of [
    Buffer.alloc(0),
    Buffer.from([3, 0, 0]),
    Buffer.from("GET / HTTP/1.1\r\n\r\n"),
    rubbish(chance),
  ]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = connect(endpoint, () => socket.end(words));
    socket.on("close", resolve).on("error", () => resolve());
    socket.resume();
    await promise;
  }
}

/** A frame of the right length around anything. */
function rubbish(chance: Random): Buffer {
  const body = Buffer.from(Array.from({ length: 200 }, () => chance.below(256)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([length, body]);
}

/** Questions that are not about compiles. */
async function askAll(env: Environment): Promise<void> {
  using client = new Client(await dial(places(readSettings(env, false)).endpoint, { timeoutMs: DIAL_MS }));
  const cache_key = "ab".repeat(32);
  const artifact = { outputs: [], stdout: Buffer.from("out"), stderr: Buffer.alloc(0), exit_code: 0 };
  await client.ask("Store", { cache_key, artifact });
  await client.ask("Lookup", { cache_key });
  await client.ask("ListRustArtifacts", {});
}

function held(pid: number): Record<Held, number> {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const descriptors = readdirSync(`/proc/${pid}/fd`);
  const watches = descriptors.flatMap((fd) => {
    try {
      return readFileSync(`/proc/${pid}/fdinfo/${fd}`, "latin1").match(/^inotify wd:/gm) ?? [];
    } catch {
      // Closed meanwhile.
      return [];
    }
  });
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return {
    descriptors: descriptors.length,
    watches: watches.length,
    megabytes: Math.round(field("VmRSS") / 1024),
    threads: field("Threads"),
  };
}

/** Prints the medians of middle and last third. @returns whether all is flat. */
function judge(samples: readonly Sample[]): boolean {
  const third = Math.floor(samples.length / 3);
  const verdicts = (Object.keys(FLAT) as Held[]).map((what) => {
    const [middle, last] = [samples.slice(third, 2 * third), samples.slice(2 * third)].map((part) =>
      median(part.map((sample) => sample[what])),
    );
    const flat = (last ?? 0) <= (middle ?? 0) * FLAT[what] + 1;
    console.log(`${what.padEnd(12)} ${middle} in the middle, ${last} at last: ${flat ? "flat" : "GROWS"}`);
    return flat;
  });
  return third > 0 && verdicts.every((flat) => flat);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
