// One shell script run three times in equal trees at the same path: without zccache, with an empty cache and with a full
// one. What it left and said must be the same each time.

import { expect } from "bun:test";
import { createHash } from "node:crypto";
import {
  type BigIntStats,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
} from "node:fs";
import type { Counts } from "../../support/counting.ts";
import { runOnTerminal } from "../../support/pty.ts";
import { type Environment, mustRun, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

/** Opens a name without what it stands for (open(2)); node:fs has no name for it. */
const O_PATH = 0o10000000;

/** A script and what it meets. */
export type Scene = {
  /** Makes the tree, run by sh in an empty directory without zccache. */
  readonly prepare: string;
  /** Run by sh in the tree; calls compilers by name. */
  readonly script: string;
  readonly env?: Environment;
  /** Columns of the terminal to run it on; without, its streams are files. */
  readonly columns?: number;
};

/** What a script did. Bytes are code units. */
export type Effect = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Kind, mode, links, content and whether it is still the file it was before, by relative path. */
  readonly files: Readonly<Record<string, string>>;
};

/** The same script three times. */
export type ThreeWays = {
  readonly bare: Effect;
  readonly cold: Effect;
  readonly warm: Effect;
  /** Sub-programs of gcc that ran while the cache was full. */
  readonly warmCounts: Counts;
};

/** A zccache with stand-ins for the compilers and a place where scripts run. */
export class Stage implements AsyncDisposable {
  readonly box: Sandbox;
  /** Directory of the stand-ins. */
  readonly shims: string;
  readonly #tree: string;
  /** Put before each program that runs in a scene. */
  readonly #prefix: readonly string[];

  constructor(prefix: readonly string[] = [], binary?: string) {
    this.box = sandbox(binary);
    this.shims = this.box.tree.at("shims");
    this.#tree = this.box.tree.at("work");
    this.#prefix = prefix;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.box[Symbol.asyncDispose]();
  }

  /** PATH with the stand-ins in front. */
  get path(): string {
    return `${this.shims}:${this.box.env["PATH"]}`;
  }

  /** Runs a scene bare, cold and warm. The cache is shared by all scenes of a stage: give each its own sources. */
  async threeWays(scene: Scene): Promise<ThreeWays> {
    const bare = await this.once(scene, undefined);
    const cold = await this.once(scene, this.path);
    this.box.counter.take();
    const warm = await this.once(scene, this.path);
    return { bare, cold, warm, warmCounts: this.box.counter.take() };
  }

  /** Runs a scene once. @param path Value of PATH; without it the compilers are the machine's. */
  async once(scene: Scene, path: string | undefined): Promise<Effect> {
    const tree = this.#tree;
    await mustRun(
      [...this.#prefix, "sh", "-c", 'rm -rf "$1" && mkdir "$1" && cd "$1" && eval "$2"', "sh", tree, scene.prepare],
      {
        env: this.box.env,
      },
    );
    // What has been written within the last tick of the kernel's clock is not taken for an old input.
    await Bun.sleep(30);
    const env = { ...this.box.env, ...scene.env, ...(path === undefined ? {} : { PATH: path }) };
    const before = listFiles(tree);
    // Held, so that no other file gets their inode numbers.
    const held = before
      .filter(({ stats }) => stats.isFile() || stats.isSymbolicLink())
      .map(({ path: name }) => openSync(name, constants.O_NOFOLLOW | O_PATH));
    try {
      const said = await this.#run(scene, env);
      const known = new Map(before.map(({ path: name, stats }) => [name.toString("latin1"), stats.ino]));
      const files = listFiles(tree).map(({ path: name, stats }): [string, string] => {
        const old = known.get(name.toString("latin1"));
        const identity = old === undefined ? "new" : old === stats.ino ? "same" : "replaced";
        return [name.toString("latin1").slice(tree.length + 1), `${describe(name, stats)} ${identity}`];
      });
      return { ...said, files: Object.fromEntries(files) };
    } finally {
      for (const fd of held) closeSync(fd);
    }
  }

  async #run({ script, columns }: Scene, env: Environment): Promise<Omit<Effect, "files">> {
    const cwd = this.#tree;
    if (columns !== undefined) {
      const { exitCode, screen } = await runOnTerminal([...this.#prefix, "sh", "-c", script], { columns, cwd, env });
      return { exitCode, stdout: screen, stderr: "" };
    }
    const [stdout, stderr] = [this.box.tree.at("stdout"), this.box.tree.at("stderr")];
    const redirected = `exec >'${stdout}' 2>'${stderr}'\n${script}`;
    const { exitCode } = await run([...this.#prefix, "sh", "-c", redirected], { cwd, env });
    return { exitCode, stdout: readFileSync(stdout, "latin1"), stderr: readFileSync(stderr, "latin1") };
  }
}

/** A stage whose stand-ins are in place. @param binary Executable under test, if it is not the one built for users. */
export async function openStage(binary?: string): Promise<Stage> {
  const stage = new Stage([], binary);
  await mustRun([stage.box.binary, "install-shims", stage.shims], { env: stage.box.env });
  return stage;
}

/** A stage where everything, the daemon included, runs as the user with this number. Only for root. */
export async function openStageAs(user: number): Promise<Stage> {
  const stage = new Stage(["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"]);
  await mustRun([stage.box.binary, "install-shims", stage.shims], { env: stage.box.env });
  await mustRun(["chown", "-R", `${user}:${user}`, stage.box.tree.path]);
  return stage;
}

/** Asserts that a scene is the same all three ways and with zccache put before the compiler. */
export async function expectSameAnyhow(stage: Stage, scene: Scene): Promise<void> {
  const { bare } = await expectSame(stage, scene);
  const script = `gcc() { '${stage.box.binary}' gcc "$@"; }\n${scene.script}`;
  expect(await stage.once({ ...scene, script }, undefined)).toEqual(bare);
}

/** Asserts that a scene is the same all three ways. @returns what the warm one started. */
export async function expectSame(stage: Stage, scene: Scene): Promise<ThreeWays> {
  const ways = await stage.threeWays(scene);
  expect(ways.cold).toEqual(ways.bare);
  expect(ways.warm).toEqual(ways.bare);
  return ways;
}

/** As `expectSame`, where no compiler may start any more with a full cache. */
export async function expectHits(stage: Stage, scene: Scene): Promise<ThreeWays> {
  let ways = await expectSame(stage, scene);
  // On a machine that is too busy to answer within a second an entry may be lost, but not for good.
  if (Object.values(ways.warmCounts).some((starts) => starts > 0)) ways = await expectSame(stage, scene);
  expect(ways.bare.exitCode).toBe(0);
  expect(ways.warmCounts).toMatchObject({ cc1: 0, cc1plus: 0, as: 0 });
  return ways;
}

/** A shell command that writes `a.c`: a function of that name, which is warned of. */
export function warningSource(name: string): string {
  return `printf 'int ${name}(int x) { return x == 1 ? "no" : 0; }\\n' >a.c`;
}

type Found = { readonly path: Buffer; readonly stats: BigIntStats };

/** Everything below a directory. Names are bytes. */
function listFiles(directory: string | Buffer): Found[] {
  const found: Found[] = [];
  for (const name of readdirSync(directory, { encoding: "buffer" })) {
    const path = Buffer.concat([Buffer.from(directory), Buffer.from("/"), name]);
    const stats = lstatSync(path, { bigint: true });
    found.push({ path, stats });
    if (stats.isDirectory()) found.push(...listFiles(path));
  }
  return found.sort((a, b) => Buffer.compare(a.path, b.path));
}

function describe(path: Buffer, stats: BigIntStats): string {
  const mode = (stats.mode & 0o7777n).toString(8);
  const owner = `${stats.uid}:${stats.gid}`;
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (stats.isFile()) return `file ${mode} ${owner} ${stats.nlink} links ${digestOf(path)}`;
  const kind = stats.isDirectory() ? "directory" : stats.isFIFO() ? "fifo" : `device ${stats.rdev}`;
  return `${kind} ${mode} ${owner}`;
}

function digestOf(path: Buffer): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
