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
  #goesOn = false;

  /** @param now Milliseconds of a steady clock; a test has its own. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /**
   * True if this turn has lasted for more than a millisecond, whoever made it last: `await turns.next(…)` then. To be
   * asked between two pieces of work; 0.1 µs.
   */
  get isLong(): boolean {
    if (this.#sinceMs !== undefined) return this.#now() - this.#sinceMs >= LONG_MS;
    this.#sinceMs = this.#now();
    this.#goOn(() => this.#look());
    return false;
  }

  /**
   * Lets others go first. Those who wait go on in their order, one a turn, from either lane by turns. What was looked at
   * may change meanwhile.
   */
  next(lane: Lane): Promise<void> {
    this.#goOn(() => this.#look());
    return new Promise((resolve) => this.#waiting[lane].push(resolve));
  }

  #goOn(how: () => void): void {
    if (this.#goesOn) return;
    this.#goesOn = true;
    setImmediate(() => {
      this.#goesOn = false;
      this.#sinceMs = undefined;
      how();
    });
  }

  /** Sockets are asked first. */
  #look(): void {
    if (this.#waiting.answer.length + this.#waiting.filing.length > 0) this.#goOn(() => this.#release());
  }

  #release(): void {
    const other: Lane = this.#last === "filing" ? "answer" : "filing";
    if (this.#waiting[other].length > 0) this.#last = other;
    const waiter = this.#waiting[this.#last].shift();
    if (waiter === undefined) return;
    this.#sinceMs = this.#now();
    this.#goOn(() => this.#release());
    waiter();
  }
}

/** Those of this thread. */
export const turns = new Turns();
