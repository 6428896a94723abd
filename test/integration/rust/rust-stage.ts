// rustc as the judge: scenes run bare, with an empty cache and with a full one, and every start of rustc is counted.

import { expect } from "bun:test";
import { mkdirSync } from "node:fs";
import { ProgramCounter, totalStarts } from "../../support/counting-programs.ts";
import { mustRun } from "../../support/run.ts";
import { rustTools } from "../../support/rust-tools.ts";
import { type Effect, type Scene, Stage } from "../fidelity/three-ways.ts";

/** What a scene did, and how many times rustc was started for it. */
export type Ran = { readonly effect: Effect; readonly starts: number };

// On a machine that is too busy to answer within a second an entry may be lost, but not for good.
const TRIES = 8;
const SETTLING_MS = 120_000;

/** Counts of calls that were run as they are, by reason. */
type Reasons = Readonly<Record<string, number>>;

/** A stage whose rustc is counted. Scripts call it as `$R`. */
export class RustStage implements AsyncDisposable {
  readonly stage: Stage;
  readonly #counter: ProgramCounter;
  readonly #name: string;

  /** @param programs What is counted and called, by its name; without, rustc. */
  constructor(binary?: string, programs: Readonly<Record<string, string>> = { rustc: rustTools().rustc }) {
    this.stage = new Stage([], binary);
    this.#counter = new ProgramCounter(this.stage.box.tree.at("counted-rust"), programs);
    this.#name = Object.keys(programs).join();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage[Symbol.asyncDispose]();
  }

  /** Makes what scenes copy from `../made`, by sh. */
  async make(script: string): Promise<void> {
    const { tree, env } = this.stage.box;
    mkdirSync(tree.at("made"));
    await mustRun(["sh", "-euc", `unset COMPILER_PATH\n${script}`], { cwd: tree.at("made"), env });
  }

  /** Runs a scene without zccache. */
  async bareRun(scene: Scene): Promise<Effect> {
    return (await this.#run(scene, this.#name)).effect;
  }

  /** Runs a scene with the cache as it is. */
  async cachedRun(scene: Scene): Promise<Ran> {
    return await this.#run(scene, `${this.stage.box.binary} ${this.#name}`);
  }

  /**
   * Asserts that a scene is the same bare, cold and warm, over every file, mode, stream and the exit code, that the cold
   * run starts rustc and that the warm one never does. What differs between two bare runs (names of object files made
   * for incremental compilation) has to be the same in all warm runs.
   */
  async expectHits(scene: Scene): Promise<Effect> {
    const bare = await this.bareRun(scene);
    const { effect, starts } = await this.cachedRun(scene);
    const again = Bun.deepEquals(effect, bare) ? bare : await this.bareRun(scene);
    expect(common(effect, bare, again)).toEqual(common(bare, bare, again));
    expect(effect.exitCode).toBe(0);
    expect(starts).toBeGreaterThan(0);
    const hit = await this.#hit(scene, (ran) => expect(common(ran, bare, again)).toEqual(common(bare, bare, again)));
    await this.expectHit(scene, hit);
    return hit;
  }

  /** Asserts that a scene does this, and that rustc is not started for it any more. */
  async expectHit(scene: Scene, expected: Effect): Promise<void> {
    await this.#hit(scene, (effect) => expect(effect).toEqual(expected));
  }

  async #hit(scene: Scene, check: (effect: Effect) => void): Promise<Effect> {
    let ran = await this.cachedRun(scene);
    check(ran.effect);
    for (let tries = 1; tries < TRIES && ran.starts > 0; tries++) {
      // The tree is laid anew for each run, which must not come before the result of the last one is filed.
      await Bun.sleep(100 * tries);
      ran = await this.cachedRun(scene);
      check(ran.effect);
    }
    expect({ starts: ran.starts, reasons: await this.reasons() }).toEqual({ starts: 0, reasons: expect.anything() });
    return ran.effect;
  }

  /** Asserts that two scenes differ in effect, and that each does through the cache, in any order, what it does bare. */
  async expectFresh(before: Scene, after: Scene): Promise<void> {
    const [first, second] = [await this.bareRun(before), await this.bareRun(after)];
    expect(first.exitCode).toBe(0);
    expect(madeBy(second)).not.toEqual(madeBy(first));
    expect((await this.cachedRun(before)).effect).toEqual(first);
    await this.expectHit(before, first);
    const edited = await this.cachedRun(after);
    expect(edited.effect).toEqual(second);
    expect(edited.starts).toBeGreaterThan(0);
    if (second.exitCode === 0) await this.expectHit(after, second);
    else expect((await this.cachedRun(after)).effect).toEqual(second);
    await this.expectHit(before, first);
  }

  /** Asserts that rustc does this scene anew each time, counted under `reason`, with the effect that it has bare. */
  async expectPassed(scene: Scene, reason: string): Promise<Effect> {
    const bare = await this.bareRun(scene);
    for (let round = 0; round < 2; round++) {
      const before = await this.reasons();
      const { effect, starts } = await this.cachedRun(scene);
      expect(effect).toEqual(bare);
      expect(starts).toBeGreaterThan(0);
      expect(await this.#newReasons(before)).toEqual([reason]);
    }
    return bare;
  }

  /** What `status` says. A daemon is started where there is none. */
  async reasons(): Promise<Reasons> {
    const { box } = this.stage;
    await box.zccache(["start"]);
    return JSON.parse((await box.zccache(["status", "--json"])).stdout).daemon.non_cacheable_reasons;
  }

  /** Those that were counted since, which is done behind the back of the call. */
  async #newReasons(before: Reasons): Promise<string[]> {
    let now = await this.reasons();
    for (let waited = 0; waited < SETTLING_MS && Bun.deepEquals(now, before); waited += 100) {
      await Bun.sleep(100);
      now = await this.reasons();
    }
    return Object.keys(now).filter((word) => now[word] !== before[word]);
  }

  async #run(scene: Scene, rustc: string): Promise<Ran> {
    this.#counter.take();
    const script = `unset COMPILER_PATH\n${scene.script}`;
    const path = `${this.#counter.directory}:${this.stage.box.env["PATH"]}`;
    const effect = await this.stage.once({ ...scene, script, env: { R: rustc, ...scene.env } }, path);
    return { effect, starts: totalStarts(this.#counter.take()) };
  }
}

/** An effect without what differs between two others. */
function common(effect: Effect, one: Effect, other: Effect): unknown {
  const { files, stdout, stderr, exitCode } = effect;
  const same = Object.entries(files).map(([path, state]) => [path, one.files[path] === other.files[path] && state]);
  const said = { stdout: one.stdout === other.stdout && stdout, stderr: one.stderr === other.stderr && stderr };
  return { exitCode, ...said, files: Object.fromEntries(same) };
}

/** What was made and said, without the tree that it was made of. */
function madeBy({ files, ...said }: Effect): unknown {
  return { ...said, files: Object.entries(files).filter(([path]) => path.startsWith("out/")) };
}
