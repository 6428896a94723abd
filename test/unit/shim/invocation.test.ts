import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { ignoredSignalsIn, readInvocation } from "../../../src/shim/invocation.ts";

describe("readInvocation()", () => {
  test("reads this very process", () => {
    const call = readInvocation();
    expect(call.cwd).toBe(process.cwd());
    expect(call.argvBlock).toEqual(readFileSync("/proc/self/cmdline"));
    expect(call.environment.every((member) => member.includes("="))).toBe(true);
    const umask = process.umask();
    expect(call.umask).toBe(umask);
  });
});

test.each([
  ["SigIgn:\t0000000000000000\n", []],
  ["SigBlk:\tff\nSigIgn:\t0000000000000006\n", [2, 3]],
  ["SigIgn:\t8000000001001001\n", [1, 13, 25, 64]],
  ["", []],
])("ignoredSignalsIn(%p) is %p", (status, expected) => expect([...ignoredSignalsIn(status)]).toEqual(expected));
