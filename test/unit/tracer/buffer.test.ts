import { expect, test } from "bun:test";
import { fstatSync, readFileSync, writeSync } from "node:fs";
import { createTraceBuffer } from "../../../src/tracer/buffer.ts";
import { readRecords } from "../../../src/tracer/read-records.ts";
import { HEADER, HEADER_BYTES } from "../../../src/tracer/record-format.ts";
import { recordBytes } from "./trace-bytes.ts";

/** Does what a traced process does: reserve, write. */
function append(fd: number, bytes: Buffer, at: number): void {
  writeSync(fd, bytes, 0, bytes.length, at);
  const used = Buffer.alloc(8);
  used.writeUInt32LE(at + bytes.length);
  writeSync(fd, used, 0, 8, HEADER.used);
}

test("createTraceBuffer() makes a buffer without records", () => {
  const buffer = createTraceBuffer();
  expect(readRecords(buffer.read())).toEqual({ records: [], damage: undefined });
  buffer[Symbol.dispose]();
});

test("TraceBuffer.read() gives what has been written and no more", () => {
  const buffer = createTraceBuffer();
  const bytes = recordBytes({ kind: "open", text: "/x" });
  append(buffer.fd, bytes, HEADER_BYTES);
  expect(buffer.read().length).toBe(HEADER_BYTES + bytes.length);
  expect(readRecords(buffer.read()).records).toHaveLength(1);
  buffer[Symbol.dispose]();
});

test("TraceBuffer.readFrom() gives what follows, and nothing once it has been read", () => {
  const buffer = createTraceBuffer(4096);
  const first = recordBytes({ kind: "open", text: "/x" });
  const second = recordBytes({ kind: "open", text: "/y" });
  append(buffer.fd, Buffer.concat([first, second]), HEADER_BYTES);
  const at = HEADER_BYTES + first.length;
  expect(Buffer.compare(buffer.readFrom(at), second)).toBe(0);
  expect(buffer.readFrom(at + second.length)).toHaveLength(0);
  expect(buffer.readFrom(8000)).toHaveLength(0);
  buffer[Symbol.dispose]();
});

test("TraceBuffer.path leads other processes to the same memory, which takes no room before it is used", () => {
  const buffer = createTraceBuffer();
  const { size, blocks } = fstatSync(buffer.fd);
  expect(size).toBe(32 << 20);
  expect(blocks * 512).toBeLessThan(64 << 10);
  expect(readFileSync(buffer.path).subarray(0, HEADER_BYTES)).toEqual(Buffer.from(buffer.read()));
  buffer[Symbol.dispose]();
});

test("TraceBuffer.read() stops at the capacity when more was reserved", () => {
  const buffer = createTraceBuffer(4096);
  append(buffer.fd, Buffer.alloc(0), 10_000);
  expect(buffer.read().length).toBe(4096);
  buffer[Symbol.dispose]();
});
