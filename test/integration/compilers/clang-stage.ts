// clang as the judge: scenes run bare, with an empty cache and with a full one, and every start of clang is counted.

import { expect } from "bun:test";
import { ClangCounter, type CountedTools } from "../../support/counting-clang.ts";
import { missingTool } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { type Effect, type Scene, Stage } from "../fidelity/three-ways.ts";

/** Why there is no judge; undefined if there is one. */
export const noClang: string | undefined = missingTool("clang", "clang++", "gcc");

/** A stage whose real clang is counted. */
export class ClangStage implements AsyncDisposable {
  readonly stage: Stage;
  readonly counter: ClangCounter;
  /** PATH without zccache, counting stand-ins first. */
  readonly bare: string;
  /** PATH with zccache's stand-ins in front of them. */
  readonly cached: string;

  constructor(stage: Stage, tools?: CountedTools) {
    this.stage = stage;
    this.counter = new ClangCounter(stage.box.tree.path, tools);
    this.bare = `${this.counter.directory}:${stage.box.env["PATH"]}`;
    this.cached = `${stage.shims}:${this.bare}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage[Symbol.asyncDispose]();
  }

  /** Runs a scene with the cache as it is. @returns what it did, and how many times clang was started for it. */
  async cachedRun(scene: Scene): Promise<{ effect: Effect; starts: number }> {
    this.counter.take();
    const effect = await this.stage.once(scene, this.cached);
    return { effect, starts: this.counter.take() };
  }

  /**
   * Asserts that a scene is the same bare, cold and warm, over every file, stream and the exit code. Where two bare
   * runs differ from each other, by times say, warm must equal cold.
   * @param calmly Waits until the cold run is filed: the warm one makes its sources anew, which then have changed meanwhile.
   * @returns starts of clang in the cold and in the warm run, and what the cold one did.
   */
  async expectSame(scene: Scene, { calmly = false } = {}): Promise<{ cold: number; warm: number; effect: Effect }> {
    const bare = await this.stage.once(scene, this.bare);
    const again = await this.stage.once(scene, this.bare);
    const cold = await this.cachedRun(scene);
    if (calmly) await this.stage.box.calm();
    const warm = await this.cachedRun(scene);
    if (Bun.deepEquals(bare, again)) expect(cold.effect).toEqual(bare);
    else expect(Object.keys(cold.effect.files)).toEqual(Object.keys(bare.files));
    expect(warm.effect).toEqual(cold.effect);
    return { cold: cold.starts, warm: warm.starts, effect: cold.effect };
  }

  /** As `expectSame`, where the cold run starts clang and the warm one never does. */
  async expectHits(scene: Scene): Promise<Effect> {
    let ran = await this.expectSame(scene);
    // On a machine that is too busy to file the cold run before the warm one begins an entry is lost, but not for good.
    if (ran.warm > 0) ran = { ...(await this.expectSame(scene, { calmly: true })), cold: ran.cold };
    expect(ran.effect.exitCode).toBe(0);
    expect(ran.cold).toBeGreaterThan(0);
    expect(ran.warm, await this.#said()).toBe(0);
    return ran.effect;
  }

  /** Asserts that a scene that has run is found: now, or, where its entry was lost, after one run more. */
  async expectFound(scene: Scene): Promise<void> {
    if ((await this.cachedRun(scene)).starts === 0) return;
    const lost = await this.#said();
    await this.stage.box.calm();
    expect((await this.cachedRun(scene)).starts, lost).toBe(0);
  }

  /** What this stage's cache counted and wrote into its log, for whoever reads why an entry was not found. */
  async #said(): Promise<string> {
    const { stdout } = await this.stage.box.zccache(["status"]);
    return stdout;
  }
}

/**
 * A stage for clang, stand-ins in place.
 * @param tools Counted instead of clang and clang++, by name, from the stage's directory.
 */
export async function openClangStage(tools?: (directory: string) => CountedTools): Promise<ClangStage> {
  const stage = new Stage();
  const counted = tools?.(stage.box.tree.path);
  const names = Object.keys(counted ?? { clang: "", "clang++": "" });
  await mustRun([stage.box.binary, "install-shims", stage.shims, ...names], { env: stage.box.env });
  return new ClangStage(stage, counted);
}
