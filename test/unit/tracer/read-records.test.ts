import { describe, expect, test } from "bun:test";
import { readRecords } from "../../../src/tracer/read-records.ts";
import { HEADER, HEADER_BYTES, KINDS, RECORD } from "../../../src/tracer/record-format.ts";
import { recordBytes, traceBytes } from "./trace-bytes.ts";

const open = { kind: "open", pid: 7, error: 0, flags: 5, relative: true, text: "/a/b.h", inode: 9n } as const;

describe("readRecords()", () => {
  test("gives back every field of a record", () => {
    const { inode, ...record } = open;
    expect(readRecords(traceBytes([open]))).toEqual({
      records: [{ ...record, second: "", file: { device: 1n, inode } }],
      damage: undefined,
    });
  });

  test("keeps the error of a record, and no file where nothing was opened", () => {
    const [record] = readRecords(traceBytes([{ ...open, error: 2 }])).records;
    expect(record).toMatchObject({ error: 2, file: undefined });
  });

  test.each(Object.values(KINDS))("knows the kind %s", (kind) => {
    expect(readRecords(traceBytes([{ kind }])).records.map((record) => record.kind)).toEqual([kind]);
  });

  test("splits the two names of a rename", () => {
    const { records } = readRecords(traceBytes([{ kind: "rename", text: "/a\0/b" }]));
    expect(records.map(({ text, second }) => [text, second])).toEqual([["/a", "/b"]]);
  });

  test("keeps bytes that are no UTF-8, one code unit each", () => {
    const { records } = readRecords(traceBytes([{ kind: "open", text: "/\xff\xe4" }]));
    expect(records[0]?.text).toBe("/\xff\xe4");
  });

  test.each([0, 1, 6, 7, 8, 9])("finds the record behind a text of %d bytes", (length) => {
    const { records } = readRecords(traceBytes([{ kind: "open", text: "x".repeat(length) }, open]));
    expect(records.map(({ text }) => text)).toEqual(["x".repeat(length), open.text]);
  });

  test("leaves out what is not wanted, and finds damage in it all the same", () => {
    const bytes = traceBytes([
      { kind: "open", text: "/x", error: 2 },
      open,
      { kind: "presence", text: "/y", flags: 4 },
    ]);
    const asked: unknown[] = [];
    const wanted = (...of: [kind: string, error: number, flags: number]): boolean => {
      asked.push(of);
      return of[0] === "open" && of[1] === 0;
    };
    expect(readRecords(bytes, wanted).records.map(({ text }) => text)).toEqual([open.text]);
    expect(asked).toEqual([
      ["open", 2, 0],
      ["open", 0, 5],
      ["presence", 0, 4],
    ]);
    expect(readRecords(bytes.subarray(0, -1), wanted).damage).toBe("record of impossible size");
  });

  test("gives no records and no damage for an unused buffer", () => {
    expect(readRecords(traceBytes([]))).toEqual({ records: [], damage: undefined });
  });

  test("reads a buffer that does not start at the front of its memory", () => {
    const bytes = traceBytes([open]);
    const shifted = Buffer.concat([Buffer.from("abc"), bytes]).subarray(3);
    expect(readRecords(shifted).records).toHaveLength(1);
  });
});

describe("readRecords() reports damage:", () => {
  test("a buffer without a whole header", () => {
    expect(readRecords(Buffer.alloc(HEADER_BYTES - 1)).damage).toBe("no header");
  });

  test("a foreign magic number", () => {
    expect(readRecords(Buffer.alloc(HEADER_BYTES)).damage).toBe("not a trace buffer");
  });

  test("a record whose writer died, and keeps those before it", () => {
    const bytes = traceBytes([open, open]);
    bytes.writeUInt32LE(0, HEADER_BYTES + recordBytes(open).length + RECORD.size);
    expect(readRecords(bytes)).toMatchObject({ records: [{ text: "/a/b.h" }], damage: "record not finished" });
  });

  test("records that did not fit", () => {
    const bytes = traceBytes([open]);
    bytes.writeUInt32LE(1, HEADER.lost);
    expect(readRecords(bytes)).toMatchObject({ records: [{ text: "/a/b.h" }], damage: "records lost" });
  });

  test("an overflow that left its room unwritten", () => {
    const bytes = Buffer.concat([traceBytes([open]), Buffer.alloc(32)]);
    bytes.writeUInt32LE(bytes.length + 4096, HEADER.used);
    bytes.writeUInt32LE(1, HEADER.lost);
    expect(readRecords(bytes).damage).toBe("records lost");
  });

  test("a buffer shorter than it says", () => {
    expect(readRecords(traceBytes([open, open]).subarray(0, HEADER_BYTES + recordBytes(open).length)).damage).toBe(
      "buffer cut short",
    );
  });

  test.each([
    ["a size past the end", RECORD.size, 1 << 16],
    ["a size that is no multiple of 8", RECORD.size, 33],
    ["a text longer than its record", RECORD.length, 4000],
  ])("%s", (_title, field, value) => {
    const bytes = traceBytes([open]);
    bytes.writeUInt32LE(value, HEADER_BYTES + field);
    expect(readRecords(bytes)).toEqual({ records: [], damage: "record of impossible size" });
  });

  test("a kind that is not known", () => {
    const bytes = traceBytes([open]);
    bytes.writeUInt8(1, HEADER_BYTES + RECORD.kind);
    expect(readRecords(bytes).damage).toBe("record of unknown kind");
  });

  test("a record of a few bytes", () => {
    const bytes = Buffer.concat([traceBytes([]), Buffer.alloc(8, 8)]);
    bytes.writeUInt32LE(bytes.length, HEADER.used);
    expect(readRecords(bytes).damage).toBe("record cut short");
  });
});
