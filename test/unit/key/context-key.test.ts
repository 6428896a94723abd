import { describe, expect, test } from "bun:test";
import type { CompilePlan } from "../../../src/core/plan.ts";
import { type Context, contextKey, resultKey } from "../../../src/key/context-key.ts";

const plan = (over: Partial<CompilePlan> = {}): CompilePlan => ({
  kind: "compile",
  source: "a.c",
  keyArguments: ["-O2", "a.c"],
  outputs: [{ role: "object", path: "a.o" }],
  sideOutputs: false,
  cwdInKey: false,
  ...over,
});
const context = (over: Partial<Context> = {}): Context => ({
  toolPath: "/usr/bin/gcc",
  toolState: "F1",
  environment: new Map(),
  cwd: "/w",
  terminal: undefined,
  stdinDigest: undefined,
  before: [],
  ...over,
});
const base = contextKey(plan(), context());

describe("contextKey()", () => {
  test.each<[string, string]>([
    ["another tool path", contextKey(plan(), context({ toolPath: "/opt/gcc" }))],
    ["a tool that is called by another name than its path", contextKey(plan(), context({ argumentZero: "gcc" }))],
    ["another tool content (F10)", contextKey(plan(), context({ toolState: "F2" }))],
    ["something there before", contextKey(plan(), context({ before: ["A"] }))],
    ["something else there before", contextKey(plan(), context({ before: ["F1"] }))],
    ["another order of arguments", contextKey(plan({ keyArguments: ["a.c", "-O2"] }), context())],
    ["arguments split elsewhere", contextKey(plan({ keyArguments: ["-O2a", ".c"] }), context())],
    ["an empty argument more", contextKey(plan({ keyArguments: ["-O2", "a.c", ""] }), context())],
    ["no output, standard output being in its place", contextKey(plan({ outputs: [] }), context())],
    ["an output of another role", contextKey(plan({ outputs: [{ role: "direct", path: "a.o" }] }), context())],
    ["another locale", contextKey(plan(), context({ environment: new Map([["LC_ALL", "C"]]) }))],
    ["a terminal", contextKey(plan(), context({ terminal: "80 columns" }))],
    ["another standard input", contextKey(plan(), context({ stdinDigest: "F3" }))],
    ["the working directory, where it shows", contextKey(plan({ cwdInKey: true }), context())],
  ])("differs for %s", (_title, key) => {
    expect(key).not.toBe(base);
  });
  test.each<[string, string]>([
    ["another output name", contextKey(plan({ outputs: [{ role: "object", path: "b.o" }] }), context())],
    ["another directory, where it does not show", contextKey(plan(), context({ cwd: "/v" }))],
    ["a tool that is called by its path", contextKey(plan(), context({ argumentZero: "/usr/bin/gcc" }))],
    ["an unrelated variable", contextKey(plan(), context({ environment: new Map([["HOME", "/h"]]) }))],
  ])("is the same for %s", (_title, key) => {
    expect(key).toBe(base);
  });
  test("differs between directories where the directory shows", () => {
    const shown = plan({ cwdInKey: true });
    expect(contextKey(shown, context({ cwd: "/v" }))).not.toBe(contextKey(shown, context()));
  });
});

test("resultKey() differs when any condition does", () => {
  const row = {
    dependencies: [{ path: "a.h", aspect: "content" as const, state: "F1" }],
    environment: [],
    wholeEnvironment: undefined,
    layout: "empty" as const,
  };
  const other = { ...row, dependencies: [{ path: "a.h", aspect: "content" as const, state: "F2" }] };
  const variable = { ...row, environment: [{ name: "CPATH", valueHash: undefined }] };
  expect(new Set([row, other, variable].map((each) => resultKey(base, each))).size).toBe(3);
});

describe("a link's contextKey() [links 19]", () => {
  const key = (over: Partial<CompilePlan>): string => contextKey(plan({ link: true, ...over }), context());

  test("differs where a flag moves from one argument to the next", () => {
    expect(key({ keyArguments: ["a", "bc"] })).not.toBe(key({ keyArguments: ["ab", "c"] }));
    expect(key({ keyArguments: ["a", "b"] })).not.toBe(key({ keyArguments: ["ab"] }));
  });
  test("is none of a compile with the same tool, arguments and file", () => {
    expect(key({})).not.toBe(base);
  });
});
