import { expect, test } from "bun:test";
import { prescan } from "../../../src/ipc/prescan.ts";
import { quickest } from "../../support/in-time.ts";
import { array, HOSTILE, head, inMessage, map, nested, text } from "./cbor-bytes.ts";

const MOST_MS = 50;

test.each(HOSTILE)("prescan() refuses $name [ipc 13, S8, S9, S10]", ({ payload, reason }) => {
  expect(() => prescan(payload)).toThrow(reason);
});

test.each(HOSTILE)("prescan() needs at most 50 ms for $name", async ({ payload }) => {
  expect(await millisecondsOf(payload)).toBeLessThanOrEqual(MOST_MS);
});

test.each([
  { name: "an empty map", payload: map([]) },
  { name: "nesting of 16", payload: inMessage(nested(15)) },
  { name: "4096 keys", payload: map(Array.from({ length: 4096 }, (_, i) => [String(i), head(0, 1)] as const)) },
  { name: "the same key in two maps", payload: map([["a", map([["a", head(0, 1)]])]]) },
  { name: "the key __proto__", payload: map([["__proto__", map([["polluted", head(0, 1)]])]]) },
  { name: "an empty key", payload: map([["", head(0, 1)]]) },
  { name: "UTF-8 of every length", payload: inMessage(Buffer.concat([head(3, 9), Buffer.from("é€😀")])) },
  { name: "a byte string that is not UTF-8", payload: inMessage(Buffer.from([0x42, 0xff, 0xfe])) },
  {
    name: "integers of every width",
    payload: inMessage(
      array(
        ["17", "1818", "190100", "1a00010000", "1b0020000000000000", "20", "3b0000000100000000"].map((hex) =>
          Buffer.from(hex, "hex"),
        ),
      ),
    ),
  },
  {
    name: "floats, booleans, null and undefined",
    payload: inMessage(
      array(
        ["f93c00", "fa3f800000", "fb3ff0000000000000", "f4", "f5", "f6", "f7"].map((hex) => Buffer.from(hex, "hex")),
      ),
    ),
  },
  {
    name: "empty containers beside each other",
    payload: inMessage(array([array([]), map([]), array([array([])]), text("")])),
  },
])("prescan() passes $name", ({ payload }) => {
  expect(() => prescan(payload)).not.toThrow();
});

test("prescan() refuses every message that is cut short", () => {
  const whole = map([
    ["type", text("Invoke")],
    ["list", array([head(0, 300), text("é".repeat(0)), map([["k", head(2, 0)]])])],
  ]);
  for (let length = 0; length < whole.length; length++) expect(() => prescan(whole.subarray(0, length))).toThrow();
  expect(() => prescan(whole)).not.toThrow();
});

test("prescan() reads a payload that starts in the middle of a buffer", () => {
  const payload = inMessage(Buffer.from("1a00010000", "hex"));
  const buffer = Buffer.concat([Buffer.from([1, 2, 3]), payload, Buffer.from([4])]);
  expect(() => prescan(buffer.subarray(3, 3 + payload.length))).not.toThrow();
});

test("prescan() names the place of what it refuses", () => {
  expect(() => prescan(map([["a", Buffer.from([0xc0, 0])]]))).toThrow("a tag, at byte 3 of 5");
});

async function millisecondsOf(payload: Buffer): Promise<number> {
  return await quickest(MOST_MS, () => expect(() => prescan(payload)).toThrow());
}
