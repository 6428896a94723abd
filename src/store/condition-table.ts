// The conditions of all manifest rows, each kept once under a number: on disk as a text with a checksum, because SQLite
// checks neither pages nor values, and in memory as one object, however many rows share it.

import type { Database } from "bun:sqlite";
import { type RawText, rawFromBytes, rawToBytes } from "../core/raw-text.ts";
import { xxh64 } from "../sys/xxh64.ts";
import { type Condition, kindOf, readCondition, stateOf, subjectOf } from "./manifest-codec.ts";

/** Made in a new index. */
export const CONDITION_TABLES = `
CREATE TABLE conditions (id INTEGER PRIMARY KEY, text BLOB NOT NULL UNIQUE, sum TEXT NOT NULL);
CREATE TABLE condition_sweeps (kept INTEGER NOT NULL, next INTEGER NOT NULL); -- the last one
INSERT INTO condition_sweeps VALUES (0, 1);
`;

// 400 bytes each.
const KNOWN_AT_MOST = 250_000;

/** The conditions of one index. Methods that write want to be called in a transaction. */
export class ConditionTable {
  readonly #statements: ReturnType<typeof prepareConditions>;
  /** By kind and what they are about, the state that was seen last: there is hardly ever another. */
  readonly #bySubject = new Map<string, Map<RawText, Condition>>();
  readonly #byNumber = new Map<number, Condition>();
  readonly #numbers = new Map<Condition, number>();
  #next: number | undefined;
  #onUse: ((number: number) => void) | undefined;
  #epoch = 0;

  constructor(database: Database) {
    this.#statements = prepareConditions(database);
  }

  /** Another number than before once numbers that no row has yet may be void. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The one object for conditions that are equal to this one. 0.3 µs for one that is known. */
  shared<Kind extends Condition>(condition: Kind): Kind {
    // Most conditions of a row are the very objects of the row before.
    if (this.#numbers.has(condition)) return condition;
    // Conditions of one kind letter are of one type.
    return this.#know(condition) as Kind;
  }

  /** The number of a condition, which is added if it is not there. 0.1 µs for one that is shared and has one. */
  numberOf(condition: Condition): number {
    const number = this.#numbers.get(condition) ?? this.#number(this.#know(condition));
    this.#onUse?.(number);
    return number;
  }

  /** The condition with this number; undefined if it is not there or damaged. */
  conditionOf(number: number): Condition | undefined {
    return this.#byNumber.get(number) ?? this.#load(number);
  }

  /** Begins to tell of each number that a row is given, while unused ones are swept, or ends that. */
  tellUse(told: ((number: number) => void) | undefined): void {
    this.#onUse = told;
    this.#epoch += 1;
  }

  /** To be called when numbers may be void: those given in a transaction that was rolled back, or removed. */
  forgetNumbers(): void {
    this.#epoch += 1;
    this.#byNumber.clear();
    this.#numbers.clear();
    this.#next = undefined;
  }

  #know(condition: Condition): Condition {
    const kind = kindOf(condition);
    let known = this.#bySubject.get(kind);
    if (known === undefined) {
      known = new Map();
      this.#bySubject.set(kind, known);
    }
    const subject = subjectOf(condition);
    const before = known.get(subject);
    if (before !== undefined && stateOf(before) === stateOf(condition)) return before;
    if (known.size >= KNOWN_AT_MOST) known.clear();
    const own = "name" in condition ? withOwnTexts(condition) : condition;
    known.set(subjectOf(own), own);
    return own;
  }

  #number(condition: Condition): number {
    const known = this.#numbers.get(condition);
    if (known !== undefined) return known;
    const text = textOf(condition);
    const number = this.#statements.find.get(text)?.id ?? this.#add(text);
    this.#remember(number, condition);
    return number;
  }

  #add(text: Uint8Array): number {
    this.#next ??= this.#statements.next.get()?.next ?? 1;
    const number = this.#next++;
    this.#statements.add.run(number, text, sumOf(number, text));
    return number;
  }

  #load(number: number): Condition | undefined {
    const found = this.#statements.text.get(number);
    if (found === null || found.sum !== sumOf(number, found.text)) return undefined;
    const condition = conditionFrom(found.text);
    return condition && this.#remember(number, this.#know(condition));
  }

  #remember(number: number, condition: Condition): Condition {
    if (this.#byNumber.size >= KNOWN_AT_MOST) {
      this.#byNumber.clear();
      this.#numbers.clear();
    }
    this.#byNumber.set(number, condition);
    this.#numbers.set(condition, number);
    return condition;
  }
}

function prepareConditions(database: Database) {
  return {
    find: database.query<{ id: number }, [Uint8Array]>("SELECT id FROM conditions WHERE text = ?"),
    text: database.query<{ text: Uint8Array; sum: string }, [number]>("SELECT text, sum FROM conditions WHERE id = ?"),
    // Never one that was given before: a row that was overlooked must not come to mean something else.
    next: database.query<{ next: number }, []>(
      `SELECT max((SELECT next FROM condition_sweeps), ifnull((SELECT max(id) FROM conditions), 0) + 1) AS next`,
    ),
    add: database.query<unknown, [number, Uint8Array, string]>(
      "INSERT INTO conditions (id, text, sum) VALUES (?, ?, ?)",
    ),
  };
}

/** The condition without what else its texts may be parts of, such as a whole trace. Those of dependencies are their own. */
function withOwnTexts(condition: Condition): Condition {
  return conditionFrom(textOf(condition)) ?? condition;
}

function textOf(condition: Condition): Uint8Array {
  return rawToBytes(`${kindOf(condition)}${stateOf(condition)}\0${subjectOf(condition)}`);
}

function conditionFrom(text: Uint8Array): Condition | undefined {
  const [state = "", subject = ""] = rawFromBytes(text).split("\0");
  return readCondition(state.charAt(0), state.slice(1), subject);
}

function sumOf(number: number, text: Uint8Array): string {
  return xxh64(Buffer.concat([rawToBytes(`${number}\0`), text]));
}
