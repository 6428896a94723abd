import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BUFFER_MAGIC, HEADER_BYTES, KINDS, OPEN, RECORD_HEAD_BYTES } from "../../../src/tracer/record-format.ts";

const header = readFileSync(join(import.meta.dirname, "../../../src/tracer/native/record.h"), "utf8");

test("KINDS is `enum kind` of record.h", () => {
  const inC = [...header.matchAll(/KIND_(\w+) = '(.)'/g)].map(([, name = "", letter]) => [
    letter,
    name.toLowerCase().replaceAll("_", "-"),
  ]);
  expect(inC.length).toBeGreaterThan(20);
  expect(Object.fromEntries(inC)).toEqual({ ...KINDS });
});

test("OPEN is `enum open_flag` of record.h", () => {
  const inC = [...header.matchAll(/OPEN_(\w+) = (\d+),/g)].map(([, name = "", bit]) => [
    name.toLowerCase(),
    Number(bit),
  ]);
  expect(Object.fromEntries(inC)).toEqual({ ...OPEN });
});

test("sizes and the magic number are those of record.h", () => {
  expect(header).toContain(
    `HEADER_BYTES = ${HEADER_BYTES}, RECORD_HEAD_BYTES = ${RECORD_HEAD_BYTES}, BUFFER_MAGIC = 0x${BUFFER_MAGIC.toString(16)}`,
  );
});
