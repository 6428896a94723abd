import { expect, test } from "bun:test";
import { Encoder } from "cbor-x/encode";
import { decodePayload, encodeFrame } from "../../../src/ipc/codec.ts";
import { MAX_PAYLOAD } from "../../../src/ipc/frame-reader.ts";
import { quickest } from "../../support/in-time.ts";
import { HOSTILE, head, inMessage, map, text } from "./cbor-bytes.ts";

const MOST_MS = 50;

test("encodeFrame() writes the bytes that other implementations expect", () => {
  const encoded = encodeFrame({ type: "Ping" }, 7);
  // 18 bytes: {"v": 1, "id": 7, "type": "Ping"}
  expect(encoded.toString("hex")).toBe("12000000" + "a3" + "617601" + "62696407" + "6474797065" + "6450696e67");
});

test("encodeFrame() writes byte strings without a tag, views and buffers alike", () => {
  const view = new Uint8Array([0, 1, 2, 255]).subarray(1);
  expect(encodeFrame({ type: "X", a: view, b: Buffer.from(view) }).toString("hex")).toEndWith(
    "6161430102ff" + "6162430102ff",
  );
});

test("encodeFrame() leaves absent fields out", () => {
  expect(decodePayload(encodeFrame({ type: "X", a: undefined }).subarray(4))).toStrictEqual({ v: 1, type: "X" });
});

test("encodeFrame() refuses what has no CBOR form, and works afterwards", () => {
  expect(() => encodeFrame({ type: "X", a: () => 1 })).toThrow(expect.objectContaining({ code: "MESSAGE" }));
  const cycle: Record<string, unknown> = { type: "X" };
  cycle["self"] = cycle;
  expect(() => encodeFrame(cycle)).toThrow(expect.objectContaining({ code: "MESSAGE" }));
  expect(decodePayload(encodeFrame({ type: "Ping" }).subarray(4))).toEqual({ v: 1, type: "Ping" });
});

test("encodeFrame() takes a payload of 16 MiB and refuses one byte more [ipc 12]", () => {
  const overhead = encodeFrame({ type: "X", a: new Uint8Array(70_000) }).length - 4 - 70_000;
  expect(encodeFrame({ type: "X", a: new Uint8Array(MAX_PAYLOAD - overhead) }).length).toBe(4 + MAX_PAYLOAD);
  expect(() => encodeFrame({ type: "X", a: new Uint8Array(MAX_PAYLOAD - overhead + 1) })).toThrow(
    expect.objectContaining({ code: "FRAME_TOO_LARGE" }),
  );
});

test.each([2 ** 32 - 1, 2 ** 32, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER])("codec keeps the number %d", (value) => {
  expect(decodePayload(encodeFrame({ type: "X", a: value }).subarray(4))["a"]).toBe(value);
});

test("decodePayload() keeps __proto__ as data", () => {
  const message = decodePayload(
    map([
      ["__proto__", map([["polluted", head(0, 1)]])],
      ["type", text("Ping")],
    ]),
  );
  expect(message["type"]).toBe("Ping");
  expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
  expect("polluted" in {}).toBe(false);
});

test.each(HOSTILE)("decodePayload() answers $name with a MESSAGE error", ({ payload }) => {
  expect(() => decodePayload(payload)).toThrow(expect.objectContaining({ code: "MESSAGE" }));
});

test("decodePayload() needs at most 50 ms for the slowest messages that pass [ipc 13]", async () => {
  const unique = Array.from({ length: 10_000 }, (_, i) => map([[i.toString(36).padStart(6, "k"), head(0, 1)]]));
  const texts = Array.from({ length: 32_000 }, () => Buffer.concat([head(3, 2), Buffer.from("é")]));
  for (const members of [unique, texts]) {
    const payload = inMessage(Buffer.concat([head(4, members.length), ...members]));
    expect(await quickest(MOST_MS, () => decodePayload(payload))).toBeLessThanOrEqual(MOST_MS);
  }
});

test("codec.ts makes the decoder itself refuse a bignum of 1 MiB within 50 ms, prescan or not [S9]", async () => {
  const bignum = HOSTILE.find(({ name }) => name === "a bignum of 1 MiB")?.payload ?? Buffer.alloc(0);
  const refuses = () => expect(() => new Encoder().decode(bignum)).toThrow("big number");
  expect(await quickest(MOST_MS, refuses)).toBeLessThanOrEqual(MOST_MS);
});
