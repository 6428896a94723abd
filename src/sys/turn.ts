// One thread answers everybody, a piece of work at a time. Whoever has more than a millisecond to do steps aside now and
// then; and since many may wait, each further turn of the event loop goes on with one of them.

/** `answer`: somebody waits for it. `filing`: behind everybody's back. */
export type Lane = "answer" | "filing";

const LONG_MS = 1;

/** The turns of an event loop: how long the present one lasts, and who waits for a later one. */
export class Turns {
  readonly #now: () => number;
  /** Of the present turn, as far as is known: when the first one asked in it. */
  #sinceMs: number | undefined;
  readonly #waiting: Record<Lane, (() => void)[]> = { answer: [], filing: [] };
  #last: Lane = "filing";

  /** @param now Milliseconds of a steady clock; a test has its own. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Lets others go first if this turn has lasted for more than a millisecond, whoever made it last. Those who wait go on
   * in their order, one a turn, from either lane by turns. What was looked at may change meanwhile.
   */
  async stepAsideIfLong(lane: Lane): Promise<void> {
    if (this.#sinceMs === undefined) this.#begin();
    else if (this.#now() - this.#sinceMs >= LONG_MS) {
      await new Promise<void>((resolve) => this.#waiting[lane].push(resolve));
    }
  }

  #begin(): void {
    this.#sinceMs = this.#now();
    setImmediate(() => this.#end());
  }

  /** Those who wait go on behind what has come meanwhile. */
  #end(): void {
    this.#sinceMs = undefined;
    if (this.#waiting.answer.length + this.#waiting.filing.length > 0) setImmediate(() => this.#goOn());
  }

  #goOn(): void {
    const other: Lane = this.#last === "filing" ? "answer" : "filing";
    if (this.#waiting[other].length > 0) this.#last = other;
    if (this.#sinceMs === undefined) this.#begin();
    this.#waiting[this.#last].shift()?.();
  }
}

/** Those of this thread. */
export const turns = new Turns();
