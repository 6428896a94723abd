import { expect, test } from "bun:test";
import { umaskIn, umaskOf } from "../../../src/sys/umask.ts";

test.each([
  ["Name:\tx\nUmask:\t0022\nState:\tR\n", 0o022],
  ["Umask:\t0777\n", 0o777],
  ["Umask:\t0000", 0],
])("umaskIn(%p) is %d", (status, expected) => expect(umaskIn(status)).toBe(expected));

test("umaskIn() refuses a status without it", () => {
  expect(() => umaskIn("Name:\tx\n")).toThrow("umask");
});

test("umaskOf() is what the process has", () => {
  const before = process.umask(0o137);
  try {
    expect([umaskOf("self"), umaskOf(process.pid)]).toEqual([0o137, 0o137]);
  } finally {
    process.umask(before);
  }
});
