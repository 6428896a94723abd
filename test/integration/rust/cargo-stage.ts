// cargo as the judge: builds of a workspace without zccache and through it at the same path, every start of rustc counted.

import { expect } from "bun:test";
import { cpSync, existsSync, rmSync } from "node:fs";
import { reasonsBetween } from "../../bench/cargo-output.ts";
import { cargoArtifacts } from "../../support/cargo-artifacts.ts";
import { nativeLibrary, WORKSPACE } from "../../support/cargo-workspace.ts";
import { differences, type Snapshot } from "../../support/compare-trees.ts";
import { ProgramCounter, totalStarts } from "../../support/counting-programs.ts";
import { type Environment, mustRun } from "../../support/run.ts";
import { rustTools } from "../../support/rust-tools.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

/** What a build made and said, and what it started. */
export type Built = {
  readonly artifacts: Snapshot;
  /** Lines of cargo on standard error, sorted, since crates are built side by side; without times. */
  readonly said: readonly string[];
  readonly starts: number;
  /** What the program says; undefined where none was made. */
  readonly program: string | undefined;
};

/** How cargo is called; `PLACE` in a value is where the workspace is. */
export type CargoCall = { readonly args: readonly string[]; readonly env?: Environment };

/** The part of `status --json` that is asked for here. */
type DaemonStatus = {
  readonly cache_hits: number;
  readonly cache_misses: number;
  readonly link_hits: number;
  readonly link_misses: number;
  readonly non_cacheable_reasons: Readonly<Record<string, number>>;
};

// An input that was written in the clock tick of a start makes its result unstorable.
const TICK_MS = 30;
const TRIES = 6;

/** A workspace, a cache of its own, and cargo. */
export class CargoStage implements AsyncDisposable {
  readonly box: Sandbox;
  readonly #counter: ProgramCounter;
  readonly #cargo: string;
  /** Where the workspace is laid and built. */
  place = "work";

  constructor(binary?: string) {
    this.box = sandbox(binary);
    const { rustc, cargo } = rustTools();
    this.#counter = new ProgramCounter(this.box.tree.at("counted-rust"), { rustc });
    this.#cargo = cargo;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.box[Symbol.asyncDispose]();
  }

  /** Lays the workspace anew, as it stands in cargo-workspace.ts, and changes it by sh. */
  async lay(edit = ":"): Promise<void> {
    rmSync(this.box.tree.at(this.place), { recursive: true, force: true });
    this.box.tree.write(
      Object.fromEntries(Object.entries(WORKSPACE).map(([path, text]) => [`${this.place}/${path}`, text])),
    );
    await this.edit(nativeLibrary(1));
    await this.edit(edit);
  }

  /** Lays a copy of another package instead. */
  async take(directory: string): Promise<void> {
    const place = this.box.tree.at(this.place);
    rmSync(place, { recursive: true, force: true });
    cpSync(directory, place, { recursive: true });
    await Bun.sleep(TICK_MS);
  }

  /** Changes the workspace by sh. */
  async edit(script: string): Promise<void> {
    const { COMPILER_PATH: _, ...env } = this.box.env;
    await mustRun(["sh", "-euc", script], { cwd: this.box.tree.at(this.place), env });
    await Bun.sleep(TICK_MS);
  }

  /** Removes what was built. */
  clean(target = "target"): void {
    rmSync(this.box.tree.at(`${this.place}/${target}`), { recursive: true, force: true });
  }

  /** Runs cargo in the workspace as it is, without zccache. */
  async bare(call: CargoCall, target = "target"): Promise<Built> {
    return await this.#build(call, target, {});
  }

  /** Runs cargo in the workspace as it is, each rustc through zccache. */
  async cached(call: CargoCall, target = "target"): Promise<Built> {
    return await this.#build(call, target, { RUSTC_WRAPPER: this.box.binary });
  }

  /** Two builds from nothing without zccache: what both made alike, and said, is what counts. */
  async oracle(call: CargoCall): Promise<Oracle> {
    this.clean();
    const one = await this.bare(call);
    this.clean();
    const other = await this.bare(call);
    const differing = new Set(
      differences(one.artifacts, other.artifacts).map((line) => line.slice(0, line.indexOf(": "))),
    );
    return new Oracle(one, differing);
  }

  /** One build from nothing without zccache, for calls whose builds are all alike: those without incremental compilation. */
  async repeatableOracle(call: CargoCall): Promise<Oracle> {
    this.clean();
    return new Oracle(await this.bare(call), new Set());
  }

  /** Builds from nothing through zccache until rustc is not started any more. Each build is what the oracle says. */
  async expectHits(call: CargoCall, oracle: Oracle): Promise<Built> {
    let built: Built | undefined;
    for (let tries = 0; tries < TRIES && built?.starts !== 0; tries++) {
      // What was made last is filed behind cargo's back, and has to be there until then.
      if (tries > 0) await Bun.sleep(300 * tries);
      this.clean();
      built = await this.cached(call);
      oracle.expectSame(built);
    }
    if (built === undefined) throw new Error("nothing was built");
    expect(built.starts).toBe(0);
    return built;
  }

  /**
   * Builds from nothing through zccache until all calls that cargo makes are hits but those that fail, which are rustc's
   * own each time. Calls that build scripts make around cargo's wrapper are none of them. Each build is what the oracle says.
   */
  async expectHitsButFailures(call: CargoCall, oracle: Oracle): Promise<Built & { readonly hits: number }> {
    for (let tries = 1; ; tries++) {
      this.clean();
      const before = await this.status();
      const built = await this.cached(call);
      oracle.expectSame(built);
      const after = await this.status();
      const hits = after.cache_hits - before.cache_hits;
      const misses = after.cache_misses - before.cache_misses;
      const passed = reasonsBetween(before.non_cacheable_reasons, after.non_cacheable_reasons);
      const others = Object.keys(passed).filter((reason) => reason !== "failed-compile");
      if ((misses > 0 || others.length > 0) && tries < TRIES) {
        await Bun.sleep(300 * tries);
        continue;
      }
      expect({ misses, others }).toEqual({ misses: 0, others: [] });
      // As counted from outside.
      expect(oracle.built.starts - built.starts).toBe(hits);
      return { ...built, hits };
    }
  }

  /** Builds from nothing through zccache until it answers so many calls, tools of build scripts included, and runs none. */
  async expectAllHits(call: CargoCall, oracle: Oracle, calls: number): Promise<void> {
    let tally = { hits: 0, misses: Number.NaN };
    for (let tries = 1; tries <= TRIES && (tally.misses !== 0 || tally.hits !== calls); tries++) {
      this.clean();
      const before = await this.status();
      oracle.expectSame(await this.cached(call));
      const after = await this.status();
      tally = {
        hits: after.cache_hits - before.cache_hits + (after.link_hits - before.link_hits),
        misses: after.cache_misses - before.cache_misses + (after.link_misses - before.link_misses),
      };
      await Bun.sleep(300 * tries);
    }
    expect(tally).toEqual({ hits: calls, misses: 0 });
  }

  /** What `status` says of calls that were run as they are. */
  async reasons(): Promise<Readonly<Record<string, number>>> {
    return (await this.status()).non_cacheable_reasons;
  }

  /** What `status` counts. A daemon is started where there is none. */
  async status(): Promise<DaemonStatus> {
    await this.box.zccache(["start"]);
    return JSON.parse((await this.box.zccache(["status", "--json"])).stdout).daemon;
  }

  async #build({ args, env }: CargoCall, target: string, wrapper: Environment): Promise<Built> {
    const { COMPILER_PATH: _, ...rest } = this.box.env;
    const PATH = `${this.#counter.directory}:${rest["PATH"]}`;
    const cwd = this.box.tree.at(this.place);
    const places = Object.entries(env ?? {}).map(([name, value]) => [name, value.replaceAll("PLACE", cwd)]);
    const own = Object.fromEntries(places);
    const environment = { ...rest, PATH, CARGO_NET_OFFLINE: "true", CARGO_TARGET_DIR: target, ...own, ...wrapper };
    this.#counter.take();
    const { stderr } = await mustRun([this.#cargo, ...args], { cwd, env: environment });
    const starts = totalStarts(this.#counter.take());
    // Which of two crates that are built side by side is warned of first is chance.
    const lines = stderr.replaceAll(/(generated \d+ warnings?).*/g, "$1").split("\n");
    const said = lines.filter((line) => !/^ *(Finished|Blocking)/.test(line));
    const program = ["debug/app", "release/app"].map((name) => `${cwd}/${target}/${name}`).find(existsSync);
    return {
      artifacts: cargoArtifacts(`${cwd}/${target}`),
      said: said.sort(),
      starts,
      program: program === undefined ? undefined : (await mustRun([program])).stdout,
    };
  }
}

/** What a build has to make. */
export class Oracle {
  readonly built: Built;
  /** Artifacts that rustc makes otherwise each time. */
  readonly differing: ReadonlySet<string>;

  constructor(built: Built, differing: ReadonlySet<string>) {
    this.built = built;
    this.differing = differing;
  }

  /** Asserts that a build from nothing made the same, said the same, and that its program does. */
  expectSame(other: Built): void {
    const { artifacts, said, program } = this.built;
    const lines = differences(artifacts, other.artifacts);
    expect(lines.filter((line) => !this.#isAllowed(line))).toEqual([]);
    expect(other.said).toEqual(said);
    expect(other.program).toBe(program);
  }

  /** What differs anyhow has to be there all the same. */
  #isAllowed(line: string): boolean {
    const [path = ""] = line.split(": ");
    return this.differing.has(path) && !line.includes("nothing");
  }
}
