// GenericToolExec and its reply on the wire.

import { expect, test } from "bun:test";
import fc from "fast-check";
import * as z from "zod/mini";
import { decodePayload, encodeFrame } from "../../src/ipc/codec.ts";
import { FrameReader } from "../../src/ipc/frame-reader.ts";
import { EXEC_CALLS } from "../../src/ipc/schemas/exec.ts";

const raw = fc.uint8Array({ maxLength: 60 }).map((value) => Buffer.from(value).toString("latin1"));
const list = fc.array(raw, { maxLength: 5 });
const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: "grapheme", maxLength: 40 });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const request = fc.record({
  type: fc.constant("GenericToolExec" as const),
  tool: raw,
  args: list,
  cwd: raw,
  env: fc.array(fc.tuple(raw, raw), { maxLength: 5 }),
  input_files: list,
  input_extra: bytes,
  output_streams: fc.record({ stdout: fc.boolean(), stderr: fc.boolean() }),
  output_files: list,
  tool_hash: maybe(fc.uint8Array({ minLength: 32, maxLength: 32 })),
  cache_policy: fc.constantFrom("Normal" as const, "Bypass" as const, "ReadOnly" as const),
  cwd_in_key: fc.boolean(),
  include_scan_files: list,
  include_dirs: list,
  system_include_dirs: list,
  iquote_dirs: list,
  depfile: maybe(raw),
  non_deterministic: fc.boolean(),
  key_args_filter: fc.array(text, { maxLength: 3 }),
  find_outputs: fc.boolean(),
});

const payload = fc.oneof(fc.record({ bytes }), fc.record({ path: raw }));
const reply = fc.record({
  type: fc.constant("GenericToolExecResult" as const),
  exit_code: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  signal: maybe(fc.nat()),
  stdout: bytes,
  stderr: bytes,
  stdout_file: maybe(raw),
  stderr_file: maybe(raw),
  cached: fc.boolean(),
  output_files: fc.array(fc.record({ name: text, payload }), { maxLength: 4 }),
  cache_key_hex: fc.stringMatching(/^(?:[0-9a-f]{2}){32}$/),
  not_stored: maybe(text),
});

test.each([
  ["GenericToolExec", EXEC_CALLS.GenericToolExec.request, request],
  ["GenericToolExecResult", EXEC_CALLS.GenericToolExec.reply, reply],
] as const)(
  "%s [protocol 1] survives the wire unchanged, bytes that are no UTF-8 included",
  (_name, schema, messages) => {
    fc.assert(
      fc.property(messages as fc.Arbitrary<Record<string, unknown>>, (message) => {
        const reader = new FrameReader();
        reader.push(encodeFrame(z.encode(schema as z.ZodMiniType, message) as never, 1));
        const decoded = decodePayload(reader.next() ?? new Uint8Array());
        expect(plain(z.decode(schema as z.ZodMiniType, decoded))).toEqual(plain(message));
      }),
      { numRuns: 300 },
    );
  },
);

/** Bytes come back as another class of array, and what is undefined is left out. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, part) =>
      part instanceof Uint8Array ? [...part] : part?.type === "Buffer" ? part.data : part,
    ),
  );
}
