// Runs a command bare and through the cache, judges whether both did the same, and counts whether the cache did its work.

import type { Random } from "../support/random.ts";
import type { Environment } from "../support/run.ts";
import { oneIn } from "./chance.ts";
import { type Command, labelOf, mustHit, refusedByTable, showsTime, spelled } from "./commands.ts";
import { countedSince, type DaemonCounts, daemonCounts } from "./daemon-counts.ts";
import { Bench, difference, digestOf, type Effect, type Way } from "./effects.ts";
import { KnownCalls } from "./known-calls.ts";
import { anyStanding, isUsual, type Standing } from "./placing.ts";
import type { Session } from "./session.ts";
import { count, countFailure, countKind, newTally, type Tally } from "./tally.ts";
import type { Trail } from "./trail.ts";

/** What came of a comparison: a command that misses its repeat, or does not do the same twice itself, is of little more use. */
export type Outcome = "compared" | "missed" | "unsteady";

/** What it is made from. */
export type ComparerParts = { readonly session: Session; readonly random: Random; readonly trail: Trail };

type Judged = { readonly expected: Effect; readonly got: Effect; readonly hit: boolean };

type Learnt = {
  readonly got: Effect;
  readonly hit: boolean;
  readonly calm: boolean;
  readonly standing: Standing;
};

// Results of inputs that were changed less than a clock tick before are not stored at once.
const CALM_MS = 15;
/** A compiler that prints times may do the same twice by chance. */
const BARE_RUNS_OF_A_SUSPECT = 4;

/** Compares, one command at a time, and keeps what the cache has to know. */
export class Comparer implements Disposable {
  readonly tally: Tally = newTally();
  readonly known = new KnownCalls();
  /** Of all calls. */
  env: Environment;
  readonly #parts: ComparerParts;
  readonly #bench: Bench;

  constructor(parts: ComparerParts) {
    this.#parts = parts;
    this.env = parts.session.env;
    this.#bench = new Bench(parts.session.root);
  }

  [Symbol.dispose](): void {
    this.#bench[Symbol.dispose]();
  }

  /** True if the command would hit if nothing changed. */
  isWarm(command: Command): boolean {
    return this.known.has(this.nameOf(command));
  }

  /** What tells a call from others to the cache. */
  nameOf(command: Command): string {
    return JSON.stringify([this.#line(command), this.env]);
  }

  /** Runs a command both ways. @param kind The change whose effect on the cache is counted. */
  async compare(command: Command, kind?: string): Promise<Outcome> {
    const { session, random, trail } = this.#parts;
    const standing = anyStanding(random);
    trail.note(standing === "nothing" ? this.#line(command) : `${this.#line(command)} over ${standing}`);
    const bare = { ...this.#bare(command), standing };
    const early = oneIn(random, 2) ? await this.#bench.run(command, bare) : undefined;
    const usual = isUsual(command, standing);
    const warm = mustHit(command) && this.isWarm(command);
    const counts = warm && usual ? await daemonCounts(session.env) : undefined;
    session.ranNothing();
    const calm = this.known.calm > CALM_MS;
    const got = await this.#bench.run(command, { ...this.#cached(command), standing });
    const hit = session.ranNothing();
    const expected = early ?? (await this.#bench.run(command, bare));
    // Two that show their time may both be right; one from the cache is not.
    const steady = (!hit && showsTime(command)) || (await this.#settle(command, { expected, got, hit }, bare));
    const failed = expected.exitCode !== 0;
    this.#count(command, { hit, failed });
    if (usual) this.#learn(command, { got, hit, calm, standing });
    else if (warm) countKind(this.tally, `over a ${standing}`, hit);
    // What else stands in the way would be counted with it.
    if (kind !== undefined && usual) countKind(this.tally, kind, hit);
    const missed = counts !== undefined && !failed && !hit;
    if (counts !== undefined && !failed) await this.#countRepeat(command, { hit, counts });
    return outcomeOf({ steady, missed });
  }

  /** A hit shows that it was stored, however late. */
  #learn(command: Command, { got, hit, calm, standing }: Learnt): void {
    const name = this.nameOf(command);
    if (!hit && standing === "nothing") this.known.ran(name, digestOf(got));
    if (mustHit(command) && got.exitCode === 0 && (calm || hit)) this.known.learn(name);
  }

  /** Compiles and edits the moment it has returned, when the result may still be on its way into the store. */
  async compareThenEdit(command: Command, edit: () => void): Promise<void> {
    const expected = await this.#bench.run(command, this.#bare(command));
    const again = await this.#bench.run(command, this.#bare(command));
    this.#parts.trail.note(`edited as ${this.#line(command)} returned`);
    const got = await this.#bench.run(command, this.#cached(command), edit);
    this.known.ranAtLast(digestOf(got));
    const steady = !showsTime(command) && difference(expected, again) === undefined;
    if (steady) this.#judge(command, expected, got);
  }

  /** What the compile sees of the edit is chance; what was stored of it shows in the next ones. */
  async editDuring(command: Command, edit: () => void): Promise<void> {
    this.#parts.trail.note(`edited while ${this.#line(command)} runs`);
    const running = this.#bench.start(command, this.#cached(command));
    await Bun.sleep(this.#parts.random.below(Math.ceil(this.#bench.lastMillis)));
    edit();
    this.known.ranAtLast(digestOf(this.#bench.collect(await running.exited)));
  }

  /** Judges, by a real run through the cache where bare ones differ from each other. @returns false if they do. */
  async #settle(command: Command, { expected, got, hit }: Judged, bare: Way): Promise<boolean> {
    if (difference(expected, got) === undefined) return true;
    for (let run = 0; run < BARE_RUNS_OF_A_SUSPECT; run++) {
      const again = await this.#bench.run(command, bare);
      if (difference(expected, again) === undefined && !(mustHit(command) && showsTime(command))) continue;
      this.tally.unsteady++;
      // What stands there may keep its mode, or a link.
      if (hit && bare.standing === "nothing") this.#judgeWarm(command, got);
      return false;
    }
    this.#judge(command, expected, got);
    return true;
  }

  /** What was given must be what a run left, if there was one since the last edit. */
  #judgeWarm(command: Command, got: Effect): void {
    const asCold = this.known.isAsRun(this.nameOf(command), digestOf(got));
    if (asCold === undefined) return;
    this.tally.warmAsCold++;
    if (!asCold) this.#blame(command, "warm is not as cold, where bare runs differ");
  }

  #judge(command: Command, expected: Effect, got: Effect): void {
    const wrong = difference(expected, got);
    if (wrong !== undefined) this.#blame(command, wrong);
  }

  #blame(command: Command, wrong: string): void {
    const { trail } = this.#parts;
    this.tally.wrong.push(
      `wrong at step ${trail.step}: ${wrong}\n  ${this.#withVariables(command)}\n  before it:\n${trail}`,
    );
  }

  #count(command: Command, { hit, failed }: { hit: boolean; failed: boolean }): void {
    const { tally } = this;
    tally.compared++;
    if (failed) countFailure(tally, labelOf(command));
    else if (refusedByTable(command)) tally.refused++;
    else if (hit) tally.hits++;
  }

  async #countRepeat(command: Command, { hit, counts }: { hit: boolean; counts: DaemonCounts }): Promise<void> {
    const { tally } = this;
    const { session, trail } = this.#parts;
    count(tally.repeats, hit);
    countKind(tally, `repeat of ${labelOf(command)}`, hit);
    if (hit) return;
    const reason = await countedSince(counts, session.env);
    trail.note(`an unchanged repeat that missed: ${reason}`);
    tally.missed.push(`${reason}: ${this.#withVariables(command)}`);
  }

  /** With those that are not as they were at first. */
  #withVariables(command: Command): string {
    const { session } = this.#parts;
    const changed = Object.entries(this.env).filter(([name, value]) => session.env[name] !== value);
    return [...changed.map(([name, value]) => `${name}=${value}`), this.#line(command)].join(" ");
  }

  #line(command: Command): string {
    return spelled(command, this.#parts.session.root);
  }

  #bare(command: Command): Way {
    return { prefix: [this.#parts.session.program(command, this.env)], env: this.env, standing: "nothing" };
  }

  #cached(command: Command): Way {
    const { session, random } = this.#parts;
    return { prefix: session.prefix(random, command, this.env), env: this.env, standing: "nothing" };
  }
}

function outcomeOf({ steady, missed }: { steady: boolean; missed: boolean }): Outcome {
  if (!steady) return "unsteady";
  return missed ? "missed" : "compared";
}
