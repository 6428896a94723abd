import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import * as z from "zod/mini";
import { rawFromBytes } from "../../../../src/core/raw-text.ts";
import { decodePayload, encodeFrame } from "../../../../src/ipc/codec.ts";
import { PREFIX_BYTES } from "../../../../src/ipc/frame-reader.ts";
import {
  absent,
  arg,
  bytes,
  hex,
  int,
  list,
  optional,
  pairs,
  path,
  text,
  uint,
  uuid,
} from "../../../../src/ipc/schemas/values.ts";

/** Raw text with any bytes: mostly no UTF-8. */
const raw = fc.uint8Array({ maxLength: 40 }).map(rawFromBytes);

/** What a peer reads of a value that was written into a frame. */
function sent<Schema extends z.ZodMiniType>(schema: Schema, value: z.output<Schema>): unknown {
  const frame = encodeFrame({ type: "Ping", value: z.encode(schema, value) });
  return decodePayload(frame.subarray(PREFIX_BYTES))["value"];
}

function survives<Schema extends z.ZodMiniType>(schema: Schema, values: fc.Arbitrary<z.output<Schema>>): void {
  fc.assert(
    fc.property(values, (value) => {
      expect(schema.parse(sent(schema, value))).toEqual(value);
    }),
  );
}

describe("values survive encode, CBOR and decode unchanged:", () => {
  test("arg and path, whatever their bytes", () => {
    survives(arg, raw);
    survives(
      path,
      fc.string({ unit: "binary" }).map((string) => rawFromBytes(Buffer.from(string))),
    );
  });
  test("pairs, in order, with equal names", () => survives(pairs, fc.array(fc.tuple(raw, raw), { maxLength: 8 })));
  test("lists of args", () => survives(list(arg), fc.array(raw, { maxLength: 8 })));
  test("bytes", () => survives(bytes, fc.uint8Array({ maxLength: 300 })));
  test("uint up to 2^53-1", () => survives(uint, fc.maxSafeNat()));
  test("int", () => survives(int, fc.integer()));
  test("text, any well-formed", () => survives(text, fc.string({ unit: "grapheme" })));
  test("uuid", () => survives(uuid, fc.uuid()));
  test("hex", () => {
    survives(
      hex,
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((some) => Buffer.from(some).toString("hex")),
    );
  });
});

describe("arg", () => {
  test("is sent as text exactly where it is UTF-8", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (some) => {
        const isText = Buffer.from(Buffer.from(some).toString("utf8")).equals(some);
        expect(typeof z.encode(arg, rawFromBytes(some))).toBe(isText ? "string" : "object");
      }),
    );
  });
  test("is read from a byte string that is UTF-8, too", () => {
    expect(arg.parse(new Uint8Array(Buffer.from("größe")))).toBe(arg.parse("größe"));
  });
  test("refuses a string that is no raw text instead of sending other bytes", () => {
    expect(z.safeEncode(arg, "10 \u20ac").success).toBe(false);
    expect(z.safeEncode(arg, "\xff").success).toBe(true);
  });
});

describe("what is refused:", () => {
  const rows: readonly (readonly [name: string, schema: z.ZodMiniType, values: readonly unknown[]])[] = [
    ["arg", arg, [1, null, undefined, ["a"], {}]],
    ["bytes", bytes, ["text", [1], null]],
    ["uint", uint, [-1, 1.5, 2 ** 53, -1n, 2n ** 64n, "1", Number.NaN, null]],
    ["int", int, [2 ** 31, -(2 ** 31) - 1, 0.5, 1n, "1"]],
    ["hex", hex, ["", "a", "AB", "0g", "ab\n", 1]],
    ["uuid", uuid, ["nonsense", "", "0190f2a8-0000-4000-8000-00000000000", "0190F2A8-0000-4000-8000-000000000000"]],
    ["pairs", pairs, [[["a"]], [["a", "b", "c"]], [["a", 1]], { a: "b" }]],
    ["list", list(uint), [[1, "2"], "1", {}]],
  ];
  test.each(rows)("%s", (_name, schema, values) => {
    for (const value of values) expect([value, schema.safeParse(value).success]).toEqual([value, false]);
  });
});

describe("fields that may be missing", () => {
  const schema = z.object({ some: optional(text), number: absent(uint, 7), many: list(text) });
  test("are the same missing and null", () => {
    const none = { some: undefined, number: 7, many: [] };
    expect(schema.parse({})).toEqual(none);
    expect(schema.parse({ some: null, number: null, many: null })).toEqual(none);
  });
  test("keep what is given, and are refused if it has the wrong type", () => {
    const given = { some: "", number: 0, many: ["a"] };
    expect(schema.parse(given)).toEqual(given);
    for (const wrong of [{ some: 1 }, { number: "1" }, { many: [1] }]) {
      expect(schema.safeParse(wrong).success).toBe(false);
    }
  });
});
