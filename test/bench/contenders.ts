// Who is compared: a bare gcc, a compiler that does nothing, zccache, and its peers, each with a home, a cache, a socket
// and a temporary directory of its own, so that two programs that share a name or a variable never meet.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { builtBinary } from "../support/built-binary.ts";
import { type Environment, mustRun, run } from "../support/run.ts";
import { type Controls, installedPeers, type Peer, ZCCACHE_CONTROLS } from "./peers.ts";
import { endBelow } from "./processes.ts";
import type { Tally } from "./statistics.ts";

/** Our own name in tables. */
export const OURS = "zccache";

/** Something that compiles. */
export type Contender = {
  readonly name: string;
  /** Stands in front of `gcc`. */
  readonly prefix: readonly string[];
  readonly env: Environment;
  /** Everything that it keeps lies below, and the files it compiles. */
  readonly directory: string;
  /** Undefined for a compiler alone. */
  readonly cache: (Controls & { readonly command: string }) | undefined;
};

/** Somebody who is not in a table, and the reason. */
export type NotShown = { readonly name: string; readonly why: string };

/** Who can be shown, and why the others cannot. */
export type Field = {
  readonly bare: Contender;
  /** Compiles nothing: what starting a process costs. */
  readonly floor: Contender;
  /** zccache first. */
  readonly caches: readonly Contender[];
  readonly notShown: readonly NotShown[];
  /** What each cache says of itself. */
  readonly versions: Readonly<Record<string, string>>;
};

/** What lies below a contender's directory and is emptied with its cache. */
const KEPT = ["home", "run", "tmp", "cache"];

/** Everyone that can be run here; the peers are fetched if need be. @param floor Path of the do-nothing compiler. */
export async function assemble(root: string, floor: string): Promise<Field> {
  const own: Peer = { name: OURS, command: builtBinary(), ...ZCCACHE_CONTROLS };
  const peers = [own, ...(await installedPeers())];
  const notShown: NotShown[] = [];
  const caches: Contender[] = [];
  const versions: Record<string, string> = {};
  for (const { name, command, ...controls } of peers) {
    if (typeof command !== "string") {
      notShown.push({ name, why: command.why });
      continue;
    }
    const cache = contender(root, name, { command, ...controls });
    const { stdout } = await run([command, "--version"], { env: cache.env });
    versions[name] = stdout.split("\n", 1)[0] ?? "";
    caches.push(cache);
  }
  const bare = contender(root, "bare", undefined);
  return { bare, floor: { ...contender(root, "floor", undefined), prefix: [floor] }, caches, notShown, versions };
}

/** Ends its daemon, empties its cache and starts the daemon anew. */
export async function startAfresh(contender: Contender): Promise<void> {
  await disband(contender);
  for (const part of KEPT) rmSync(join(contender.directory, part), { recursive: true, force: true });
  makeRoom(contender.directory);
  await start(contender);
}

/** Starts its daemon, where it has one that does not run yet. */
export async function start({ cache, env, directory }: Contender): Promise<void> {
  // A daemon that runs already is no error of zccache's and one of sccache's: the first compile tells.
  if (cache?.start !== undefined) await run([cache.command, ...cache.start], { env, cwd: directory, timeout: 60_000 });
}

/** Ends its daemon, by its own command and then by force, and whatever else still runs in its name. */
export async function disband({ cache, env, directory }: Contender): Promise<void> {
  if (cache?.stop !== undefined)
    await run([cache.command, ...cache.stop], { env, cwd: directory, timeout: 20_000 }).catch(() => undefined);
  await endBelow(directory);
}

/** Its own count of hits and misses; undefined for a compiler alone. */
export async function tallyOf({ cache, env, directory }: Contender): Promise<Tally | undefined> {
  if (cache === undefined) return undefined;
  const { stdout } = await mustRun([cache.command, ...cache.statistics], { env, cwd: directory, timeout: 60_000 });
  return cache.read(stdout);
}

/** Somebody with a directory of its own, made below `root` and called after it. */
export function contender(root: string, name: string, cache: Contender["cache"]): Contender {
  const directory = join(root, name.replaceAll(/\W+/g, "-"));
  makeRoom(directory);
  return { name, prefix: cache === undefined ? [] : [cache.command], directory, env: environment(directory), cache };
}

function makeRoom(directory: string): void {
  for (const part of KEPT) mkdirSync(join(directory, part), { recursive: true, mode: 0o700 });
}

function environment(directory: string): Environment {
  const cache = join(directory, "cache");
  return {
    PATH: searchPath(),
    LC_ALL: "C",
    HOME: join(directory, "home"),
    TMPDIR: join(directory, "tmp"),
    XDG_RUNTIME_DIR: join(directory, "run"),
    CCACHE_DIR: cache,
    SCCACHE_DIR: cache,
    SCCACHE_SERVER_UDS: join(directory, "run/sccache.sock"),
    ZCCACHE_CACHE_DIR: cache,
  };
}

/** The user's, without what npm puts in front of it: each directory more is one more look for every compiler started. */
function searchPath(): string {
  const directories = (process.env["PATH"] ?? "/usr/bin:/bin").split(":");
  return directories.filter((path) => !/node_modules|node-gyp-bin/.test(path)).join(":");
}
