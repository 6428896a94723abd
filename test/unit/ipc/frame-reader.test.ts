import { expect, test } from "bun:test";
import { FrameReader, MAX_PAYLOAD } from "../../../src/ipc/frame-reader.ts";
import { frame } from "./sockets.ts";

const payloads = [1, 2, 20, 4092, 4093, 9000, 3].map((length, index) => Buffer.alloc(length, index + 1));

test.each([1, 2, 3, 5, 7, 64, 4095, 4096, 4097, 1_000_000])(
  "FrameReader.next() gives the same payloads when fed %d bytes at a time [ipc 9]",
  (step) => {
    const stream = Buffer.concat(payloads.map(frame));
    const reader = new FrameReader();
    const taken: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += step) {
      reader.push(stream.subarray(at, at + step));
      for (let payload = reader.next(); payload !== undefined; payload = reader.next()) taken.push(payload);
    }
    expect(taken.map((payload) => Buffer.from(payload))).toEqual(payloads);
    expect(reader.buffered).toBe(0);
  },
);

test("FrameReader.next() gives payloads that later pieces do not change", () => {
  const reader = new FrameReader();
  reader.push(Buffer.from([1, 0]));
  reader.push(Buffer.from([0, 0, 42, 1, 0, 0]));
  const first = reader.next();
  reader.push(Buffer.from([0, 43]));
  expect(reader.next()).toEqual(new Uint8Array([43]));
  expect(first).toEqual(new Uint8Array([42]));
});

test("FrameReader.next() refuses length 0 and goes on behind it [ipc 12]", () => {
  const reader = new FrameReader();
  reader.push(Buffer.concat([Buffer.alloc(4), frame(Buffer.from([7]))]));
  expect(() => reader.next()).toThrow("length is 0");
  expect(reader.next()).toEqual(new Uint8Array([7]));
});

test.each([16_777_217, 0x7fff_ffff, 4_294_967_295])(
  "FrameReader.next() refuses length %d before the body comes, and keeps no memory for it [ipc 12]",
  (length) => {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32LE(length);
    const reader = new FrameReader();
    reader.push(prefix);
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: "FRAME_TOO_LARGE" }));
    expect(reader.buffered).toBe(4);
  },
);

test("FrameReader.next() accepts a payload of exactly 16 MiB [ipc 12]", () => {
  const stream = frame(Buffer.alloc(MAX_PAYLOAD, 9));
  const reader = new FrameReader();
  for (let at = 0; at < stream.length; at += 65_536) {
    expect(reader.next()).toBeUndefined();
    reader.push(stream.subarray(at, at + 65_536));
  }
  const payload = reader.next();
  expect(payload?.length).toBe(MAX_PAYLOAD);
  expect(payload?.[MAX_PAYLOAD - 1]).toBe(9);
});
