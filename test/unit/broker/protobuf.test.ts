import { describe, expect, test } from "bun:test";
import { decodeMessage, encodeMessage, type Schema } from "../../../src/broker/protobuf.ts";
import { fieldsOf, message } from "../../support/broker-wire.ts";

const INNER = { path: [1, "text"], kind: [2, "uint"] } as const satisfies Schema;
const OUTER = {
  count: [1, "uint"],
  name: [2, "text"],
  raw: [3, "bytes"],
  inner: [4, INNER],
  many: [10, INNER, "many"],
} as const satisfies Schema;

const WHOLE = {
  count: Number.MAX_SAFE_INTEGER,
  name: "ä€",
  raw: Uint8Array.of(0, 255),
  inner: { path: "/a", kind: 300 },
  many: [{ path: "/b" }, {}, { kind: 1 }],
};

describe("encodeMessage()", () => {
  test("writes what decodeMessage() reads", () => {
    const read = decodeMessage(OUTER, encodeMessage(OUTER, WHOLE));
    expect({ ...read, raw: Uint8Array.from(read.raw ?? []) }).toEqual(WHOLE);
  });

  test("writes what another encoder writes, and leaves defaults out", () => {
    const inner = message([[1, "/a"]]);
    const bytes = encodeMessage(OUTER, { count: 300, name: "", raw: new Uint8Array(), inner: { path: "/a", kind: 0 } });
    const expected = message([
      [1, 300],
      [4, inner],
    ]);
    expect(Buffer.compare(bytes, expected)).toBe(0);
    expect(fieldsOf(bytes).get(1)).toEqual([300]);
  });
});

describe("decodeMessage()", () => {
  test("skips fields that it does not know, and takes the last of what there is once", () => {
    const bytes = message([
      [99, "x"],
      [1, 1],
      [98, 7],
      [1, 2],
    ]);
    expect(decodeMessage(OUTER, bytes)).toEqual({ count: 2 });
  });

  test.each([
    ["a field that is cut off", message([[2, "abc"]]).subarray(0, -1)],
    ["a field of another wire type", message([[1, "abc"]])],
    ["text that is no UTF-8", message([[2, Buffer.of(0xff)]])],
    ["a number over 2^53", Buffer.from([8, 255, 255, 255, 255, 255, 255, 255, 255, 127])],
    ["field number 0", Buffer.of(0, 0)],
  ])("refuses %s", (_, bytes) => {
    expect(() => decodeMessage(OUTER, bytes)).toThrow(expect.objectContaining({ code: "BROKER" }));
  });

  test("does not crash on any of 20,000 damaged messages", () => {
    const whole = encodeMessage(OUTER, WHOLE);
    let refused = 0;
    for (let i = 0; i < 20_000; i++) {
      const bytes = Uint8Array.from(whole);
      bytes[i % bytes.length] = (i * 7919) % 256;
      try {
        decodeMessage(OUTER, bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: "BROKER" });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});
