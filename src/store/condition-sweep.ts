// Forgets conditions that no manifest row uses any more. Counting their uses would take as long as writing the rows, so
// now and then all rows are gone through, a few at a time.

import type { Database } from "bun:sqlite";
import type { ConditionTable } from "./condition-table.ts";
import { digestOf } from "./digest-bytes.ts";
import { numbersOf } from "./manifest-codec.ts";
import { unseal } from "./sealed.ts";

/** One sweep after another over an open index. */
export class ConditionSweep {
  readonly #conditions: ConditionTable;
  readonly #statements: ReturnType<typeof prepareSweep>;
  #used = new Set<number>();
  #stage: "idle" | "rows" | "conditions" = "idle";
  /** Number of the row or condition that was the last one looked at. */
  #at = 0;
  #kept = 0;
  /** Rows and conditions with this number or a higher one are younger than the sweep: those rows tell what they use. */
  #end = { row: 0, condition: 0 };

  constructor(database: Database, conditions: ConditionTable) {
    this.#conditions = conditions;
    this.#statements = prepareSweep(database);
  }

  /**
   * The next 2 ms of a sweep, or its beginning if half of all conditions may be of rows that are gone. Wants to be called
   * in a transaction. @returns false if there is nothing to do.
   */
  step(): boolean {
    switch (this.#stage) {
      case "idle":
        return this.#begin();
      case "rows":
        return this.#markSome();
      case "conditions":
        return this.#removeSome();
      default:
        return this.#stage satisfies never;
    }
  }

  #begin(): boolean {
    const { given = 0, kept = 0, condition = 0, row = 0 } = this.#statements.last.get() ?? {};
    if (given <= kept + GIVEN_AT_LEAST) return false;
    this.#statements.begin.run(condition);
    this.#end = { row, condition };
    this.#used = new Set();
    this.#conditions.tellUse((number) => this.#used.add(number));
    this.#enter("rows");
    return true;
  }

  #markSome(): true {
    const rows = this.#statements.rowsIn.all(this.#at, this.#end.row, ROWS_AT_ONCE);
    for (const { context, body } of rows) {
      const row = unseal(digestOf(context), body);
      for (const number of (row && numbersOf(row)) ?? []) this.#used.add(number);
    }
    const last = rows.at(-1);
    if (last === undefined) this.#enter("conditions");
    else this.#at = last.id;
    return true;
  }

  #removeSome(): boolean {
    const numbers = this.#statements.numbersIn
      .all(this.#at, this.#end.condition, CONDITIONS_AT_ONCE)
      .map(({ id }) => id);
    const unused = numbers.filter((number) => !this.#used.has(number));
    for (const number of unused) this.#statements.remove.run(number);
    // Their numbers must not be taken from memory any more.
    if (unused.length > 0) this.#conditions.forgetNumbers();
    this.#kept += numbers.length - unused.length;
    const last = numbers.at(-1);
    if (last !== undefined) {
      this.#at = last;
      return true;
    }
    this.#statements.end.run(this.#kept);
    this.#conditions.tellUse(undefined);
    this.#used = new Set();
    this.#enter("idle");
    return false;
  }

  #enter(stage: "idle" | "rows" | "conditions"): void {
    this.#stage = stage;
    this.#at = this.#kept = 0;
  }
}

const GIVEN_AT_LEAST = 10_000;
const ROWS_AT_ONCE = 40;
const CONDITIONS_AT_ONCE = 100;

const NEXT = "max((SELECT next FROM condition_sweeps), ifnull((SELECT max(id) FROM conditions), 0) + 1)";

function prepareSweep(database: Database) {
  return {
    // How many were given a number since the last sweep, how many that one kept, and which numbers come next.
    last: database.query<{ given: number; kept: number; condition: number; row: number }, []>(
      `SELECT ${NEXT} - next AS given, kept, ${NEXT} AS condition,
              ifnull((SELECT max(id) FROM manifest), 0) + 1 AS row FROM condition_sweeps`,
    ),
    rowsIn: database.query<{ id: number; context: Uint8Array; body: Uint8Array }, [number, number, number]>(
      "SELECT id, context, body FROM manifest WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
    ),
    numbersIn: database.query<{ id: number }, [number, number, number]>(
      "SELECT id FROM conditions WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
    ),
    remove: database.query<unknown, [number]>("DELETE FROM conditions WHERE id = ?"),
    begin: database.query<unknown, [number]>("UPDATE condition_sweeps SET next = ?"),
    end: database.query<unknown, [number]>("UPDATE condition_sweeps SET kept = ?"),
  };
}
