// Random messages that fit a schema, as the program sees them (paths as RawText, defaults applied).

import fc from "fast-check";
import * as z from "zod/mini";
import { type Field, type Schema, type Shape, shapeOf } from "./schema-shape.ts";

const bytes = fc.uint8Array({ maxLength: 300 });
const hexDigits = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((value) => Buffer.from(value).toString("hex"));

/** Each simple type, its limits and the odd ones of it included. */
export const VALUES = {
  bytes: fc.oneof(bytes, fc.uint8Array({ minLength: 32, maxLength: 32 })),
  uint: fc.oneof(
    fc.maxSafeNat(),
    fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1),
  ),
  int: fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(-(2 ** 31), -1, 0, 2 ** 31 - 1)),
  bool: fc.boolean(),
  text: fc.oneof(fc.string({ unit: "grapheme", maxLength: 60 }), fc.constantFrom("", "a.jsonl", "hash", "00")),
  /** One code unit a byte: UTF-8 or not, NUL and newline included. */
  arg: fc
    .oneof(
      bytes,
      fc.string({ unit: "grapheme" }).map((text) => Buffer.from(text)),
    )
    .map(latin1),
  hex: hexDigits,
  uuid: fc.uuid(),
} satisfies Record<string, fc.Arbitrary<unknown>>;

// An object's prototype is no key of its own.
const KEYS = fc.string({ unit: "grapheme", maxLength: 20 }).filter((key) => key !== "__proto__");

/** Values of a schema. @param isFull Every optional field is there, and no list is empty. */
export function valuesOf(schema: Schema, isFull = false): fc.Arbitrary<unknown> {
  return ofShape(shapeOf(schema), isFull);
}

function ofShape(shape: Shape, isFull: boolean): fc.Arbitrary<unknown> {
  const of = (part: Shape) => ofShape(part, isFull);
  switch (shape.kind) {
    case "value":
      return (VALUES[shape.name] as fc.Arbitrary<unknown>).filter((value) => fits(shape.schema, value));
    case "word":
      return fc.constantFrom(...shape.words);
    case "list":
      return fc.array(of(shape.member), { minLength: isFull ? 1 : 0, maxLength: 5 });
    case "record":
      return fc.dictionary(KEYS, of(shape.member), { maxKeys: 5 });
    case "tuple":
      return fc.tuple(...shape.members.map(of));
    case "either":
      return fc.oneof(...shape.options.map(of));
    case "map":
      return fc.record(
        Object.fromEntries(Object.entries(shape.fields).map(([name, field]) => [name, ofField(field, isFull)])),
      );
    default:
      return shape satisfies never;
  }
}

function ofField({ shape, otherwise }: Field, isFull: boolean): fc.Arbitrary<unknown> {
  const given = ofShape(shape, isFull);
  return otherwise.length === 0 || isFull ? given : fc.oneof(fc.constant(otherwise[0]), given);
}

/** True if the program may hold this value, whatever its form on the wire. */
function fits(schema: Schema, value: unknown): boolean {
  try {
    z.encode(schema as z.ZodMiniType, value);
    return true;
  } catch {
    return false;
  }
}

function latin1(value: Uint8Array): string {
  return Buffer.from(value).toString("latin1");
}
