import { expect, test } from "bun:test";
import { readRequest } from "../../../../src/ipc/requests.ts";

const BYTES = new Uint8Array([1]);

function refusalOf(type: string, fields: Record<string, unknown>): string {
  const read = readRequest({ v: 1, type, ...fields });
  return read.kind === "request" ? "" : read.message;
}

function withPayload(payload: unknown) {
  const outputs = [{ name: "x", payload }];
  return { cache_key: "ab", artifact: { outputs, stdout: BYTES, stderr: BYTES, exit_code: 0 } };
}

test.each([{ bytes: BYTES }, { path: "/x" }, { bytes: BYTES, path: null }, { path: "/x", more: 1 }])(
  "Store takes the payload %j",
  (payload) => expect(refusalOf("Store", withPayload(payload))).toBe(""),
);

test.each([{ bytes: BYTES, path: "/x" }, {}, { bytes: "text" }, { path: 1 }, null])(
  "Store refuses the payload %j, which is not exactly one of bytes and path",
  (payload) =>
    expect(refusalOf("Store", withPayload(payload))).toContain('Cannot serve Store: field "artifact.outputs.0'),
);

test.each(["", "abc", "AB", "zz", 1, null])("Lookup and Store refuse the key %j", (cache_key) => {
  expect(refusalOf("Lookup", { cache_key })).toContain('field "cache_key"');
  expect(refusalOf("Store", { ...withPayload({ bytes: BYTES }), cache_key })).toContain('field "cache_key"');
});
