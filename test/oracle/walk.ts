// The random walk: at each step something changes or nothing does, then a command is run bare and through the cache, and
// both must have done the same.

import { join } from "node:path";
import type { Random } from "../support/random.ts";
import { random as randomOf } from "../support/random.ts";
import type { Environment } from "../support/run.ts";
import { anyOf, oneIn, weighed } from "./chance.ts";
import {
  COMMAND_CHANGES,
  type Command,
  changeCommand,
  drawCommand,
  mustHit,
  refusedByTable,
  searchedBy,
  spelled,
  unseenCommand,
} from "./commands.ts";
import { anyKind, applyEdit, CONTENT_KINDS, type EditContext, type EditKind } from "./edits.ts";
import { Bench, difference, type Effect, type Way } from "./effects.ts";
import { KnownCalls } from "./known-calls.ts";
import { OptionSource } from "./options.ts";
import type { Accident, Session } from "./session.ts";
import { count, countKind, newTally, type Tally } from "./tally.ts";
import { CHECKOUTS, plantTree } from "./tree.ts";
import { changeEnvironment } from "./variables.ts";

/** How far to walk. */
export type WalkOptions = {
  readonly seed: number;
  readonly steps: number;
  /** End at the first wrong result. */
  readonly stopAtWrong: boolean;
};

/** Walks. @returns what was counted. */
export async function walk(session: Session, { seed, steps, stopAtWrong }: WalkOptions): Promise<Tally> {
  using walker = new Walker(session, randomOf(seed));
  for (let step = 1; step <= steps; step++) {
    await walker.step(step);
    if (stopAtWrong && walker.tally.wrong.length > 0) break;
  }
  return walker.tally;
}

/** When an edit happens: as such, the moment a compile has returned, or while one runs. */
type Timing = "after" | "before" | "during";

// Results of inputs that were changed less than a clock tick before are not stored at once.
const CALM_MS = 15;
const POOL = 12;
const REPLANTED_EVERY = 250;
const FAILURES_IN_A_ROW = 8;
const ACCIDENT_EVERY = 250;
const LINES_OF_PAST = 14;

class Walker implements Disposable {
  readonly tally: Tally = newTally();
  readonly #session: Session;
  readonly #random: Random;
  readonly #options = new OptionSource();
  readonly #bench: Bench;
  readonly #edits: EditContext;
  readonly #past: string[] = [];
  readonly #known = new KnownCalls();
  #env: Environment;
  #pool: Command[] = [];
  #last: Command | undefined;
  #failures = 0;
  #step = 0;

  constructor(session: Session, random: Random) {
    this.#session = session;
    this.#random = random;
    this.#env = session.env;
    this.#edits = { random, history: new Map(), directories: [], favourite: undefined };
    this.#plant();
    this.#bench = new Bench(session.root);
  }

  [Symbol.dispose](): void {
    this.#bench[Symbol.dispose]();
    this.#options[Symbol.dispose]();
  }

  async step(step: number): Promise<void> {
    this.#step = step;
    if (oneIn(this.#random, REPLANTED_EVERY) || this.#failures >= FAILURES_IN_A_ROW) this.#plant();
    if (oneIn(this.#random, ACCIDENT_EVERY)) await this.#accident();
    const command = this.#choose();
    const action = weighed<() => Promise<void>>(this.#random, [
      [31, () => this.#compare(command)],
      [45, () => this.#editAndCompare(command)],
      [18, () => this.#changeAndCompare(command)],
      [6, () => this.#changeVariable(command)],
    ]);
    await action();
  }

  #plant(): void {
    this.#note("new tree");
    plantTree(this.#session.root, this.#random);
    this.#edits.history.clear();
    this.#failures = 0;
    this.#known.edited();
  }

  async #accident(): Promise<void> {
    const accident = weighed<Accident>(this.#random, [
      [4, "stopped"],
      [3, "killed"],
      [2, "cleared"],
    ]);
    this.#note(`daemon ${accident}`);
    await this.#session.befall(accident);
    if (accident !== "stopped") this.#known.forget();
  }

  #choose(): Command {
    const again = this.#last !== undefined && oneIn(this.#random, 2) ? this.#last : anyOf(this.#random, this.#pool);
    const command =
      again === undefined || this.#pool.length < POOL / 2 || oneIn(this.#random, 9)
        ? drawCommand(this.#random, this.#options)
        : again;
    this.#use(command);
    return command;
  }

  /** What is left alone, or cannot be compared, is not used again. */
  #use(command: Command): void {
    if (refusedByTable(command)) return;
    this.#pool = [command, ...this.#pool.filter((other) => other !== command)].slice(0, POOL);
    this.#last = command;
  }

  /** An edit as such, of a command that would hit without it, or one that races with a compile. */
  async #editAndCompare(command: Command): Promise<void> {
    const timing = weighed<Timing>(this.#random, [
      [4, "before"],
      [1, "after"],
      [2, "during"],
    ]);
    if (timing !== "before") return await this.#raceAndCompare(command, timing);
    if (!this.#isWarm(command)) await this.#compare(command);
    const warm = this.#isWarm(command);
    const kind = anyKind(this.#random);
    const edited = oneIn(this.#random, 8) ? (anyOf(this.#random, CHECKOUTS) ?? CHECKOUTS[0]) : command.checkout;
    const touched = this.#edit(kind, { ...command, checkout: edited }, oneIn(this.#random, 4));
    await this.#compare(command, touched && warm ? kind : undefined);
  }

  /** Mostly of a command that is not in the cache, so that the edit races with its way into it. */
  async #raceAndCompare(chosen: Command, timing: Timing): Promise<void> {
    const command = oneIn(this.#random, 3) ? chosen : unseenCommand(chosen, this.#random);
    const kind = oneIn(this.#random, 3) ? anyKind(this.#random) : this.#random.pick(CONTENT_KINDS);
    if (timing === "after") await this.#compareThenEdit(command, kind);
    else await this.#editDuring(command, kind);
    await this.#compare(command);
  }

  async #changeAndCompare(command: Command): Promise<void> {
    const change = oneIn(this.#random, 2) ? "options reordered" : this.#random.pick(COMMAND_CHANGES);
    if (!this.#isWarm(command)) await this.#compare(command);
    const changed = changeCommand(command, change, { random: this.#random, options: this.#options });
    const warm = this.#isWarm(command) && this.#nameOf(changed) !== this.#nameOf(command);
    this.#note(change);
    this.#use(changed);
    await this.#compare(changed, warm ? change : undefined);
  }

  async #changeVariable(command: Command): Promise<void> {
    const kind = oneIn(this.#random, 3) ? "irrelevant variable" : "variable";
    const before = this.#env;
    const warm = this.#isWarm(command);
    this.#env = changeEnvironment(before, kind, { random: this.#random, root: this.#session.root });
    this.#note(`${kind} changed`);
    await this.#compare(command, warm ? kind : undefined);
    if (oneIn(this.#random, 2)) this.#env = before;
  }

  /** An edit of the command's checkout. @returns whether there was one. */
  #edit(kind: EditKind, command: Command, favour: boolean): boolean {
    const aims = { directories: searchedBy(command), favourite: favour ? `src/${command.source}` : undefined };
    const touched = applyEdit(kind, join(this.#session.root, command.checkout), { ...this.#edits, ...aims });
    this.#note(`${kind}: ${touched ?? "does not apply"}`);
    if (touched !== undefined) this.#known.edited();
    return touched !== undefined;
  }

  /** Compiles and edits the moment it has returned, when the result may still be on its way into the store. */
  async #compareThenEdit(command: Command, kind: EditKind): Promise<void> {
    const expected = await this.#bench.run(command, this.#bare(command));
    const again = await this.#bench.run(command, this.#bare(command));
    this.#note(`edited as ${this.#line(command)} returned`);
    const got = await this.#bench.run(command, this.#cached(command), () => this.#edit(kind, command, true));
    const steady = command.source !== "dated.c" && difference(expected, again) === undefined;
    if (steady) this.#judge(command, expected, got);
  }

  /** What the compile sees of the edit is chance; what was stored of it shows in the next ones. */
  async #editDuring(command: Command, kind: EditKind): Promise<void> {
    this.#note(`edited while ${this.#line(command)} runs`);
    const running = this.#bench.start(command, this.#cached(command));
    await Bun.sleep(this.#random.below(Math.ceil(this.#bench.lastMillis)));
    this.#edit(kind, command, true);
    await running.exited;
    this.#bench.clean();
  }

  /** Runs a command both ways. @param kind The change whose effect on the cache is counted. */
  async #compare(command: Command, kind?: string): Promise<void> {
    this.#note(this.#line(command));
    const stale = oneIn(this.#random, 5);
    const bareFirst = oneIn(this.#random, 2);
    const bare = { ...this.#bare(command), stale };
    const early = bareFirst ? await this.#bench.run(command, bare) : undefined;
    this.#session.ranNothing();
    const calm = this.#known.calm > CALM_MS;
    const got = await this.#bench.run(command, { ...this.#cached(command), stale });
    const hit = this.#session.ranNothing();
    const expected = early ?? (await this.#bench.run(command, bare));
    // Two that show their time may both be right; one from the cache is not.
    if (hit || command.source !== "dated.c") await this.#settle(command, { expected, got }, bare);
    this.#count(command, { hit, calm, failed: expected.exitCode !== 0 });
    if (kind !== undefined) countKind(this.tally, kind, hit);
  }

  /** Judges, unless the compiler itself does not do the same twice. */
  async #settle(command: Command, { expected, got }: { expected: Effect; got: Effect }, bare: Way): Promise<void> {
    if (difference(expected, got) !== undefined) {
      const again = await this.#bench.run(command, bare);
      if (difference(expected, again) !== undefined) {
        this.tally.unsteady++;
        this.#pool = this.#pool.filter((other) => other !== command);
        this.#last = undefined;
        return;
      }
    }
    this.#judge(command, expected, got);
  }

  #judge(command: Command, expected: Effect, got: Effect): void {
    const wrong = difference(expected, got);
    if (wrong === undefined) return;
    const variables = Object.entries(this.#env).filter(([name, value]) => this.#session.env[name] !== value);
    const set = variables.map(([name, value]) => `${name}=${value}`).join(" ");
    const past = this.#past.map((line) => `    ${line}`).join("\n");
    this.tally.wrong.push(
      `wrong at step ${this.#step}: ${wrong}\n  ${set} ${this.#line(command)}\n  before it:\n${past}`,
    );
  }

  #count(command: Command, { hit, calm, failed }: { hit: boolean; calm: boolean; failed: boolean }): void {
    const { tally } = this;
    tally.compared++;
    this.#failures = failed ? this.#failures + 1 : 0;
    if (failed) tally.failed++;
    else if (refusedByTable(command)) tally.refused++;
    else if (hit) tally.hits++;
    if (failed || !mustHit(command)) return;
    if (this.#isWarm(command)) {
      count(tally.repeats, hit);
      if (!hit) this.#note("an unchanged repeat that missed");
    }
    // A hit shows that it was stored, however late.
    if (calm || hit) this.#known.learn(this.#nameOf(command));
  }

  /** True if the command would hit if nothing changed. */
  #isWarm(command: Command): boolean {
    return this.#known.has(this.#nameOf(command));
  }

  #nameOf(command: Command): string {
    return JSON.stringify([this.#line(command), this.#env]);
  }

  #line(command: Command): string {
    return spelled(command, this.#session.root);
  }

  #bare({ tool }: Command): Way {
    return { prefix: [Bun.which(tool) ?? tool], env: this.#env, stale: false };
  }

  #cached({ tool }: Command): Way {
    return { prefix: this.#session.prefix(this.#random, tool), env: this.#env, stale: false };
  }

  #note(line: string): void {
    this.#past.push(`${this.#step}: ${line}`);
    if (this.#past.length > LINES_OF_PAST) this.#past.shift();
  }
}
