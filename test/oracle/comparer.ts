// Runs a command bare and through the cache, judges whether both did the same, and counts whether the cache did its work.

import type { Random } from "../support/random.ts";
import type { Environment } from "../support/run.ts";
import { oneIn } from "./chance.ts";
import { type Command, mustHit, refusedByTable, spelled } from "./commands.ts";
import { countedSince, type DaemonCounts, daemonCounts } from "./daemon-counts.ts";
import { Bench, difference, type Effect, type Way } from "./effects.ts";
import { KnownCalls } from "./known-calls.ts";
import type { Session } from "./session.ts";
import { count, countKind, newTally, type Tally } from "./tally.ts";
import type { Trail } from "./trail.ts";

/** What came of a comparison: a command that misses its repeat, or does not do the same twice itself, is of little more use. */
export type Outcome = "compared" | "missed" | "unsteady";

/** What it is made from. */
export type ComparerParts = { readonly session: Session; readonly random: Random; readonly trail: Trail };

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
    trail.note(this.#line(command));
    const stale = oneIn(random, 5);
    const bareFirst = oneIn(random, 2);
    const bare = { ...this.#bare(command), stale };
    const early = bareFirst ? await this.#bench.run(command, bare) : undefined;
    const repeated = mustHit(command) && this.isWarm(command);
    const counts = repeated ? await daemonCounts(session.env) : undefined;
    session.ranNothing();
    const calm = this.known.calm > CALM_MS;
    const got = await this.#bench.run(command, { ...this.#cached(command), stale });
    const hit = session.ranNothing();
    const expected = early ?? (await this.#bench.run(command, bare));
    // Two that show their time may both be right; one from the cache is not.
    const steady = (!hit && command.source === "dated.c") || (await this.#settle(command, { expected, got }, bare));
    const failed = expected.exitCode !== 0;
    this.#count(command, { hit, failed });
    if (kind !== undefined) countKind(this.tally, kind, hit);
    // A hit shows that it was stored, however late.
    if (mustHit(command) && !failed && (calm || hit)) this.known.learn(this.nameOf(command));
    if (counts !== undefined && !failed) await this.#countRepeat(command, { hit, counts });
    if (!steady) return "unsteady";
    return counts !== undefined && !failed && !hit ? "missed" : "compared";
  }

  /** Compiles and edits the moment it has returned, when the result may still be on its way into the store. */
  async compareThenEdit(command: Command, edit: () => void): Promise<void> {
    const expected = await this.#bench.run(command, this.#bare(command));
    const again = await this.#bench.run(command, this.#bare(command));
    this.#parts.trail.note(`edited as ${this.#line(command)} returned`);
    const got = await this.#bench.run(command, this.#cached(command), edit);
    const steady = command.source !== "dated.c" && difference(expected, again) === undefined;
    if (steady) this.#judge(command, expected, got);
  }

  /** What the compile sees of the edit is chance; what was stored of it shows in the next ones. */
  async editDuring(command: Command, edit: () => void): Promise<void> {
    this.#parts.trail.note(`edited while ${this.#line(command)} runs`);
    const running = this.#bench.start(command, this.#cached(command));
    await Bun.sleep(this.#parts.random.below(Math.ceil(this.#bench.lastMillis)));
    edit();
    await running.exited;
    this.#bench.clean();
  }

  /** Judges, unless the compiler itself does not do the same each time. @returns false if it does not. */
  async #settle(command: Command, { expected, got }: { expected: Effect; got: Effect }, bare: Way): Promise<boolean> {
    if (difference(expected, got) === undefined) return true;
    for (let run = 0; run < BARE_RUNS_OF_A_SUSPECT; run++) {
      const again = await this.#bench.run(command, bare);
      if (difference(expected, again) === undefined) continue;
      this.tally.unsteady++;
      return false;
    }
    this.#judge(command, expected, got);
    return true;
  }

  #judge(command: Command, expected: Effect, got: Effect): void {
    const wrong = difference(expected, got);
    if (wrong === undefined) return;
    const { session, trail } = this.#parts;
    const variables = Object.entries(this.env).filter(([name, value]) => session.env[name] !== value);
    const set = variables.map(([name, value]) => `${name}=${value}`).join(" ");
    this.tally.wrong.push(
      `wrong at step ${trail.step}: ${wrong}\n  ${set} ${this.#line(command)}\n  before it:\n${trail}`,
    );
  }

  #count(command: Command, { hit, failed }: { hit: boolean; failed: boolean }): void {
    const { tally } = this;
    tally.compared++;
    if (failed) tally.failed++;
    else if (refusedByTable(command)) tally.refused++;
    else if (hit) tally.hits++;
  }

  async #countRepeat(command: Command, { hit, counts }: { hit: boolean; counts: DaemonCounts }): Promise<void> {
    const { tally } = this;
    const { session, trail } = this.#parts;
    count(tally.repeats, hit);
    countKind(tally, `repeat of ${command.tool} ${command.kind}`, hit);
    if (hit) return;
    const reason = await countedSince(counts, session.env);
    trail.note(`an unchanged repeat that missed: ${reason}`);
    tally.missed.push(`${reason}: ${this.#line(command)}`);
  }

  #line(command: Command): string {
    return spelled(command, this.#parts.session.root);
  }

  #bare({ tool }: Command): Way {
    return { prefix: [this.#parts.session.compiler(tool)], env: this.env, stale: false };
  }

  #cached({ tool }: Command): Way {
    const { session, random } = this.#parts;
    return { prefix: session.prefix(random, tool), env: this.env, stale: false };
  }
}
