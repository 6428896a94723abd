import { expect, test } from "bun:test";
import { isInterpreter } from "../../../src/tracer/interpreters.ts";

test.each([
  "/usr/bin/dash",
  "/bin/sh",
  "/usr/bin/python3.11",
  "/opt/x/bin/python",
  "/usr/bin/perl5.36.0",
  "/usr/bin/mawk",
])("isInterpreter() says yes to %s", (path) => {
  expect(isInterpreter(path)).toBe(true);
});

test.each([
  "/usr/bin/as",
  "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus",
  "/usr/bin/x86_64-linux-gnu-gcc-12",
  "/sh/ld",
  "",
])("isInterpreter() says no to %s", (path) => {
  expect(isInterpreter(path)).toBe(false);
});
