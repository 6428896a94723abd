// What a schema of src/ipc/schemas is made of, as plain data: for values made of it, and for the document.

import * as z from "zod/mini";
import { arg, bool, bytes, hex, int, text, uint, uuid } from "../../src/ipc/schemas/values.ts";

/** Any schema. */
export type Schema = z.core.$ZodType;

/** A field of a map. `otherwise` is its value when it is missing: `[]` required, `[undefined]` optional. */
export type Field = { readonly shape: Shape; readonly otherwise: readonly unknown[] };

/** Made of these. `schema` is what decides about a value in the end. */
export type Shape =
  | { readonly kind: "value"; readonly name: ValueName; readonly schema: Schema }
  | { readonly kind: "word"; readonly words: readonly string[] }
  | { readonly kind: "list"; readonly member: Shape }
  | { readonly kind: "tuple"; readonly members: readonly Shape[] }
  | { readonly kind: "either"; readonly options: readonly Shape[] }
  | { readonly kind: "record"; readonly member: Shape }
  | { readonly kind: "map"; readonly fields: Readonly<Record<string, Field>> };

/** Names of the protocol's simple types. */
export type ValueName = "bytes" | "uint" | "int" | "bool" | "text" | "arg" | "hex" | "uuid";

const KNOWN: ReadonlyMap<Schema, ValueName> = new Map<Schema, ValueName>([
  [bytes, "bytes"],
  [uint, "uint"],
  [int, "int"],
  [bool, "bool"],
  [text, "text"],
  [arg, "arg"],
  [hex, "hex"],
  [uuid, "uuid"],
]);

/** Takes a schema apart. @throws {Error} for one that no message of today has. */
export function shapeOf(schema: Schema): Shape {
  const known = KNOWN.get(schema);
  if (known !== undefined) return { kind: "value", name: known, schema };
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return mapShape(def.shape);
    case "array":
      return { kind: "list", member: shapeOf(def.element) };
    case "record":
      return { kind: "record", member: shapeOf(def.valueType) };
    case "tuple":
      return { kind: "tuple", members: def.items.map(shapeOf) };
    case "union":
      return { kind: "either", options: def.options.map(shapeOf) };
    case "enum":
      return { kind: "word", words: Object.values(def.entries).map(String) };
    case "literal":
      return { kind: "word", words: def.values.map(String) };
    case "readonly":
      return shapeOf(def.innerType);
    default:
      return { kind: "value", name: nameByTrial(schema), schema };
  }
}

/** Fields of a message that is a map, its `type` left out. */
export function fieldsOf(schema: Schema): Readonly<Record<string, Field>> {
  const shape = shapeOf(schema);
  if (shape.kind !== "map") throw new Error("Cannot list fields: the message is no map");
  const { type: _type, ...fields } = shape.fields;
  return fields;
}

/** The `type` of a message. */
export function typeOf(schema: Schema): string {
  const shape = shapeOf(schema);
  const type = shape.kind === "map" ? shape.fields["type"]?.shape : undefined;
  if (type?.kind !== "word" || type.words[0] === undefined) throw new Error("Cannot tell the type of a message");
  return type.words[0];
}

/** As the document writes it: `[arg]`, `{a: uint, b: text?}`, `bool = false`. */
export function spell(shape: Shape): string {
  switch (shape.kind) {
    case "value":
      return shape.name;
    case "word":
      return shape.words.map((word) => JSON.stringify(word)).join(" or ");
    case "list":
      return `[${spell(shape.member)}]`;
    case "record":
      return `{text: ${spell(shape.member)}}`;
    case "tuple":
      return `(${shape.members.map(spell).join(", ")})`;
    case "either":
      return shape.options.map(spell).join(" or ");
    case "map":
      return `{${Object.entries(shape.fields)
        .map(([name, field]) => `${name}: ${spellField(field)}`)
        .join(", ")}}`;
    default:
      return shape satisfies never;
  }
}

/** With `?` or its default behind it. */
export function spellField({ shape, otherwise }: Field): string {
  if (otherwise.length === 0) return spell(shape);
  const [value] = otherwise;
  return value === undefined ? `${spell(shape)}?` : `${spell(shape)} = ${spellValue(value)}`;
}

function spellValue(value: unknown): string {
  return value instanceof Uint8Array && value.length === 0 ? "empty" : JSON.stringify(value);
}

function mapShape(shape: Readonly<Record<string, Schema>>): Shape {
  const fields = Object.entries(shape).filter(([, field]) => !mustBeAbsent(field));
  return { kind: "map", fields: Object.fromEntries(fields.map(([name, field]) => [name, fieldOf(field)])) };
}

/** A field that may only be null is there to exclude another form. */
function mustBeAbsent(schema: Schema): boolean {
  const inner = KNOWN.has(schema) ? undefined : withoutNullish(schema);
  return inner !== undefined && inner._zod.def.type === "null";
}

/** `optional()`, `absent()` and `list()` of values.ts lead from a nullish schema to one with the default. */
function fieldOf(schema: Schema): Field {
  const inner = KNOWN.has(schema) ? undefined : withoutNullish(schema);
  if (inner === undefined) return { shape: shapeOf(schema), otherwise: [] };
  return { shape: shapeOf(inner), otherwise: [z.parse(schema as z.ZodMiniType, undefined)] };
}

function withoutNullish(schema: Schema): Schema | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional" || def.type === "nullable") return withoutNullish(def.innerType) ?? def.innerType;
  return def.type === "pipe" ? withoutNullish(def.in) : undefined;
}

/** A value with conditions of its own is what it takes. */
function nameByTrial(schema: Schema): ValueName {
  const takes = (value: unknown) => z.safeParse(schema as z.ZodMiniType, value).success;
  const trials: readonly [ValueName, readonly unknown[]][] = [
    ["bytes", [new Uint8Array(0), new Uint8Array(32)]],
    ["uint", [0, 1, 100]],
    ["bool", [true]],
    ["text", ["", "a", "a.jsonl", "00", "/a"]],
  ];
  for (const [name, values] of trials) if (values.some(takes)) return name;
  throw new Error("Cannot tell what a schema takes: add it to test/support/schema-shape.ts");
}
