import { expect, test } from "bun:test";
import { COMMAND_NAMES } from "../../../src/cli/command-names.ts";
import { ZccacheError } from "../../../src/core/errors.ts";
import { commandsHeader, compileStub } from "../../../src/stub/compile.ts";

test("commandsHeader() lists every command, sorted", () => {
  const names = [...commandsHeader(COMMAND_NAMES).matchAll(/"([^"]*)"/g)].map(([, name]) => name);
  expect(names).toEqual([...COMMAND_NAMES].sort());
});

test("commandsHeader() refuses a name that would not stay inside of its quotes", () => {
  expect(() => commandsHeader(['a"b'])).toThrow(/plain word/);
});

test("compileStub() gives equal bytes from equal sources and meets no warning", () => {
  const once = compileStub(COMMAND_NAMES, ["-Werror"]);
  expect(compileStub(COMMAND_NAMES).equals(once)).toBe(true);
  expect(once.length).toBeLessThan(32_768);
}, 600_000);

test("compileStub() throws with the compiler's words when it refuses", () => {
  const compiling = (): Buffer => compileStub(COMMAND_NAMES, ["-Dstub_main=+"]);
  expect(compiling).toThrow(ZccacheError);
  expect(compiling).toThrow(/Cannot compile the stub: .*error/s);
});
