// The random walk: at each step something changes or nothing does, then a command is run bare and through the cache, and
// both must have done the same.

import { join } from "node:path";
import { type Random, random as randomOf } from "../support/random.ts";
import type { Environment } from "../support/run.ts";
import { anyOf, oneIn, weighed } from "./chance.ts";
import { anyChange, changeCommand, otherCheckout, unseenCommand } from "./change-command.ts";
import { CommandPool } from "./command-pool.ts";
import { type Command, inputsOf, librariesOf, searchedBy } from "./commands.ts";
import { Comparer } from "./comparer.ts";

import type { EditContext } from "./edit-files.ts";
import { anyKind, applyEdit, CONTENT_KINDS, concerned, type EditKind, mayConcern, TELLING_KINDS } from "./edits.ts";
import { OptionSource } from "./options.ts";
import { plantPrograms } from "./program-edits.ts";
import type { Accident, Session } from "./session.ts";
import { outcomesOf, type Tally, wentBothWays } from "./tally.ts";
import { Trail } from "./trail.ts";
import { CHECKOUTS, copyCheckout, plantTree } from "./tree.ts";
import { changeEnvironment } from "./variables.ts";

/** How far to walk. */
export type WalkOptions = {
  readonly seed: number;
  readonly steps: number;
  /** End at the first wrong result. */
  readonly stopAtWrong: boolean;
  /** Goes on until edits of each kind have been followed by a hit and by a miss, touches by some, or one kind 200 steps without. */
  readonly allKinds?: boolean;
  /** Ends the walk after the step that is under way. */
  readonly signal?: AbortSignal | undefined;
};

/** Walks. @returns what was counted. */
export async function walk(session: Session, options: WalkOptions): Promise<Tally> {
  const { seed, steps, stopAtWrong, allKinds = false, signal } = options;
  using walker = new Walker(session, randomOf(seed));
  for (let step = 1; step <= steps; step++) {
    await walker.step(step);
    if (signal?.aborted || (stopAtWrong && walker.tally.wrong.length > 0)) break;
  }
  if (allKinds) await walker.showAllKinds();
  return walker.tally;
}

/** When an edit happens: as such, the moment a compile has returned, or while one runs. */
type Timing = "after" | "before" | "during";

const REPLANTED_EVERY = 250;
const FAILURES_IN_A_ROW = 8;
const ACCIDENT_EVERY = 250;
const MOST_MORE_STEPS = 200;
const SAME_FOR = 10;
/** One that misses is to be told from a cache that heeds times. */
const TOUCHES = 12;

class Walker implements Disposable {
  readonly #session: Session;
  readonly #random: Random;
  readonly #options = new OptionSource();
  readonly #trail = new Trail();
  readonly #comparer: Comparer;
  readonly #edits: EditContext;
  readonly #pool: CommandPool;
  #failures = 0;

  constructor(session: Session, random: Random) {
    this.#session = session;
    this.#random = random;
    const { materials, programs } = session;
    const aimless = { directories: [], libraries: [], favourite: undefined, what: "compile" } as const;
    this.#edits = { random, materials, programs, history: new Map(), ...aimless };
    this.#pool = new CommandPool(random, this.#options);
    this.#comparer = new Comparer({ session, random, trail: this.#trail });
    this.#plant();
  }

  [Symbol.dispose](): void {
    this.#comparer[Symbol.dispose]();
    this.#options[Symbol.dispose]();
  }

  get tally(): Tally {
    return this.#comparer.tally;
  }

  async step(step: number): Promise<void> {
    this.#trail.begin(step);
    if (oneIn(this.#random, REPLANTED_EVERY) || this.#failures >= FAILURES_IN_A_ROW) this.#plant();
    if (oneIn(this.#random, ACCIDENT_EVERY)) await this.#accident();
    const command = this.#pool.choose();
    const action = weighed<() => Promise<void>>(this.#random, [
      [25, () => this.#compare(command)],
      [43, () => this.#editAndCompare(command)],
      [18, () => this.#changeAndCompare(command)],
      [14, () => this.#changeVariable(command)],
    ]);
    await action();
  }

  /** Further steps until enough is known of every kind of edit. */
  async showAllKinds(): Promise<void> {
    for (const kind of TELLING_KINDS) await this.#show(kind, () => wentBothWays(this.tally, kind));
    await this.#show("touched", () => outcomesOf(this.tally, "touched") >= TOUCHES);
  }

  async #show(kind: EditKind, isShown: () => boolean): Promise<void> {
    for (let more = 0; more < MOST_MORE_STEPS && !isShown(); more++) {
      // In a tree without programs none is changed, and with some PATHs none matters.
      if (more % SAME_FOR === SAME_FOR - 1) this.#changeScene();
      if (this.#failures >= FAILURES_IN_A_ROW) this.#plant();
      const what = concerned(kind);
      const fits = (command: Command): boolean => more % 2 === 1 || mayConcern(kind, command);
      const command = what === undefined ? this.#pool.choose() : this.#pool.chooseOf(what, fits);
      // In a new tree there is nothing to go back to, and mostly not to what was never compiled.
      if (kind === "revert") this.#edit("content", command, true);
      await this.#editCalmly(command, kind);
    }
  }

  #changeScene(): void {
    this.#plant();
    this.#comparer.env = this.#otherEnvironment("variable");
  }

  #otherEnvironment(kind: "irrelevant variable" | "variable"): Environment {
    const { root, env: base } = this.#session;
    return changeEnvironment(this.#comparer.env, kind, { random: this.#random, root, base });
  }

  #plant(): void {
    this.#trail.note("new tree");
    plantTree(this.#session.root, this.#edits);
    plantPrograms(this.#session.root, this.#edits);
    this.#edits.history.clear();
    this.#failures = 0;
    this.#comparer.known.edited();
  }

  async #accident(): Promise<void> {
    const accident = weighed<Accident>(this.#random, [
      [4, "stopped"],
      [3, "killed"],
      [2, "cleared"],
    ]);
    this.#trail.note(`daemon ${accident}`);
    await this.#session.befall(accident);
    if (accident !== "stopped") this.#comparer.known.forget();
  }

  /** Compares. A command that cannot be compared, or missed its repeat, is not used again: one would tell as much as many. */
  async #compare(command: Command, kind?: string): Promise<void> {
    const { failed } = this.tally;
    const outcome = await this.#comparer.compare(command, kind);
    this.#failures = this.tally.failed > failed ? this.#failures + 1 : 0;
    // There is nothing to judge it by but itself.
    if (outcome === "unsteady" && this.#comparer.isWarm(command)) await this.#comparer.compare(command);
    const fails = this.#failures > 0 && oneIn(this.#random, 3);
    if (outcome !== "compared" || fails) this.#pool.drop(command);
  }

  /** An edit as such, of a command that would hit without it, or one that races with a compile. */
  async #editAndCompare(command: Command): Promise<void> {
    const timing = weighed<Timing>(this.#random, [
      [4, "before"],
      [1, "after"],
      [2, "during"],
    ]);
    if (timing === "before") await this.#editCalmly(command, anyKind(this.#random, command));
    else await this.#raceAndCompare(command, timing);
  }

  async #editCalmly(command: Command, kind: EditKind): Promise<void> {
    const warm = await this.#warmUp(command);
    const edited = oneIn(this.#random, 8) ? (anyOf(this.#random, CHECKOUTS) ?? CHECKOUTS[0]) : command.checkout;
    const touched = this.#edit(
      kind,
      { ...command, checkout: edited },
      oneIn(this.#random, command.what === "link" ? 2 : 4),
    );
    await this.#compare(command, touched && warm ? kind : undefined);
  }

  /** Mostly of a command that is not in the cache, so that the edit races with its way into it. */
  async #raceAndCompare(chosen: Command, timing: Exclude<Timing, "before">): Promise<void> {
    const command = oneIn(this.#random, 3) ? chosen : unseenCommand(chosen, this.#random);
    const kind = oneIn(this.#random, 3) ? anyKind(this.#random, command) : this.#random.pick(CONTENT_KINDS);
    const edit = (): boolean => this.#edit(kind, command, true);
    if (timing === "after") await this.#comparer.compareThenEdit(command, edit);
    else await this.#comparer.editDuring(command, edit);
    await this.#compare(command);
  }

  async #changeAndCompare(command: Command): Promise<void> {
    const change = anyChange(this.#random);
    if (change === "other directory" && !oneIn(this.#random, 3)) this.#copy(command);
    const warm = await this.#warmUp(command);
    const changed = changeCommand(command, change, { random: this.#random, options: this.#options });
    const differs = this.#comparer.nameOf(changed) !== this.#comparer.nameOf(command);
    this.#trail.note(change);
    this.#pool.use(changed);
    await this.#compare(changed, warm && differs ? change : undefined);
  }

  async #changeVariable(command: Command): Promise<void> {
    const kind = oneIn(this.#random, 3) ? "irrelevant variable" : "variable";
    const before = this.#comparer.env;
    const warm = await this.#warmUp(command);
    this.#comparer.env = this.#otherEnvironment(kind);
    this.#trail.note(`${kind} changed`);
    await this.#compare(command, warm ? kind : undefined);
    if (oneIn(this.#random, 2)) this.#comparer.env = before;
  }

  /** What is found in one checkout may hold for the other, unless the directory shows. */
  #copy(command: Command): void {
    this.#trail.note(`${command.checkout} copied`);
    copyCheckout(this.#session.root, command.checkout, otherCheckout(command));
    this.#comparer.known.edited();
  }

  /** @returns whether the command would hit now if nothing changed. */
  async #warmUp(command: Command): Promise<boolean> {
    if (!this.#comparer.isWarm(command)) await this.#compare(command);
    return this.#comparer.isWarm(command);
  }

  /** An edit of the command's checkout. @returns whether there was one. */
  #edit(kind: EditKind, command: Command, favour: boolean): boolean {
    const favourite = favour ? anyOf(this.#random, inputsOf(command)) : undefined;
    const aims = { directories: searchedBy(command), libraries: librariesOf(command), favourite, what: command.what };
    const touched = applyEdit(kind, join(this.#session.root, command.checkout), { ...this.#edits, ...aims });
    this.#trail.note(`${kind}: ${touched ?? "does not apply"}`);
    if (touched !== undefined) this.#comparer.known.edited();
    return touched !== undefined;
  }
}
