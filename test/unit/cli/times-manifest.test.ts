import { expect, test } from "bun:test";
import { readManifest, writeManifest } from "../../../src/cli/times-manifest.ts";

const DIGEST = "0a".repeat(32);
const facts = (bytes: number, timeNs: bigint) => ({ bytes, timeNs, digest: DIGEST });

const FILES = new Map([
  ["a/b.c", facts(0, 0n)],
  ["caf\xc3\xa9", facts(2 ** 41, 1_767_225_600_123_456_789n)],
  ["odd\xff\nname", facts(1, -1n)],
]);

test("readManifest() gives what writeManifest() was given, whatever the names", () => {
  const text = writeManifest(FILES);
  expect(readManifest(text)).toEqual(FILES);
  expect(text).toContain('"path":"café"');
  expect(readManifest(writeManifest(new Map()))).toEqual(new Map());
});

test("readManifest() refuses a manifest that is cut off anywhere", () => {
  const text = writeManifest(FILES);
  for (let length = 0; length < text.length; length += 1) {
    expect(() => readManifest(text.slice(0, length))).toThrow("is none of a manifest");
  }
});

const HEAD = '{"format":"zccache times","version":1,"files":1}';
const LINE = { path: "a", size: 1, mtime_ns: "1", sha256: DIGEST };

test.each([
  ["another version", `{"format":"zccache times","version":2,"files":0}\n`],
  ["another file", `{"a":1}\n`],
  ["a path upwards", `${HEAD}\n${JSON.stringify({ ...LINE, path: "a/../../b" })}\n`],
  ["an absolute path", `${HEAD}\n${JSON.stringify({ ...LINE, path: "/etc/passwd" })}\n`],
  ["no path", `${HEAD}\n${JSON.stringify({ ...LINE, path: undefined })}\n`],
  ["a NUL", `${HEAD}\n${JSON.stringify({ ...LINE, path: "a\0b" })}\n`],
  ["a time that is none", `${HEAD}\n${JSON.stringify({ ...LINE, mtime_ns: "soon" })}\n`],
  ["a digest that is none", `${HEAD}\n${JSON.stringify({ ...LINE, sha256: "0a" })}\n`],
  ["more lines than it says", `${HEAD}\n${JSON.stringify(LINE)}\n${JSON.stringify({ ...LINE, path: "b" })}\n`],
])("readManifest() refuses %s", (_what, text) => {
  expect(() => readManifest(text)).toThrow("is none of a manifest");
});
