import { expect, test } from "bun:test";
import type { ManifestRow } from "../../../src/core/entry.ts";
import type { Call, CompileCall } from "../../../src/daemon/call.ts";
import { type Change, changesBetween, changesSince } from "../../../src/daemon/miss-diff.ts";
import { callCondition } from "../../../src/key/call-condition.ts";
import { conditionsOf, type Environment } from "../../../src/key/environment.ts";
import { takeSnapshot } from "../../../src/key/snapshot.ts";
import { newItem } from "../../../src/key/state-items.ts";
import { ToolSearches } from "../../../src/key/tool-search.ts";
import { identifySelf } from "../../../src/sys/self-image.ts";
import { call, PLAN } from "./library/samples.ts";

const ROW: ManifestRow = {
  dependencies: [],
  environment: [],
  wholeEnvironment: undefined,
  resultKey: "r",
  layout: "empty",
};

function compileCall(more: Partial<Omit<CompileCall, "plan">> & { plan?: Partial<CompileCall["plan"]> } = {}) {
  return { ...call(), toolState: "F1", tool: "/usr/bin/gcc", ...more, plan: { ...PLAN, ...more.plan } };
}

/** What is said of a row, once these paths were looked at. */
async function since(
  row: Partial<ManifestRow>,
  { states = {}, now = compileCall() }: { states?: Record<string, string>; now?: CompileCall } = {},
): Promise<Change[]> {
  const snapshot = takeSnapshot({
    item: newItem,
    identity: () => undefined,
    stamp: () => undefined,
    states: async (items) => items.map(({ path }) => states[path] ?? "A"),
  });
  await snapshot.states(Object.keys(states).map((path) => ({ path, aspect: "content" as const })));
  return changesSince({ row: { ...ROW, ...row }, call: now, snapshot, tools: new ToolSearches(identifySelf()) });
}

const content = (path: string, state: string) => ({ path, aspect: "content" as const, state });

test("changesSince() names the paths that are not what they were, and what they are", async () => {
  const dependencies = [content("a.h", "F1"), content("/i/b.h", "A"), content("c.h", "F3"), content("/unseen.h", "F4")];
  const states = { "/work/a.h": "F2", "/i/b.h": "F5", "/work/c.h": "F3" };
  expect(await since({ dependencies }, { states })).toEqual([
    { kind: "dependency", path: "a.h", was: "file", now: "file" },
    { kind: "dependency", path: "/i/b.h", was: "absent", now: "file" },
  ]);
});

const observed = (names: readonly string[], variables: Environment, whole = false) =>
  conditionsOf(
    { environment: names, wholeEnvironment: whole } as unknown as Parameters<typeof conditionsOf>[0],
    variables,
    { cwdInKey: false },
  );

test("changesSince() names variables that are not what they were, and never a value", async () => {
  const before = new Map([
    ["CPATH", "/old"],
    ["LANG", "C"],
  ]);
  const now = compileCall({
    environment: new Map([
      ["CPATH", "/secret"],
      ["LANG", "C"],
    ]),
  });
  const changes = await since(observed(["CPATH", "LANG", "TERM"], before), { now });
  expect(changes).toEqual([{ kind: "variable", name: "CPATH" }]);
});

test.each([
  ["the streams", { layout: "merged" as const }, "streams"],
  ["all variables", observed([], new Map([["A", "1"]]), true), "environment"],
  ["the call itself", { environment: [callCondition(compileCall({ cwd: "/other" }))] }, "directory"],
  ["where names lead, since no state says it", {}, "directory"],
])("changesSince() says that it is %s", async (_what, row, kind) => {
  expect(await since(row)).toEqual([{ kind } as Change]);
});

type Pair = readonly [before: Call, after: Call, changes: readonly Change[]];

const PAIRS: readonly (readonly [what: string, pair: Pair])[] = [
  [
    "arguments",
    [
      compileCall({ plan: { keyArguments: ["-c", "-O1", "-g"] } }),
      compileCall({ plan: { keyArguments: ["-c", "-O2", "-g", "-g"] } }),
      [{ kind: "argument", added: ["-O2", "-g"], removed: ["-O1"] }],
    ],
  ],
  [
    "their order",
    [
      compileCall({ plan: { keyArguments: ["-O1", "-O2"] } }),
      compileCall({ plan: { keyArguments: ["-O2", "-O1"] } }),
      [{ kind: "argument", added: [], removed: [] }],
    ],
  ],
  ["another tool", [compileCall({ tool: "/old/gcc" }), compileCall(), [{ kind: "tool", path: "/usr/bin/gcc" }]]],
  ["a tool built anew", [compileCall({ toolState: "F2" }), compileCall(), [{ kind: "tool", path: "/usr/bin/gcc" }]]],
  [
    "what the C library reads",
    [
      compileCall({ environment: new Map([["LANG", "C"]]) }),
      compileCall({ environment: new Map([["LC_ALL", "de_DE"]]) }),
      [
        { kind: "variable", name: "LANG" },
        { kind: "variable", name: "LC_ALL" },
      ],
    ],
  ],
  [
    "the directory where it shows",
    [
      compileCall({ cwd: "/a", plan: { cwdInKey: true } }),
      compileCall({ cwd: "/b", plan: { cwdInKey: true } }),
      [{ kind: "directory" }],
    ],
  ],
  ["the terminal", [compileCall(), compileCall({ terminal: true }), [{ kind: "terminal" }]]],
  ["nothing that is known", [compileCall({ cwd: "/a" }), compileCall({ cwd: "/b" }), [{ kind: "evicted" }]]],
];

test.each(PAIRS)("changesBetween() tells %s", (_what, [before, after, changes]) => {
  expect(changesBetween(before, after)).toEqual([...changes]);
});
