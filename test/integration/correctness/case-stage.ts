// Where the hard cases are tried: a script runs in a tree, something changes, and it runs again. Without zccache and
// through it the same files, streams and exit codes must come of it at each step, and what is repeated must be a hit.

import { expect } from "bun:test";
import { mkdirSync } from "node:fs";
import { snapshot } from "../../support/compare-trees.ts";
import { missingTool } from "../../support/missing.ts";
import { type Environment, mustRun, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

/** Something that changes between two runs. */
export type Case = {
  readonly name: string;
  /** Makes the tree, run by sh in an empty directory that has a directory `out`. */
  readonly tree: string;
  /** Run by sh, with `$Z` before each call that is to be cached; makes files in `out`. `$MADE` has what the stage made. */
  readonly script: string;
  /** What happens to the tree then, run by sh. */
  readonly edit?: string;
  /** Undoes it, run by sh in the tree; without it the tree is laid anew. */
  readonly undo?: string;
  /** Takes the script's place after the change. */
  readonly second?: string;
  readonly env?: Environment;
  /** Takes the place of `env` after the change. */
  readonly secondEnv?: Environment;
  /** Set where the compiler makes the same of both. */
  readonly same?: true;
  /** Why the calls are run as they are, as `status` counts it. */
  readonly passes?: string;
};

/** Drivers by what `$CC` and `$CXX` stand for. */
export const COMPILERS: Readonly<Record<"clang" | "gcc", Environment>> = {
  clang: { CC: "clang", CXX: "clang++" },
  gcc: { CC: "gcc", CXX: "g++" },
};

/** Why there is nothing to compare with; undefined if there is. */
export const noCompilers: string | undefined = missingTool("gcc", "g++", "clang", "clang++", "as");

/** What a run left and said. */
export type Effect = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: Readonly<Record<string, string>>;
};

// A result whose input was written in the clock tick of the start is not stored.
const TICK_MS = 30;
const TRIES = 8;
const SETTLING_MS = 120_000;

/** A cache of its own and a place for one tree. */
export class CaseStage implements AsyncDisposable {
  readonly box: Sandbox = sandbox();
  readonly #work: string = this.box.tree.at("work");
  readonly #made: string = this.box.tree.at("made");

  async [Symbol.asyncDispose](): Promise<void> {
    await this.box[Symbol.asyncDispose]();
  }

  /** Makes what all cases share, by sh, in `$MADE`, and starts the daemon, so that it can be asked for its counts. */
  async open(script: string): Promise<this> {
    mkdirSync(this.#made);
    await mustRun(["sh", "-euc", script], { cwd: this.#made, env: this.#environment({}, false) });
    await mustRun([this.box.binary, "start"], { env: this.box.env });
    return this;
  }

  /** Asserts that a case is right at each step. @param compiler Variables for its scripts. */
  async expectRight(each: Case, compiler: Environment = {}): Promise<void> {
    const { script, second = script, env = {}, secondEnv = env, passes } = each;
    const before = { script, env: { ...compiler, ...env } };
    const after = { script: second, env: { ...compiler, ...secondEnv } };
    const inTree = { ...each, compiler };
    await this.#lay(inTree);
    const first = await this.#run(before, false);
    await this.#edit(inTree);
    const other = await this.#run(after, false);
    if (each.same !== true) expect(outcome(other)).not.toEqual(outcome(first));

    await this.#lay(inTree);
    const reasons = await this.#reasons();
    expect(await this.#run(before, true)).toEqual(first);
    if (passes !== undefined) await this.#expectReason(passes, reasons);
    await this.#repeat(before, first, passes);
    await this.#edit(inTree);
    expect(await this.#run(after, true)).toEqual(other);
    await this.#repeat(after, other, passes);
    await this.#undo(inTree);
    await this.#repeat(before, first, passes);
  }

  async #lay({ tree, compiler }: InTree): Promise<void> {
    const script = 'rm -rf "$1" && mkdir -p "$1/out" && cd "$1" && eval "$2"';
    await mustRun(["sh", "-euc", script, "sh", this.#work, tree], { env: this.#environment(compiler, false) });
    await Bun.sleep(TICK_MS);
  }

  async #edit({ edit = ":", compiler }: InTree): Promise<void> {
    await mustRun(["sh", "-euc", edit], { cwd: this.#work, env: this.#environment(compiler, false) });
    await Bun.sleep(TICK_MS);
  }

  async #undo(each: InTree): Promise<void> {
    if (each.undo === undefined) await this.#lay(each);
    else await this.#edit({ ...each, edit: each.undo });
  }

  async #run({ script, env }: { script: string; env: Environment }, cached: boolean): Promise<Effect> {
    const environment = this.#environment(env, cached);
    const { exitCode, stdout, stderr } = await run(["sh", "-c", script], { cwd: this.#work, env: environment });
    return { exitCode, stdout, stderr, files: Object.fromEntries(snapshot(this.#work)) };
  }

  /** Runs again until nothing but hits are counted, which a busy machine may delay, but not for good. */
  async #repeat(what: { script: string; env: Environment }, expected: Effect, passes?: string): Promise<void> {
    const calls = what.script.split("$Z ").length - 1;
    let hits = 0;
    for (let tries = 0; tries < TRIES && hits < calls; tries++) {
      const before = await this.#counts();
      expect(await this.#run(what, true)).toEqual(expected);
      if (passes !== undefined) return;
      const { cache_hits, link_hits } = await this.#counts();
      hits = cache_hits + link_hits - before.cache_hits - before.link_hits;
    }
    expect({ hits, reasons: await this.#reasons() }).toEqual({ hits: calls, reasons: expect.anything() });
  }

  /** Waits until a call has been counted under `reason`, which is done behind its back. */
  async #expectReason(reason: string, before: Reasons): Promise<void> {
    let now = await this.#reasons();
    for (let waited = 0; waited < SETTLING_MS && Bun.deepEquals(now, before); waited += 100) {
      await Bun.sleep(100);
      now = await this.#reasons();
    }
    const news = Object.keys(now).filter((word) => now[word] !== before[word]);
    expect(news).toEqual([reason]);
  }

  async #reasons(): Promise<Reasons> {
    return (await this.#counts()).non_cacheable_reasons;
  }

  async #counts(): Promise<Counts> {
    const { stdout } = await this.box.zccache(["status", "--json"]);
    return JSON.parse(stdout).daemon;
  }

  #environment(env: Environment, cached: boolean): Environment {
    const { COMPILER_PATH: _, ...rest } = this.box.env;
    return { ...rest, MADE: this.#made, Z: cached ? this.box.binary : "", ...env };
  }
}

type InTree = Case & { readonly compiler: Environment };
type Reasons = Readonly<Record<string, number>>;
type Counts = {
  readonly cache_hits: number;
  readonly link_hits: number;
  readonly non_cacheable_reasons: Reasons;
};

/** What the compiler made and said, without the tree that it was made of. */
function outcome({ files, ...said }: Effect): Effect {
  return { ...said, files: Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith("out/"))) };
}

/** A stage. @param make Makes what all its cases share, run by sh in `$MADE`. */
export async function openCaseStage(make = ":"): Promise<CaseStage> {
  return await new CaseStage().open(make);
}
