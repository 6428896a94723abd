// Who is compared: bare gcc, zccache, and the peers, each with a home, a cache, a socket and a temporary directory of
// its own, so that two programs that happen to share a name or a variable never meet.

import { mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { builtBinary, repository } from "../support/built-binary.ts";
import { type Environment, mustRun, run } from "../support/run.ts";
import { installedPeers, type Peer } from "./peers.ts";

/** Something that compiles. */
export type Contender = {
  readonly name: string;
  /** Stands in front of `gcc`. */
  readonly prefix: readonly string[];
  readonly env: Environment;
  /** Everything that it keeps lies below. */
  readonly directory: string;
  /** Ends its daemon, where it has one. */
  readonly stop: readonly string[] | undefined;
};

/** Who can be shown, and why the others cannot. */
export type Field = {
  readonly contenders: readonly Contender[];
  readonly notShown: readonly { readonly name: string; readonly why: string }[];
};

/** Everyone that can be run here; the peers are fetched if need be. @param root An existing scratch directory. */
export async function assemble(root: string): Promise<Field> {
  const peers = await installedPeers();
  const missing = peers.flatMap((peer) =>
    typeof peer.command === "string" ? [] : [{ name: peer.name, why: peer.command.why }],
  );
  const own: Peer[] = [
    { name: "bare", command: "" },
    { name: "zccache", command: builtBinary(), stop: ["stop"] },
    { name: "zccache, no stub", command: await withoutStub(root), stop: ["stop"] },
  ];
  return { contenders: [...own, ...peers].flatMap((peer) => contender(root, peer)), notShown: missing };
}

/** Ends the daemons of everyone, by their own command and then by force. */
export async function disband({ contenders }: Field): Promise<void> {
  for (const { prefix, stop, env, directory } of contenders) {
    if (stop !== undefined)
      await run([...prefix, ...stop], { env, cwd: directory, timeout: 60_000 }).catch(() => undefined);
    for (const pid of daemonsOf(directory)) process.kill(pid, "SIGKILL");
  }
}

/** Processes that hold a file below `directory` open, or were started with one in their environment. */
export function daemonsOf(directory: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && belongs(pid, join(directory, "/")));
}

/** Processor time of these processes so far, in milliseconds (/proc/PID/stat, proc(5): fields 14 and 15, 100 a second). */
export function processorTime(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = read(pid, "stat").split(") ")[1]?.split(" ") ?? [];
    return sum + 10 * (Number(fields[11] ?? 0) + Number(fields[12] ?? 0));
  }, 0);
}

function contender(root: string, { name, command, stop }: Peer): Contender[] {
  if (typeof command !== "string") return [];
  const directory = join(root, name.replaceAll(/\W+/g, "-"));
  for (const part of ["home", "run", "tmp", "cache"])
    mkdirSync(join(directory, part), { recursive: true, mode: 0o700 });
  const prefix = command === "" ? [] : [command];
  return [{ name, prefix, directory, env: environment(directory), stop }];
}

function environment(directory: string): Environment {
  const cache = join(directory, "cache");
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
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

async function withoutStub(root: string): Promise<string> {
  const directory = join(root, "no-stub-build");
  mkdirSync(directory);
  await mustRun([process.execPath, join(repository, "build.ts"), "--no-stub", `--to=${directory}`], {
    cwd: repository,
  });
  return join(directory, "zccache");
}

function belongs(pid: number, below: string): boolean {
  if (read(pid, "environ").includes(below)) return true;
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith(below));
  } catch {
    return false;
  }
}

/** Content of /proc/PID/NAME; empty once the process is gone. */
function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}
