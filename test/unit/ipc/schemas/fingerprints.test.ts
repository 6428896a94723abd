import { expect, test } from "bun:test";
import { readRequest } from "../../../../src/ipc/requests.ts";

const CHECK = { v: 1, type: "FingerprintCheck", cache_file: "/c", cache_type: "hash", root: "/r" };

test("a check without lists, or with null for them, has empty ones", () => {
  const lists = { extensions: [], include_globs: [], exclude: [] };
  const { v: _v, ...fields } = CHECK;
  for (const given of [{}, { extensions: null, include_globs: null, exclude: null }]) {
    expect(readRequest({ ...CHECK, ...given })).toEqual({ kind: "request", request: { ...fields, ...lists } as never });
  }
});

test.each(["cache_file", "cache_type", "root"])("a check without %s is refused by its name", (field) => {
  for (const value of [undefined, 1, null]) {
    const read = readRequest({ ...CHECK, [field]: value });
    expect(read).toMatchObject({ kind: "refused", message: expect.stringContaining(`field "${field}"`) });
  }
});

test("cache types are hash and two-layer", () => {
  const kindOf = (cache_type: string) => readRequest({ ...CHECK, cache_type }).kind;
  expect(["hash", "two-layer", "two_layer", "HASH", ""].map(kindOf)).toEqual([
    "request",
    "request",
    "refused",
    "refused",
    "refused",
  ]);
});
