import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Entry, ManifestRow } from "../../src/core/entry.ts";
import { decodeEntry, encodeEntry } from "../../src/store/entry-codec.ts";
import {
  type Condition,
  conditionsOf,
  decodeRow,
  encodeRow,
  kindOf,
  readCondition,
  stateOf,
  subjectOf,
} from "../../src/store/manifest-codec.ts";
import { seal, unseal } from "../../src/store/sealed.ts";
import { numbering } from "../support/store-samples.ts";

const RUNS = { numRuns: 200 };
const byte = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code));
const text = fc.string({ unit: byte, minLength: 1, maxLength: 40 });
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const digest = hex(64);
const layout = fc.constantFrom("empty" as const, "split" as const, "merged" as const);
const stream = fc.uint8Array({ maxLength: 300 });

const row: fc.Arbitrary<ManifestRow> = fc.record({
  dependencies: fc.array(
    fc.record({
      path: text,
      aspect: fc.constantFrom("content" as const, "presence" as const, "link" as const, "listing" as const),
      state: fc.oneof(
        fc.constantFrom("A", "D", "P", "O"),
        digest.map((value) => `F${value}`),
        digest.map((value) => `S${value}`),
        text.map((value) => `L${value}`),
      ),
    }),
    { maxLength: 30 },
  ),
  environment: fc.array(fc.record({ name: text, valueHash: fc.option(hex(32), { nil: undefined }) }), { maxLength: 5 }),
  wholeEnvironment: fc.option(hex(32), { nil: undefined }),
  resultKey: digest,
  layout,
});

const content = { digest, size: fc.nat(), check: hex(16), executable: fc.boolean() };
const inner = fc.constantFrom("a.map", "reports/x.map", "..a", "a..", "\xff");
const entry: fc.Arbitrary<Entry> = fc.record({
  outputs: fc.array(
    fc.oneof(
      fc.record({
        role: fc.constantFrom("object" as const, "depfile" as const),
        name: fc.constant(undefined),
        ...content,
      }),
      fc.record({ role: fc.constant("side" as const), name: inner, ...content }),
    ),
    { maxLength: 4 },
  ),
  layout,
  stdout: stream,
  stderr: stream,
  exitCode: fc.integer({ min: 0, max: 255 }),
  millis: fc.integer({ min: 0, max: 1e9 }),
});

/** Streams as plain arrays, since a Buffer does not equal a Uint8Array. */
function plain({ stdout, stderr, ...rest }: Entry): unknown {
  return { ...rest, stdout: [...stdout], stderr: [...stderr] };
}

/** A condition by way of the three columns that it is kept in. */
function readAgain(condition: Condition | undefined): Condition | undefined {
  return condition && readCondition(kindOf(condition), stateOf(condition), subjectOf(condition));
}

describe("store codecs", () => {
  test("decodeRow() gives back what encodeRow() took", () => {
    fc.assert(
      fc.property(
        row,
        fc.nat({ max: 1e12 }),
        fc.integer({ min: -1e6, max: 1e6 }).filter(Boolean),
        (value, first, step) => {
          const { numberOf, conditionOf } = numbering(first, step);
          const bytes = Buffer.from(encodeRow(value, conditionsOf(value).map(numberOf)));
          expect(decodeRow(bytes, (number) => readAgain(conditionOf(number)))).toEqual(value);
        },
      ),
      RUNS,
    );
  });

  test("decodeEntry() gives back what encodeEntry() took", () => {
    fc.assert(
      fc.property(entry, (value) => {
        const decoded = decodeEntry(Buffer.from(encodeEntry(value)));
        expect(decoded && plain(decoded)).toEqual(plain(value));
      }),
      RUNS,
    );
  });

  test("decodeRow() and decodeEntry() never throw, whatever they get", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        decodeRow(Buffer.from(bytes), () => ({ path: "/a", aspect: "content", state: "A" }));
        decodeEntry(Buffer.from(bytes));
      }),
      RUNS,
    );
  });

  test("unseal() refuses any changed byte, any truncation and any other key", () => {
    fc.assert(
      fc.property(stream, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, where, flip) => {
        const sealed = Buffer.from(seal("key", body));
        expect([...(unseal("key", sealed) ?? [-1])]).toEqual([...body]);
        expect(unseal("other", sealed)).toBeUndefined();
        expect(unseal("key", sealed.subarray(0, where % sealed.length))).toBeUndefined();
        const at = where % sealed.length;
        sealed[at] = (sealed[at] ?? 0) ^ flip;
        expect(unseal("key", sealed)).toBeUndefined();
      }),
      RUNS,
    );
  });
});
