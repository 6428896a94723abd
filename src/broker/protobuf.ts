// Protocol-buffers messages by tables of their fields: names and numbers stand in one place, and reader and writer are
// made of them. Implicit presence: 0, the empty text and empty bytes are not written.

import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { ZccacheError } from "../core/errors.ts";

/** `uint` is a varint up to 2^53−1. */
type Scalar = "uint" | "text" | "bytes";

/** Number and type of a field. */
type Field = readonly [number: number, type: Scalar | Schema, many?: "many"];

/** A message's fields by name, in the order of their numbers: in that order they are written. */
export interface Schema {
  readonly [name: string]: Field;
}

type ValueOf<Type> = Type extends "uint"
  ? number
  : Type extends "text"
    ? string
    : Type extends "bytes"
      ? Uint8Array
      : Type extends Schema
        ? MessageOf<Type>
        : never;

/** A message of a schema. What is absent has its type's default; of what may be many times, there is none. */
export type MessageOf<S extends Schema> = {
  readonly [Name in keyof S]?: S[Name] extends readonly [number, infer Type, "many"]
    ? readonly ValueOf<Type>[]
    : ValueOf<S[Name][1]>;
};

type Loose = Readonly<Record<string, unknown>>;

const WIRE_TYPE: Readonly<Record<Scalar, WireType>> = {
  uint: WireType.Varint,
  text: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
};

// None of the messages is deeper than three; one of a stranger's must not exhaust the stack.
const MAX_DEPTH = 8;

/** The bytes of a message. */
export function encodeMessage<S extends Schema>(schema: S, message: MessageOf<S>): Uint8Array {
  const writer = new BinaryWriter();
  write(writer, schema, message);
  return writer.finish();
}

/** Reads a message; fields that the schema does not name are skipped. @throws {ZccacheError} `BROKER` if it is none. */
export function decodeMessage<S extends Schema>(schema: S, bytes: Uint8Array): MessageOf<S> {
  try {
    // The schema says what `read` gives.
    return read(new BinaryReader(bytes), schema, 0) as MessageOf<S>;
  } catch (error) {
    throw new ZccacheError("BROKER", "Cannot read a message in protocol-buffers encoding", { cause: error });
  }
}

function write(writer: BinaryWriter, schema: Schema, message: Loose): void {
  for (const [name, [number, type, many]] of Object.entries(schema)) {
    const value = message[name];
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) if (many === "many" || !isDefault(one)) writeField(writer, [number, type], one);
  }
}

function isDefault(value: unknown): boolean {
  return value === undefined || value === 0 || value === "" || (value instanceof Uint8Array && value.length === 0);
}

function writeField(writer: BinaryWriter, [number, type]: Field, value: unknown): void {
  if (value === undefined) return;
  if (typeof type !== "string") {
    write(writer.tag(number, WireType.LengthDelimited).fork(), type, value as Loose);
    writer.join();
    return;
  }
  writer.tag(number, WIRE_TYPE[type]);
  if (type === "uint") writer.uint64(value as number);
  else if (type === "text") writer.string(value as string);
  else writer.bytes(value as Uint8Array);
}

function read(reader: BinaryReader, schema: Schema, depth: number): Loose {
  if (depth > MAX_DEPTH) throw new Error("it is nested too deeply");
  const fields = new Map(Object.entries(schema).map(([name, field]) => [field[0], { name, field }]));
  const message: Record<string, unknown> = {};
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const known = fields.get(number);
    if (known === undefined) {
      reader.skip(wireType, number);
      continue;
    }
    const { name, field } = known;
    const value = readField(reader, field[1], { wireType, depth });
    const before = message[name];
    message[name] = field[2] === "many" ? [...(Array.isArray(before) ? before : []), value] : value;
  }
  return message;
}

function readField(
  reader: BinaryReader,
  type: Scalar | Schema,
  { wireType, depth }: { wireType: WireType; depth: number },
): unknown {
  const expected = typeof type === "string" ? WIRE_TYPE[type] : WireType.LengthDelimited;
  if (wireType !== expected) throw new Error(`wire type ${wireType} where ${expected} is expected`);
  if (typeof type !== "string") return read(new BinaryReader(reader.bytes()), type, depth + 1);
  if (type === "text") return reader.string(true);
  if (type === "bytes") return reader.bytes();
  const number = Number(reader.uint64());
  if (!Number.isSafeInteger(number)) throw new Error("a number is too large");
  return number;
}
