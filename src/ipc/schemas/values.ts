// What the fields of messages are made of: each reads the wire's form and writes it, so that daemon, clients and the
// description of the protocol have one source. Loads the schema library: never on a stand-in's path.

import * as z from "zod/mini";
import { type RawText, rawFromBytes, rawFromString, rawToBytes, showRaw } from "../../core/raw-text.ts";
import { asInt, asUint } from "../fields.ts";

/** A byte string. */
export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** A whole number ≥ 0 up to 2^53−1, however CBOR spells it. */
export const uint = z.codec(
  z.custom<number | bigint>((value) => asUint(value) !== undefined),
  z.number(),
  { decode: Number, encode: (number) => number },
);

/** A 32-bit signed number. */
export const int = z.custom<number>((value) => asInt(value) !== undefined);

export const bool = z.boolean();

export const text = z.string();

/** Text, or a byte string where it is no UTF-8: arguments, paths, names and values of variables. */
export const arg = z.codec(
  z.custom<string | Uint8Array>((value) => typeof value === "string" || value instanceof Uint8Array),
  // A code unit that is no byte is not raw text, and could be sent as another name only.
  z.custom<RawText>((value) => typeof value === "string" && !/[^\0-\xff]/.test(value)),
  {
    decode: (value) => (typeof value === "string" ? rawFromString(value) : rawFromBytes(value)),
    encode: (raw) => (rawFromString(showRaw(raw)) === raw ? showRaw(raw) : rawToBytes(raw)),
  },
);

/** A path; `..` stays as it is spelled, since folding it by its letters is wrong behind a link. */
export const path = arg;

/** `[name, value]`s, in order. */
export const pairs = z.array(z.tuple([arg, arg]));

/** Lower-case hexadecimal digits, two a byte. */
export const hex = z.string().check(z.regex(/^(?:[0-9a-f]{2})+$/));

/** RFC 9562 in lower case. */
export const uuid = z.string().check(z.regex(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/));

/** A field that may be missing or null, which mean the same. */
export function optional<Schema extends z.ZodMiniType>(schema: Schema) {
  return absent<Schema, undefined>(schema, undefined);
}

/** A field that is `value` where it is missing or null. */
export function absent<Schema extends z.ZodMiniType, Value extends z.output<Schema> | undefined>(
  schema: Schema,
  value: Value,
) {
  return z.codec(z.nullish(schema), z.custom<z.output<Schema> | Value>(), {
    decode: (given) => given ?? value,
    encode: (given) => given,
  });
}

/** A list that is empty where it is missing or null. */
export function list<Schema extends z.ZodMiniType>(schema: Schema) {
  return absent<z.ZodMiniArray<Schema>, z.output<Schema>[]>(z.array(schema), []);
}
