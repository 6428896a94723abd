// What a large cache costs: hits, the daemon's start and its memory, with 100 and with 100,000 entries.

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dial } from "../../src/ipc/dial.ts";
import { places } from "../../src/ipc/places.ts";
import { question } from "../../src/ipc/question.ts";
import { readSettings } from "../../src/sys/environment.ts";
import { builtBinary } from "../support/built-binary.ts";
import { type Environment, mustRun } from "../support/run.ts";
import { commandOf, type EntriesPlace, fileEntries, SPARE_HEADERS, writeSources } from "./entries-ingest.ts";
import { figure, median } from "./figures.ts";
import type { Bench, Part, PartReport } from "./part.ts";
import { ratioLine, tableText } from "./table.ts";

/**
 * Hits, start and memory of the built executable with few and with many entries, all filed by the daemon's own function
 * with more than 200 paths each (entries-ingest.ts). Takes some minutes and 1 GB of disk below the scratch
 * directory; ZCCACHE_BENCH_ENTRIES=N makes N instead of 100,000.
 */
export const entriesPart: Part = { name: "entries", run };

const FEW = 100;
const MANY = Number(process.env["ZCCACHE_BENCH_ENTRIES"] ?? 100_000);
const ROUNDS = 10;
const RUNS = 30;
const OTHERS = 5;
const OLD_MS = 2500; // Digests of younger files are not remembered.
const START_MS = 20_000;

type Cache = EntriesPlace & {
  readonly count: number;
  readonly filed: { readonly paths: number; readonly indexBytes: number; readonly seconds: number };
};

/** What was measured of one cache; milliseconds and MiB. */
type Measured = {
  readonly startMs: number[];
  readonly startMiB: number[];
  readonly same: number[];
  readonly other: number[];
};

async function run(bench: Bench): Promise<PartReport> {
  const root = join(bench.root, "entries");
  const cwd = join(root, "work");
  mkdirSync(cwd, { recursive: true });
  writeSources(cwd);
  await Bun.sleep(OLD_MS);
  const caches: Cache[] = [];
  for (const count of [FEW, MANY]) caches.push(await fill(join(root, `${count}`), cwd, count));
  const measured = new Map(
    caches.map(({ count }) => [count, { startMs: [], startMiB: [], same: [], other: [] } as Measured]),
  );
  for (let round = 0; round < 3; round++) {
    for (const cache of caches) {
      bench.interruption.check();
      await timeStart(cache, measured.get(cache.count));
    }
  }
  const daemons = await Promise.all(caches.map((cache) => startDaemon(cache)));
  const endMiB: number[] = [];
  try {
    for (let round = 0; round < (bench.rounds ?? ROUNDS); round++) {
      for (const cache of caches) {
        bench.interruption.check();
        await timeHits({ bench, cache, round }, measured.get(cache.count));
      }
    }
    for (const [at, cache] of caches.entries()) {
      await mustBeHits(cache, (bench.rounds ?? ROUNDS) * (RUNS + OTHERS));
      endMiB.push(residentMiB(daemons[at]?.pid ?? 0));
    }
  } finally {
    for (const daemon of daemons) await daemon.stop();
  }
  return report(caches, measured, endMiB);
}

/** A cache in which one entry was really compiled, and all others were filed as it was. */
async function fill(root: string, cwd: string, count: number): Promise<Cache> {
  for (const name of ["home", "run", "tmp", "cache"]) mkdirSync(join(root, name), { recursive: true, mode: 0o700 });
  const env: Environment = {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: join(root, "home"),
    TMPDIR: join(root, "tmp"),
    XDG_RUNTIME_DIR: join(root, "run"),
    LC_ALL: "C",
    ZCCACHE_CACHE_DIR: join(root, "cache"),
  };
  await mustRun([builtBinary(), ...commandOf(0)], { env, cwd });
  // The result is filed behind the caller's back, the first one of a tool after a trial; it is a hit by then.
  for (let turn = 0; turn < 20; turn++) {
    await Bun.sleep(500);
    if ((await statusOf(env)).artifact_count > 0) break;
    await mustRun([builtBinary(), ...commandOf(0)], { env, cwd });
  }
  await mustRun([builtBinary(), "stop"], { env });
  const place = { cwd, env, state: placesOf(env).state };
  return { ...place, count, filed: await fileEntries(place, count) };
}

async function timeStart(cache: Cache, measured: Measured | undefined): Promise<void> {
  const daemon = await startDaemon(cache);
  measured?.startMs.push(daemon.answeredMs);
  measured?.startMiB.push(residentMiB(daemon.pid));
  await daemon.stop();
}

/** The same entry again and again, which every other hit of a build is like, and entries that nobody asked for yet. */
async function timeHits(
  { bench, cache, round }: { bench: Bench; cache: Cache; round: number },
  measured: Measured | undefined,
): Promise<void> {
  const timed = async (runs: number, number: number): Promise<number[]> => {
    const command = [bench.launcher.launch, "1", String(runs), builtBinary(), ...commandOf(number)];
    const { stdout } = await mustRun(command, { env: cache.env, cwd: cache.cwd });
    return stdout
      .trim()
      .split("\n")
      .slice(0, runs)
      .map((line) => Number(line.split(" ")[0]) / 1e6);
  };
  measured?.same.push(median(await timed(RUNS, 1)));
  // Of both caches entries that look at the same headers, which the daemon has to get to know at their first hits.
  const step = cache.count > SPARE_HEADERS ? SPARE_HEADERS + 1 : 1;
  for (let n = 0; n < OTHERS; n++) {
    const number = 2 + (((round * OTHERS + n) * step) % (cache.count - 2));
    measured?.other.push(...(await timed(1, number)));
  }
}

async function mustBeHits({ env, count }: Cache, expected: number): Promise<void> {
  const { cache_hits, cache_misses } = await statusOf(env);
  if (cache_misses > 0 || cache_hits < expected)
    throw new Error(`Cannot time hits: ${cache_hits} of ${expected} with ${count} entries, ${cache_misses} misses`);
}

type Daemon = { readonly pid: number; readonly answeredMs: number; readonly stop: () => Promise<void> };

/** A daemon on this cache, and how long it took from exec to its first answer. */
async function startDaemon({ env }: Cache): Promise<Daemon> {
  const { endpoint } = placesOf(env);
  const began = performance.now();
  const child = spawn(builtBinary(), ["--foreground"], { argv0: "zccache-daemon", env, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  while (!(await answers(endpoint))) {
    if (performance.now() - began > START_MS) throw new Error("Cannot time the daemon: it does not answer");
    await Bun.sleep(1);
  }
  const answeredMs = performance.now() - began;
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };
  return { pid: child.pid ?? 0, answeredMs, stop };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    const connection = await dial(endpoint, { timeoutMs: 1000 });
    try {
      await question(connection, { type: "Status" }, { type: "Status", timeoutMs: 5000 });
      return true;
    } finally {
      connection.close();
    }
  } catch {
    return false;
  }
}

async function statusOf(
  env: Environment,
): Promise<{ artifact_count: number; cache_hits: number; cache_misses: number }> {
  const { stdout } = await mustRun([builtBinary(), "status", "--json"], { env });
  return JSON.parse(stdout).daemon;
}

function placesOf(env: Environment): { state: string; endpoint: string } {
  return places(readSettings(env, false));
}

function residentMiB(pid: number): number {
  const [, kib = "NaN"] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
  return Number(kib) / 1024;
}

function report(
  caches: readonly Cache[],
  measured: ReadonlyMap<number, Measured>,
  endMiB: readonly number[],
): PartReport {
  const rows = caches.map(({ count, filed }, at) => {
    const of = measured.get(count);
    const figures = [of?.same, of?.other, of?.startMs, of?.startMiB].map((values) => figure(median(values ?? [])));
    return [
      count.toLocaleString("en-US"),
      ...figures,
      figure(endMiB[at] ?? Number.NaN),
      String(filed.paths),
      figure(filed.indexBytes),
      figure(filed.seconds),
    ];
  });
  const head = [
    "entries",
    "hit ms",
    "first hit ms",
    "start ms",
    "MiB then",
    "MiB later",
    "paths",
    "index B",
    "filed in s",
  ];
  const between = (pick: (of: Measured) => number[]): number => {
    const [few, many] = [FEW, MANY].map((count) => median(pick(measured.get(count) ?? EMPTY)));
    return (many ?? Number.NaN) / (few ?? Number.NaN);
  };
  const ratios = { hit: between(({ same }) => same), "first hit of an entry": between(({ other }) => other) };
  const table = tableText({ title: "What a large cache costs: medians", head, rows, absent: [] });
  const lines = Object.entries(ratios).map(([what, value]) =>
    ratioLine(`${what}, ${MANY.toLocaleString("en-US")} entries / ${FEW}`, value),
  );
  const data = {
    caches: caches.map(({ count, filed }) => ({ count, filed })),
    measured: [...measured],
    endMiB,
    ratios,
  };
  return { text: [[table, ...lines].join("\n")], data, panels: [] };
}

const EMPTY: Measured = { startMs: [], startMiB: [], same: [], other: [] };
