// Whole builds with cargo: everyone once a round with an empty cache and no target directory, then everyone in turns
// with what that left in the cache, in the same place.

import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CratePackage } from "../support/crates.ts";
import { type Environment, mustRun } from "../support/run.ts";
import { type Freshness, type Reasons, readFreshness, readReasons, reasonsBetween } from "./cargo-output.ts";
import {
  type Contender,
  contender,
  disband,
  type Field,
  type NotShown,
  OURS,
  start,
  startAfresh,
} from "./contenders.ts";
import type { Bench } from "./part.ts";
import { settled, spent } from "./processes.ts";
import { Roster } from "./roster.ts";
import { readLaunch } from "./sampling.ts";
import { between, type Tally } from "./statistics.ts";

/** zccache once more, with stand-ins for the compilers and archivers that build scripts call. */
export const WITH_STAND_INS = `${OURS}, cc and ar too`;

/** zccache once more, with hard links in the place of copies of crates, as the Rust zccache makes them. */
export const WITH_LINKS = `${OURS}, hard links`;

/** All that are zccache. */
export const OWN: readonly string[] = [OURS, WITH_LINKS, WITH_STAND_INS];

/** One build. */
export type CargoBuild = Freshness & {
  readonly seconds: number;
  /** Processor time of cargo and everything it started, and of the cache's daemon until it had nothing left to do. */
  readonly cpuSeconds: number;
  /** As the cache counts; undefined without one. */
  readonly tally: Tally | undefined;
  /** Why calls were neither a hit nor a stored miss, as far as the cache says. */
  readonly reasons: Reasons;
};

/** A contender's builds. Without a cache there is nothing to be warm with, and the floor has no cold build. */
export type CargoBuilds = { readonly cold: CargoBuild[]; readonly warm: CargoBuild[] };

/** What came out. */
export type CargoResult = { readonly builds: ReadonlyMap<string, CargoBuilds>; readonly absent: readonly NotShown[] };

/** How often everyone builds with an empty and with a full cache. */
export type CargoRounds = { readonly cold: number; readonly warm: number };

type Member = {
  readonly name: string;
  readonly contender: Contender;
  readonly env: Environment;
  /** Path of launch.c's program. */
  readonly launch: string;
};

const BUILD = ["cargo", "build"] as const;
const STAND_INS = ["cc", "c++", "ar"] as const;

/** Builds the workspace with everyone. */
export async function timeCargoBuilds(
  bench: Bench,
  workspace: CratePackage,
  rounds: CargoRounds,
): Promise<CargoResult> {
  const members = await membersOf(bench, workspace);
  const builds = new Map<string, CargoBuilds>(members.map(({ name }) => [name, { cold: [], warm: [] }]));
  const roster = new Roster(members, () => bench.interruption.check());
  const floor = bench.field.floor.name;
  try {
    await roster.each(async (member) => {
      cpSync(workspace.directory, packageOf(member), { recursive: true });
      // Its first build records what the others repeat.
      if (member.name === floor) await buildOnce(member);
    });
    for (let round = 0; round < rounds.cold; round++)
      await roster.each(async (member) => {
        if (member.name === floor) return;
        await startAfresh(member.contender);
        builds.get(member.name)?.cold.push(await timeBuild(member));
      }, round);
    for (let round = 0; round < rounds.warm; round++)
      await roster.each(async (member) => {
        if (member.name === floor) builds.get(member.name)?.warm.push(await timeFloor(member));
        else if (member.contender.cache !== undefined) builds.get(member.name)?.warm.push(await timeBuild(member));
      }, round);
  } finally {
    for (const member of members) await disband(member.contender);
  }
  const present = [...builds].filter(([name]) => roster.has(name));
  return { builds: new Map(present), absent: [...absentIn(bench.field), ...roster.absent] };
}

async function membersOf({ root, field, launcher }: Bench, workspace: CratePackage): Promise<Member[]> {
  const { bare, floor, caches } = field;
  const site = { env: workspace.env, launch: launcher.launch };
  const wrapped = caches.filter(({ name }) => name !== "ccache");
  const members = [bare, ...wrapped].map((own) => memberOf(own, site, own.cache?.command));
  const repeater = await buildRepeater(floor.directory);
  const ours = caches.find(({ name }) => name === OURS);
  return [
    memberOf(floor, site, repeater),
    ...members,
    ...(ours?.cache === undefined
      ? []
      : [
          withLinks(contender(root, WITH_LINKS, ours.cache), site),
          await withStandIns(contender(root, WITH_STAND_INS, ours.cache), site),
        ]),
  ];
}

type Site = Pick<Member, "env" | "launch">;

/** Each builds a copy of the package, in a place that stays the same. */
function memberOf(contender: Contender, site: Site, wrapper: string | undefined): Member {
  const env = {
    ...contender.env,
    ...site.env,
    CARGO_TARGET_DIR: join(contender.directory, "cargo/target"),
    ...(wrapper === undefined ? {} : { RUSTC_WRAPPER: wrapper }),
  };
  return { name: contender.name, contender, env, launch: site.launch };
}

function withLinks(own: Contender, site: Site): Member {
  const member = memberOf(own, site, own.cache?.command);
  return { ...member, env: { ...member.env, ZCCACHE_HARDLINK: "1" } };
}

async function withStandIns(own: Contender, site: Site): Promise<Member> {
  const command = own.cache?.command ?? "";
  const directory = join(own.directory, "stand-ins");
  await mustRun([command, "install-shims", directory, ...STAND_INS], { env: own.env });
  const member = memberOf(own, site, command);
  return { ...member, env: { ...member.env, PATH: `${directory}:${own.env["PATH"]}` } };
}

function absentIn({ caches, notShown }: Field): NotShown[] {
  const others = caches.filter(({ name }) => name === "ccache");
  return [...notShown, ...others.map(({ name }) => ({ name, why: "it caches no Rust" }))];
}

function packageOf({ contender }: Member): string {
  return join(contender.directory, "cargo/package");
}

function recordsOf(directory: string): string {
  return join(directory, "cargo/records");
}

async function buildRepeater(directory: string): Promise<string> {
  const records = recordsOf(directory);
  mkdirSync(records, { recursive: true });
  const path = join(directory, "cargo/cargo-floor");
  const source = join(import.meta.dir, "cargo-floor.c");
  await mustRun(["gcc", "-O2", "-D_GNU_SOURCE", `-DRECORD="${records}"`, "-o", path, source]);
  return path;
}

/** @throws {Error} When a call was not the same as in the recorded build, so that rustc ran. */
async function timeFloor(member: Member): Promise<CargoBuild> {
  const records = recordsOf(member.contender.directory);
  const before = readdirSync(records).length;
  const build = await timeBuild(member);
  const added = readdirSync(records).length - before;
  if (added > 0) throw new Error(`Cannot do without rustc: ${added} calls were not those of the build before`);
  return build;
}

async function timeBuild(member: Member): Promise<CargoBuild> {
  const { contender } = member;
  await start(contender);
  const before = await countsOf(contender);
  const usage = await settled(contender.directory);
  const { seconds, cpuSeconds } = await buildOnce(member);
  const daemonCpuMs = spent(usage, await settled(contender.directory));
  const after = await countsOf(contender);
  const freshness = readFreshness((await cargo(member, [...BUILD, "--verbose"])).stderr);
  const tally = before === undefined || after === undefined ? undefined : between(before.tally, after.tally);
  const reasons = reasonsBetween(before?.reasons ?? {}, after?.reasons ?? {});
  return { seconds, cpuSeconds: cpuSeconds + daemonCpuMs / 1000, tally, reasons, ...freshness };
}

/** From nothing; the processor time is without the daemon's. */
async function buildOnce(member: Member): Promise<Pick<CargoBuild, "seconds" | "cpuSeconds">> {
  const { env, launch } = member;
  const target = env["CARGO_TARGET_DIR"];
  if (target !== undefined && existsSync(target)) rmSync(target, { recursive: true });
  // What the one before has written is on the disk before this one begins: some write hundreds of megabytes.
  await mustRun(["sync"]);
  try {
    const { stdout } = await cargo(member, [launch, "1", "1", ...BUILD]);
    const { elapsedMs, clientCpuMs } = readLaunch(stdout);
    return { seconds: elapsedMs / 1000, cpuSeconds: (clientCpuMs[0] ?? Number.NaN) / 1000 };
  } catch (error) {
    // What cargo says was not kept: once more, to hear it.
    await cargo(member, BUILD);
    throw error;
  }
}

function cargo(member: Member, command: readonly string[]): ReturnType<typeof mustRun> {
  return mustRun(command, { cwd: packageOf(member), env: member.env });
}

async function countsOf({ cache, env, directory }: Contender): Promise<{ tally: Tally; reasons: Reasons } | undefined> {
  if (cache === undefined) return undefined;
  const { stdout } = await mustRun([cache.command, ...cache.statistics], { env, cwd: directory, timeout: 60_000 });
  return { tally: cache.read(stdout), reasons: readReasons(stdout) };
}
