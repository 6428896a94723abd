// What a walk did last, which stands with each wrong result.

const LINES_KEPT = 14;

/** The last lines of what was done, each with its step. */
export class Trail {
  readonly #lines: string[] = [];
  #step = 0;

  /** Number of the step that is under way. */
  get step(): number {
    return this.#step;
  }

  /** A step begins. */
  begin(step: number): void {
    this.#step = step;
  }

  /** Something was done. */
  note(line: string): void {
    this.#lines.push(`${this.#step}: ${line}`);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
  }

  /** The lines, indented, oldest first. */
  toString(): string {
    return this.#lines.map((line) => `    ${line}`).join("\n");
  }
}
