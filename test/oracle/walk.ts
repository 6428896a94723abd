// The random walk: at each step something changes or nothing does, then a command is run bare and through the cache, and
// both must have done the same.

import { join } from "node:path";
import { type Random, random as randomOf } from "../support/random.ts";
import { anyOf, oneIn, weighed } from "./chance.ts";
import { CommandPool } from "./command-pool.ts";
import { type Command, searchedBy } from "./commands.ts";
import { Comparer } from "./comparer.ts";
import { anyChange, changeCommand, otherCheckout, unseenCommand } from "./draw-command.ts";
import type { EditContext } from "./edit-files.ts";
import { anyKind, applyEdit, CONTENT_KINDS, type EditKind } from "./edits.ts";
import { OptionSource } from "./options.ts";
import type { Accident, Session } from "./session.ts";
import { type Tally, wentBothWays } from "./tally.ts";
import { Trail } from "./trail.ts";
import { CHECKOUTS, copyCheckout, plantTree } from "./tree.ts";
import { changeEnvironment } from "./variables.ts";

/** How far to walk. */
export type WalkOptions = {
  readonly seed: number;
  readonly steps: number;
  /** End at the first wrong result. */
  readonly stopAtWrong: boolean;
  /** Goes on until edits of each of these kinds have been followed by a hit and by a miss, or one kind 100 steps without. */
  readonly bothWays?: readonly EditKind[] | undefined;
  /** Ends the walk after the step that is under way. */
  readonly signal?: AbortSignal | undefined;
};

/** Walks. @returns what was counted. */
export async function walk(session: Session, options: WalkOptions): Promise<Tally> {
  const { seed, steps, stopAtWrong, bothWays = [], signal } = options;
  using walker = new Walker(session, randomOf(seed));
  for (let step = 1; step <= steps; step++) {
    await walker.step(step);
    if (signal?.aborted || (stopAtWrong && walker.tally.wrong.length > 0)) break;
  }
  for (const kind of bothWays) await walker.showBothWays(kind);
  return walker.tally;
}

/** When an edit happens: as such, the moment a compile has returned, or while one runs. */
type Timing = "after" | "before" | "during";

const REPLANTED_EVERY = 250;
const FAILURES_IN_A_ROW = 8;
const ACCIDENT_EVERY = 250;
const MOST_MORE_STEPS = 100;

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
    this.#edits = { random, history: new Map(), directories: [], favourite: undefined };
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
      [29, () => this.#compare(command)],
      [43, () => this.#editAndCompare(command)],
      [18, () => this.#changeAndCompare(command)],
      [10, () => this.#changeVariable(command)],
    ]);
    await action();
  }

  /** Further steps with edits of this kind until one was followed by a hit and one by a miss. */
  async showBothWays(kind: EditKind): Promise<void> {
    for (let more = 0; more < MOST_MORE_STEPS && !wentBothWays(this.tally, kind); more++) {
      if (this.#failures >= FAILURES_IN_A_ROW) this.#plant();
      await this.#editCalmly(this.#pool.choose(), kind);
    }
  }

  #plant(): void {
    this.#trail.note("new tree");
    plantTree(this.#session.root, this.#random);
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
    if (outcome !== "compared") this.#pool.drop(command);
  }

  /** An edit as such, of a command that would hit without it, or one that races with a compile. */
  async #editAndCompare(command: Command): Promise<void> {
    const timing = weighed<Timing>(this.#random, [
      [4, "before"],
      [1, "after"],
      [2, "during"],
    ]);
    if (timing === "before") await this.#editCalmly(command, anyKind(this.#random));
    else await this.#raceAndCompare(command, timing);
  }

  async #editCalmly(command: Command, kind: EditKind): Promise<void> {
    const warm = await this.#warmUp(command);
    const edited = oneIn(this.#random, 8) ? (anyOf(this.#random, CHECKOUTS) ?? CHECKOUTS[0]) : command.checkout;
    const touched = this.#edit(kind, { ...command, checkout: edited }, oneIn(this.#random, 4));
    await this.#compare(command, touched && warm ? kind : undefined);
  }

  /** Mostly of a command that is not in the cache, so that the edit races with its way into it. */
  async #raceAndCompare(chosen: Command, timing: Exclude<Timing, "before">): Promise<void> {
    const command = oneIn(this.#random, 3) ? chosen : unseenCommand(chosen, this.#random);
    const kind = oneIn(this.#random, 3) ? anyKind(this.#random) : this.#random.pick(CONTENT_KINDS);
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
    this.#comparer.env = changeEnvironment(before, kind, { random: this.#random, root: this.#session.root });
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
    const aims = { directories: searchedBy(command), favourite: favour ? `src/${command.source}` : undefined };
    const touched = applyEdit(kind, join(this.#session.root, command.checkout), { ...this.#edits, ...aims });
    this.#trail.note(`${kind}: ${touched ?? "does not apply"}`);
    if (touched !== undefined) this.#comparer.known.edited();
    return touched !== undefined;
  }
}
