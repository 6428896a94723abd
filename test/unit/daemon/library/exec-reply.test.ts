import { expect, test } from "bun:test";
import { replyTo } from "../../../../src/daemon/library/exec-reply.ts";
import { NO_STREAM } from "../../../../src/daemon/library/exec-streams.ts";
import { fileTree } from "../../../support/file-tree.ts";

const ANSWER = {
  exitCode: 3,
  signal: undefined,
  stdout: NO_STREAM,
  stderr: { bytes: new Uint8Array(), file: "/spooled" },
  cached: true,
  outputs: [],
  key: "ab",
  notStored: undefined,
};

test("replyTo() gives files up to 1 MiB as bytes, larger ones by their path, and leaves out what is not there", () => {
  using tree = fileTree({ small: "abc", limit: new Uint8Array(1 << 20), large: new Uint8Array((1 << 20) + 1) });
  const names = ["small", "none", "limit", tree.at("large")];
  const { output_files } = replyTo({ ...ANSWER, outputs: names }, tree.path);
  expect(
    output_files.map(({ name, payload }) => [name, "path" in payload ? payload.path : payload.bytes.length]),
  ).toEqual([
    ["small", 3],
    ["limit", 1 << 20],
    [tree.at("large"), tree.at("large")],
  ]);
});

test("replyTo() keeps the reply below what a frame can hold, however many files there are", () => {
  using tree = fileTree();
  const names = Array.from({ length: 20 }, (_, index) => `f${index}`);
  tree.write(Object.fromEntries(names.map((name) => [name, new Uint8Array(1 << 20)])));
  const { output_files } = replyTo({ ...ANSWER, outputs: names }, tree.path);
  expect(output_files.filter(({ payload }) => "bytes" in payload)).toHaveLength(4);
  expect(output_files).toHaveLength(20);
});

test("replyTo() says 1 for a tool that a signal killed, beside the signal, and where large streams are", () => {
  const reply = replyTo({ ...ANSWER, exitCode: 0, signal: 9 }, "/");
  expect([reply.exit_code, reply.signal, reply.stderr_file, reply.stdout_file]).toEqual([1, 9, "/spooled", undefined]);
  expect(replyTo(ANSWER, "/").exit_code).toBe(3);
});
