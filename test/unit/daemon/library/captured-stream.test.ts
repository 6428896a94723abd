import { expect, test } from "bun:test";
import { readFileSync, statSync, writeSync } from "node:fs";
import { CapturedStream } from "../../../../src/daemon/library/captured-stream.ts";
import { TemporaryTree } from "../../../support/file-tree.ts";

test("CapturedStream.saveAs() keeps more than fits one piece, for our user only", () => {
  using tree = new TemporaryTree();
  using stream = new CapturedStream();
  const piece = Buffer.alloc(700_001, "abc");
  for (let count = 0; count < 4; count += 1) writeSync(stream.fd, piece);
  stream.saveAs(tree.at("kept"));
  expect(readFileSync(tree.at("kept")).equals(Buffer.concat([piece, piece, piece, piece]))).toBe(true);
  expect(statSync(tree.at("kept")).mode & 0o777).toBe(0o600);
  expect(() => stream.saveAs(tree.at("kept"))).toThrow("EEXIST");
});

test("CapturedStream.bytes() is what was written, nothing included", () => {
  using stream = new CapturedStream();
  expect([stream.size, stream.bytes().length]).toEqual([0, 0]);
  writeSync(stream.fd, "abc");
  expect([stream.size, Buffer.from(stream.bytes()).toString()]).toEqual([3, "abc"]);
});
