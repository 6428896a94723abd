// A result in the tables of the index: its rows by context, its entry and the objects that it needs. Every change is
// part of the caller's transaction.

import type { Digest, ManifestRow } from "../core/entry.ts";
import type { ConditionTable } from "./condition-table.ts";
import { bytesOf, digestOf } from "./digest-bytes.ts";
import type { ObjectDigest } from "./digest-object.ts";
import type { Statements } from "./index-statements.ts";
import { conditionsOf, decodeRow, encodeRow } from "./manifest-codec.ts";
import { seal, unseal } from "./sealed.ts";

/**
 * Newest rows kept for one context. A project that switches between branches needs a few, but a configure script compiles
 * hundreds of programs by the same name with the same command; if they came in turns and were more than are kept, none
 * would ever be found.
 */
export const ROWS_A_CONTEXT = 512;

/** A result to be written. */
export type IndexedResult = {
  readonly context: Digest;
  readonly row: ManifestRow;
  /** Sealed. */
  readonly entry: Uint8Array;
  readonly objects: readonly Pick<ObjectDigest, "digest" | "size">[];
  /** Seconds since 1970. */
  readonly usedAt: number;
};

/** Keys of a result, and when it was used last, in seconds since 1970. */
export type KeptResult = { readonly context: Digest; readonly key: Digest; readonly usedAt: number };

/** Results that were forgotten, and the objects that no other result needs. */
export type Dropped = { readonly results: readonly Digest[]; readonly orphans: readonly Digest[] };

/** A row some of whose conditions have their numbers, in their order. */
type BegunRow = { readonly row: ManifestRow; readonly numbers: number[]; readonly epoch: number };

/** Reads, writes and forgets results. Methods may throw SQLite's errors. */
export class ResultTables {
  readonly #statements: Statements;
  readonly #conditions: ConditionTable;
  #begun: BegunRow | undefined;

  constructor(statements: Statements, conditions: ConditionTable) {
    this.#statements = statements;
    this.#conditions = conditions;
  }

  /** Rows of a context, newest first; damaged ones are left out. */
  rows(context: Digest): ManifestRow[] {
    return this.#statements.rows.all(bytesOf(context)).flatMap(({ body }) => {
      const bytes = unseal(context, body);
      return (bytes && decodeRow(bytes, (number) => this.#conditions.conditionOf(number))) ?? [];
    });
  }

  /** Keys of the newest results of which one, or its context's, begins with these hexadecimal digits. */
  beginningWith(digits: string, most: number): KeptResult[] {
    const [first, last] = ["0", "f"].map((fill) => bytesOf(digits.padEnd(64, fill)));
    if (first === undefined || last === undefined) return [];
    return this.#statements.between
      .all(first, last, most)
      .map(({ context, key, last_used }) => ({ context: digestOf(context), key: digestOf(key), usedAt: last_used }));
  }

  /**
   * Writes a result under its context; a row or result that is there already is replaced.
   * @param isLate Asked now and then while conditions are written that no row had yet: a first row has thousands.
   * @returns false if it became late: nothing but some of the conditions is written then, and the next call with the
   * same row goes on after those.
   */
  write({ context, row, entry, objects, usedAt }: IndexedResult, isLate = () => false): boolean {
    const numbers = this.#numbersOf(row, isLate);
    if (numbers === undefined) return false;
    const { dropRow, putRow, trimRows, putEntry, putObject, link } = this.#statements;
    const result = numbered(putEntry.get(bytesOf(row.resultKey), entry, usedAt));
    for (const { digest, size } of objects) link.run(result, numbered(putObject.get(bytesOf(digest), size)));
    const contextBytes = bytesOf(context);
    dropRow.run(contextBytes, result);
    const body = encodeRow(row, numbers);
    putRow.run(contextBytes, result, seal(context, body));
    trimRows.run(contextBytes, ROWS_A_CONTEXT);
    return true;
  }

  /** Forgets results with their rows, and the objects that no other result needs. */
  forget(found: readonly { readonly id: number; readonly key: Uint8Array }[]): Dropped {
    const { objectsOf, forget, forgetObject } = this.#statements;
    const orphans: Digest[] = [];
    for (const { id } of found) {
      const objects = objectsOf.all(id);
      for (const statement of forget) statement.run(id);
      for (const { object } of objects) {
        const orphan = forgetObject.get(object);
        if (orphan !== null) orphans.push(digestOf(orphan.digest));
      }
    }
    return { results: found.map(({ key }) => digestOf(key)), orphans };
  }

  #numbersOf(row: ManifestRow, isLate: () => boolean): number[] | undefined {
    const begun = this.#begun;
    this.#begun = undefined;
    // Gone through again and again, a long row would take longer each time until nothing was added any more.
    const numbers = begun?.row === row && begun.epoch === this.#conditions.epoch ? begun.numbers : [];
    const before = numbers.length;
    for (const condition of conditionsOf(row).slice(before)) {
      const added = numbers.length - before;
      if (added > 0 && added % CONDITIONS_AT_ONCE === 0 && isLate()) {
        this.#begun = { row, numbers, epoch: this.#conditions.epoch };
        return undefined;
      }
      numbers.push(this.#conditions.numberOf(condition));
    }
    return numbers;
  }
}

// 10 µs each for new ones.
const CONDITIONS_AT_ONCE = 32;

/** RETURNING gives a row of each insert. */
function numbered(row: { readonly id: number } | null): number {
  if (row === null) throw new Error("an insert returned no number");
  return row.id;
}
