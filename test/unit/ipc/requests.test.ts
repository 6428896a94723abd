import { expect, test } from "bun:test";
import { decodePayload, encodeFrame } from "../../../src/ipc/codec.ts";
import type { WireMap } from "../../../src/ipc/fields.ts";
import { readRequest } from "../../../src/ipc/requests.ts";

const some = new Uint8Array([0xff, 0]);

const FULL: readonly { readonly required: WireMap; readonly optional: WireMap }[] = [
  { required: { type: "Ping" }, optional: {} },
  { required: { type: "Shutdown" }, optional: {} },
  { required: { type: "Status" }, optional: {} },
  { required: { type: "Clear" }, optional: {} },
  {
    required: {
      type: "Invoke",
      argv: some,
      cwd: some,
      env: some,
      umask: 0o22,
      stderr_tty: true,
      same_streams: false,
      can_exec: true,
    },
    optional: { stdin_file: some, columns: 80, stderr_columns: 90 },
  },
  {
    required: { type: "ExecDone", job: 2 ** 40, exit_code: -1, stdout: some, stderr: some, merged: false },
    optional: { signal: 9, too_large: true },
  },
];

const DEFAULTS: WireMap = { too_large: false, columns: 0, stderr_columns: 0 };

function read(fields: WireMap) {
  return readRequest(decodePayload(encodeFrame(fields).subarray(4)));
}

test.each(FULL)(
  "readRequest() keeps every field of $required.type, the optional ones too",
  ({ required, optional }) => {
    expect(read({ ...required, ...optional })).toEqual({
      kind: "request",
      request: { ...required, ...optional } as never,
    });
  },
);

test.each(FULL)(
  "readRequest() applies the defaults of $required.type, absent and null alike",
  ({ required, optional }) => {
    const defaults = Object.fromEntries(Object.keys(optional).map((name) => [name, DEFAULTS[name]]));
    const nulls = Object.fromEntries(Object.keys(optional).map((name) => [name, null]));
    for (const message of [required, { ...required, ...nulls }]) {
      expect(read(message)).toEqual({ kind: "request", request: { ...required, ...defaults } as never });
    }
  },
);

test.each(FULL)("readRequest() ignores unknown keys of $required.type", ({ required }) => {
  const result = read({ ...required, colour: "blue", nested: { a: [1] } });
  expect(result).toMatchObject({ kind: "request" });
  expect(result).not.toHaveProperty("request.colour");
});

const FIELDS = FULL.flatMap(({ required, optional }) =>
  Object.keys({ ...required, ...optional })
    .filter((field) => field !== "type")
    .map((field) => ({ required, optional, field, type: required["type"] })),
);

test.each(FIELDS)(
  "readRequest() refuses $type whose $field has the wrong type",
  ({ required, optional, field, type }) => {
    for (const wrong of ["text", [1], { a: 1 }, 1.5]) {
      const result = read({ ...required, ...optional, [field]: wrong });
      expect(result).toEqual({
        kind: "refused",
        message: `Cannot serve ${String(type)}: field "${field}" has the wrong type`,
      });
    }
  },
);

test.each(FIELDS.filter(({ required, field }) => field in required))(
  "readRequest() refuses $type without $field",
  ({ required, field, type }) => {
    const result = read({ ...required, [field]: undefined });
    expect(result).toEqual({ kind: "refused", message: `Cannot serve ${String(type)}: field "${field}" is missing` });
  },
);

test.each([
  { job: 2 ** 53 - 1, good: true },
  { job: 2 ** 53, good: false },
  { job: 2n ** 53n - 1n, good: true },
  { job: 2n ** 53n, good: false },
  { job: -1, good: false },
  { job: -1n, good: false },
  { job: Number.NaN, good: false },
])("readRequest() takes job $job: $good", ({ job, good }) => {
  const result = readRequest({ v: 1, type: "ExecDone", exit_code: 0, stdout: some, stderr: some, merged: true, job });
  expect(result).toMatchObject(good ? { kind: "request", request: { job: Number(job) } } : { kind: "refused" });
});

test.each([2 ** 31, -(2 ** 31) - 1, 0.5])("readRequest() refuses exit code %d", (exit_code) => {
  expect(read({ type: "ExecDone", job: 1, stdout: some, stderr: some, merged: true, exit_code })).toMatchObject({
    kind: "refused",
  });
});

test("readRequest() quotes little of what the peer sent", () => {
  const result = read({ type: "x".repeat(1_000_000) });
  expect(result.kind === "refused" && result.message.length).toBeLessThan(200);
});
