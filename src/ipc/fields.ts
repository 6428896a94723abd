// Reading one field of a decoded message: the type that the wire may have for it, or an error that names variant and
// field. Hand-written, because the client must not pay for loading a schema library.

import { ZccacheError } from "../core/errors.ts";

/** A decoded message: keys and values as the peer sent them. */
export type WireMap = Readonly<Record<string, unknown>>;

/** A whole number ≥ 0 up to 2^53−1, however CBOR spelled it (integer, integral float, 64-bit integer). */
export function asUint(value: unknown): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** A 32-bit signed number. */
export function asInt(value: unknown): number | undefined {
  return typeof value === "number" && (value | 0) === value ? value : undefined;
}

/** True for a map, which is neither an array nor a byte string. */
export function isMap(value: unknown): value is WireMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** Reads a uint field; `absent` is its value when it is missing or null, and without it the field is required. */
export function uint(message: WireMap, name: string, absent?: number): number {
  return take(message, name, absent === undefined ? asUint : orAbsent(asUint, absent));
}

/** Reads an int field. */
export function int(message: WireMap, name: string): number {
  return take(message, name, asInt);
}

/** Reads a text field. */
export function text(message: WireMap, name: string): string {
  return take(message, name, (value) => (typeof value === "string" ? value : undefined));
}

/** Reads a bool field; `absent` as for `uint`. */
export function bool(message: WireMap, name: string, absent?: boolean): boolean {
  const asBool = (value: unknown) => (typeof value === "boolean" ? value : undefined);
  return take(message, name, absent === undefined ? asBool : orAbsent(asBool, absent));
}

/** Reads a byte string field. */
export function bytes(message: WireMap, name: string): Uint8Array {
  return take(message, name, asBytes);
}

/** Reads a byte string field that may be missing. */
export function optionalBytes(message: WireMap, name: string): Uint8Array | undefined {
  return isAbsent(message[name]) ? undefined : bytes(message, name);
}

/** Reads an array field, each member through `read`, which gives `undefined` for what it refuses; missing = empty. */
export function list<Member>(
  message: WireMap,
  name: string,
  read: (value: unknown) => Member | undefined,
): readonly Member[] {
  if (isAbsent(message[name])) return [];
  return take(message, name, (value) => {
    if (!Array.isArray(value)) return undefined;
    const members = value.map(read).filter((member) => member !== undefined);
    return members.length === value.length ? members : undefined;
  });
}

/** A byte string or `undefined`. */
export function asBytes(value: unknown): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}

/** The error for a field that is missing or has another type. */
export function badField(message: WireMap, name: string): ZccacheError {
  const state = message[name] === undefined ? "is missing" : "has the wrong type";
  return new ZccacheError("DAEMON_ANSWER", `Cannot use the daemon's ${message["type"]}: field "${name}" ${state}`);
}

function take<Value>(message: WireMap, name: string, read: (value: unknown) => Value | undefined): Value {
  const value = read(message[name]);
  if (value === undefined) throw badField(message, name);
  return value;
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function orAbsent<Value>(read: (value: unknown) => Value | undefined, absent: Value) {
  return (value: unknown) => (isAbsent(value) ? absent : read(value));
}
