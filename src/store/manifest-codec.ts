// Manifest rows as bytes. Rows of one project share nearly all conditions, so a row holds only the numbers under which
// its conditions are kept (condition-table.ts): 220 dependencies are 0.4 KB instead of 8.
//
// row        ::= <count of variables: u32 little-endian> <length of head: u32> head number*
// head       ::= <result key> <layout> <whole environment>                             NUL-terminated strings
// number     ::= difference to the one before, zigzag, 7 bits a byte, lowest first; variables, then dependencies
// condition  ::= <kind: 1 letter> <state or value hash> NUL <path or name of variable>
//
// Hashes that are not there are empty.

import { ASPECT_LETTERS, aspectOf } from "../core/aspect-letters.ts";
import type { Dependency, Digest, EnvironmentCondition, ManifestRow, StreamLayout } from "../core/entry.ts";
import { joinBlock, type RawText, splitBlock } from "../core/raw-text.ts";

/** One condition of a row. */
export type Condition = Dependency | EnvironmentCondition;

/** A letter for the type of a condition and the aspect of a dependency. */
export function kindOf(condition: Condition): string {
  return "name" in condition ? VARIABLE : ASPECT_LETTERS[condition.aspect];
}

/** The path or variable that a condition is about. */
export function subjectOf(condition: Condition): RawText {
  return "name" in condition ? condition.name : condition.path;
}

/** What a condition says about its subject. */
export function stateOf(condition: Condition): string {
  return "name" in condition ? (condition.valueHash ?? "") : condition.state;
}

/** The condition of this kind; undefined if there can't be such a one. */
export function readCondition(kind: string, state: string, subject: RawText): Condition | undefined {
  if (subject === "") return undefined;
  if (kind === VARIABLE) return { name: subject, valueHash: state || undefined };
  const aspect = aspectOf(kind);
  if (aspect === undefined || state === "" || !STATES.includes(state.charAt(0))) return undefined;
  return { path: subject, aspect, state };
}

/** All conditions of a row, in the order in which it names their numbers. */
export function conditionsOf({ environment, dependencies }: ManifestRow): Condition[] {
  return [...environment, ...dependencies];
}

/** The bytes of a row. @param ofConditions The numbers of `conditionsOf` it. */
export function encodeRow(row: ManifestRow, ofConditions: readonly number[]): Uint8Array {
  const head = joinBlock([row.resultKey, row.layout, row.wholeEnvironment ?? ""]);
  const lengths = Buffer.alloc(LENGTHS_BYTES);
  lengths.writeUInt32LE(row.environment.length);
  lengths.writeUInt32LE(head.length, LENGTHS_BYTES / 2);
  const numbers: number[] = [];
  let before = 0;
  for (const number of ofConditions) {
    pushVariable(numbers, number - before);
    before = number;
  }
  return Buffer.concat([lengths, head, Buffer.from(numbers)]);
}

/**
 * The row behind `bytes`; undefined if they are not such a row, or if a condition of it is not there.
 * @param conditionOf The condition with a number.
 */
export function decodeRow(
  bytes: Buffer,
  conditionOf: (number: number) => Condition | undefined,
): ManifestRow | undefined {
  const numbers = numbersOf(bytes);
  if (numbers === undefined) return undefined;
  const headEnd = LENGTHS_BYTES + bytes.readUInt32LE(LENGTHS_BYTES / 2);
  const [resultKey = "", layout = "", whole = ""] = splitBlock(bytes.subarray(LENGTHS_BYTES, headEnd));
  const variables = bytes.readUInt32LE();
  if (!isDigestText(resultKey) || !isLayout(layout) || variables > numbers.length) return undefined;
  const environment: EnvironmentCondition[] = [];
  const dependencies: Dependency[] = [];
  for (const [at, number] of numbers.entries()) {
    const condition = conditionOf(number);
    if (condition === undefined || "name" in condition !== at < variables) return undefined;
    if ("name" in condition) environment.push(condition);
    else dependencies.push(condition);
  }
  return { dependencies, environment, wholeEnvironment: whole || undefined, resultKey, layout };
}

/** Numbers of the conditions of a row; undefined if it is not one. */
export function numbersOf(bytes: Buffer): number[] | undefined {
  if (bytes.length < LENGTHS_BYTES) return undefined;
  const start = LENGTHS_BYTES + bytes.readUInt32LE(LENGTHS_BYTES / 2);
  const numbers: number[] = [];
  let before = 0;
  for (let at = start; at < bytes.length; ) {
    let zigzag = 0;
    let factor = 1;
    for (let more = true; more; factor *= 128) {
      const byte = bytes[at++] ?? 0;
      zigzag += (byte % 128) * factor;
      more = byte >= 128;
    }
    before += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    numbers.push(before);
  }
  return start > bytes.length ? undefined : numbers;
}

/** True for 64 lower-case hexadecimal digits. */
export function isDigestText(text: string): text is Digest {
  return /^[0-9a-f]{64}$/.test(text);
}

/** True for the name of a stream layout. */
export function isLayout(text: string): text is StreamLayout {
  return text === "empty" || text === "split" || text === "merged";
}

const VARIABLE = "v";
const STATES = "ADFLOPST";
const LENGTHS_BYTES = 8;

function pushVariable(bytes: number[], difference: number): void {
  let zigzag = difference < 0 ? -2 * difference - 1 : 2 * difference;
  for (; zigzag >= 128; zigzag = Math.floor(zigzag / 128)) bytes.push(128 + (zigzag % 128));
  bytes.push(zigzag);
}
