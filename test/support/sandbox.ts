// One zccache of its own for a test: home, cache, runtime directory and environment below one temporary directory,
// and no daemon left at the end, whatever the test did.

import { mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { builtBinary } from "./built-binary.ts";
import { ToolCounter } from "./counting.ts";
import { TemporaryTree } from "./file-tree.ts";
import { type Environment, type Finished, type RunOptions, run } from "./run.ts";
import { until } from "./until.ts";

const CALM_MS = 100;

/** Make one with `await using box = sandbox()`. */
export class Sandbox implements AsyncDisposable {
  /** Absolute path of the executable under test. */
  readonly binary: string;
  /** Holds everything else; also for the test's own files. */
  readonly tree: TemporaryTree = new TemporaryTree();
  readonly cache: string = this.tree.at("cache");
  /** Starts of gcc's sub-programs under `env`. */
  readonly counter: ToolCounter = new ToolCounter(this.tree.path);
  /** What programs of the test get: `run(command, { env: box.env })`. */
  readonly env: Environment;

  constructor(binary: string, patience: number) {
    this.binary = binary;
    for (const name of ["home", "run", "tmp"]) mkdirSync(this.tree.at(name), { mode: 0o700 });
    this.env = {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: this.tree.at("home"),
      TMPDIR: this.tree.at("tmp"),
      XDG_RUNTIME_DIR: this.tree.at("run"),
      LC_ALL: "C",
      COMPILER_PATH: this.counter.compilerPath,
      ZCCACHE_CACHE_DIR: this.cache,
      ZCCACHE_PATIENCE: `${patience}`,
    };
  }

  /** Runs the executable under test with this environment. */
  zccache(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run([this.binary, ...args], { env: this.env, ...options });
  }

  /** Waits until the daemon has counted so many calls, which it does when their results are stored. */
  async settled(calls: number): Promise<void> {
    await until(async () => (await this.#counted()) >= calls, `${calls} calls to be counted`, 100);
  }

  /** Waits until the daemon has counted no further call for a while: what it has let go of early is stored. */
  async calm(): Promise<void> {
    let [before, now] = [-1, await this.#counted()];
    while (now !== before) {
      await Bun.sleep(CALM_MS);
      [before, now] = [now, await this.#counted()];
    }
  }

  async #counted(): Promise<number> {
    const { daemon } = JSON.parse((await this.zccache(["status", "--json"])).stdout);
    return daemon.total_compilations + daemon.total_links;
  }

  /** Process ids of the daemons of this cache that live now. */
  daemons(): number[] {
    const executable = realpathSync(this.binary);
    const found = processIds().filter(
      (pid) => linkOf(pid, "exe") === executable && serves(pid) && holdsFileBelow(pid, this.cache),
    );
    // A child that a daemon starts looks like it until it has become another program.
    return found.filter((pid) => !found.includes(parentOf(pid)));
  }

  /** Asks the daemon to end and waits until it has. */
  async stop(): Promise<void> {
    await this.zccache(["stop"]);
    await until(() => this.daemons().length === 0, "the daemon to end", 50);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.daemons().length > 0) await this.zccache(["stop"], { timeout: 60_000 });
      for (let waited = 0; waited < 10_000 && this.daemons().length > 0; waited += 50) await Bun.sleep(50);
    } finally {
      for (const pid of this.daemons()) process.kill(pid, "SIGKILL");
      this.tree[Symbol.dispose]();
    }
  }
}

/** A call for which a stalling machine lets the daemon be silent for seconds would run its tool without a cache. */
const PATIENT = 20;

/**
 * A new sandbox. @param binary Executable under test, if it is not the one that is built for users.
 * @param patience ZCCACHE_PATIENCE; 1 for tests of how long a build waits for a daemon that hangs.
 */
export function sandbox(binary = builtBinary(), patience = PATIENT): Sandbox {
  return new Sandbox(binary, patience);
}

function processIds(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Target of /proc/PID/NAME (proc(5)); undefined once the process is gone or not ours. */
function linkOf(pid: number, name: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return undefined;
  }
}

/** Clients are the same executable; only one that serves has this flag. */
function serves(pid: number): boolean {
  return readProcess(pid, "cmdline").split("\0").includes("--foreground");
}

/** 0 once the process is gone. */
function parentOf(pid: number): number {
  const stat = readProcess(pid, "stat");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
}

/** A daemon keeps its lock and its index open for life. */
function holdsFileBelow(pid: number, directory: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(pid, `fd/${fd}`)?.startsWith(join(directory, "/")));
  } catch {
    return false;
  }
}

/** Content of /proc/PID/NAME; empty once the process is gone. */
function readProcess(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}
