import { describe, expect, test } from "bun:test";
import { encodeFrame } from "../../../src/ipc/codec.ts";
import { decodeFlat } from "../../../src/ipc/flat-message.ts";

const flat = (hex: string) => decodeFlat(Buffer.from(hex, "hex"));

describe("decodeFlat()", () => {
  test("reads an Invoke", () => {
    const message = {
      type: "Invoke",
      argv: Buffer.from("gcc\0-c\0\xff\0", "latin1"),
      env: Buffer.alloc(70_000, "A=1\0"),
      umask: 18,
      columns: 70_000,
      stderr_tty: false,
      can_exec: true,
      stdin_file: null,
    };
    expect(decodeFlat(encodeFrame(message, 300).subarray(4))).toEqual({ v: 1, id: 300, ...message });
  });
  test("gives views of the payload", () => {
    const payload = encodeFrame({ type: "X", a: new Uint8Array([1, 2, 3]) }).subarray(4);
    const read = decodeFlat(payload)?.["a"];
    payload[payload.length - 1] = 9;
    expect(read).toEqual(Buffer.from([1, 2, 9]));
  });
  test.each([
    ["an array", "a1616180"],
    ["a map", "a16161a0"],
    ["a negative number", "a1616120"],
    ["a float", "a16161f93c00"],
    ["a number of eight bytes", "a161611b0000000000000001"],
    ["undefined", "a16161f7"],
    ["a tag", "a16161c101"],
    ["an indefinite length", "a161615f4101ff"],
    ["text that is not ASCII", "a1616162c3a9"],
    ["a key twice", "a2616101616102"],
    ["the key __proto__", "a1695f5f70726f746f5f5f01"],
    ["an empty key", "a16001"],
    ["a key that is no text", "a10101"],
    ["a string that is cut", "a161614401"],
    ["a text that is cut", "a161616461"],
    ["a number that is cut", "a161611a0000"],
    ["a key that is cut", "a16261"],
    ["a missing value", "a16161"],
    ["bytes behind", "a1616101ff"],
    ["no map", "01"],
    ["a long map", "b818"],
    ["nothing", ""],
  ])("leaves %s to the general decoder", (_, hex) => {
    expect(flat(hex)).toBeUndefined();
  });
  test("reads an empty map and the smallest values", () => {
    expect(flat("a0")).toEqual({});
    expect(flat("a461610061624061636061641a00000001")).toEqual({ a: 0, b: Buffer.alloc(0), c: "", d: 1 });
  });
});
