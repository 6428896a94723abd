import { describe, expect, test } from "bun:test";
import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import type { ManifestRow } from "../../../src/core/entry.ts";
import { joinBlock } from "../../../src/core/raw-text.ts";
import { type CompileCall, readCall } from "../../../src/daemon/call.ts";
import { Environments } from "../../../src/daemon/environments.ts";
import { Memo } from "../../../src/daemon/memo.ts";
import type { InvokeRequest } from "../../../src/ipc/messages.ts";
import { createFileStates } from "../../../src/key/file-states.ts";
import { ToolSearches } from "../../../src/key/tool-search.ts";
import { watchStates } from "../../../src/key/watched-states.ts";
import { identifySelf } from "../../../src/sys/self-image.ts";
import { openWatch } from "../../../src/watch/open-watch.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

const CONDITIONS = { environment: [], wholeEnvironment: undefined };

describe("Memo.recall()", () => {
  test("gives the match of an equal request, and looks at nothing for it", async () => {
    using scene = await newScene();
    const looks = scene.looks();
    expect((await scene.recall({}))?.row).toBe(scene.row);
    expect(scene.looks()).toBe(looks);
  });

  test("gives the caller's own umask and environment", async () => {
    using scene = await newScene();
    const match = await scene.recall({ umask: 0o77, variables: { EXTRA: "1" } });
    expect(match?.call.umask).toBe(0o77);
    expect(match?.call.environment.get("EXTRA")).toBe("1");
  });

  test.each([
    ["another argument", { argv: ["gcc", "-c", "b.c"] }],
    ["another argument order", { argv: ["gcc", "a.c", "-c"] }],
    ["another directory", { cwd: "/" }],
    ["a terminal", { stderr_tty: true }],
    ["another width of the terminal", { columns: 90 }],
    ["another width of the terminal of errors", { stderr_columns: 90 }],
    ["streams that are one", { same_streams: true }],
    ["a locale", { variables: { LC_ALL: "de_DE" } }],
    ["a variable for the dynamic linker", { variables: { LD_PRELOAD: "/x.so" } }],
    ["ZCCACHE_DISABLE", { variables: { ZCCACHE_DISABLE: "1" } }],
    ["another PATH", { path: "/usr/bin" }],
  ])("gives nothing for %s", async (_what, change) => {
    using scene = await newScene();
    expect(await scene.recall(change)).toBeUndefined();
    expect((await scene.recall({}))?.row).toBe(scene.row);
  });

  test("gives nothing when a variable changed that the run had asked for", async () => {
    using scene = await newScene({ ...CONDITIONS, environment: [{ name: "CPATH", valueHash: undefined }] });
    expect(await scene.recall({ variables: { CPATH: "/x" } })).toBeUndefined();
    expect(await scene.recall({ variables: { OTHER: "/x" } })).toBeDefined();
  });

  test("gives nothing to a caller whose job server can't be reached, if the run looked for one", async () => {
    const variables = { MAKEFLAGS: "--jobserver-auth=9797,9898" };
    using asked = await newScene({ ...CONDITIONS, environment: [{ name: "=job-server", valueHash: "none" }] });
    expect(await asked.recall({ variables })).toBeUndefined();
    expect(await asked.recall({ variables: { MAKEFLAGS: "-j2" } })).toBeDefined();
    using other = await newScene();
    expect(await other.recall({ variables })).toBeDefined();
  });

  test("gives nothing when any variable changed that an interpreter could have read", async () => {
    using scene = await newScene({ ...CONDITIONS, wholeEnvironment: "hash" });
    expect(await scene.recall({ variables: { OTHER: "/x" } })).toBeUndefined();
    expect(await scene.recall({ variables: { MAKEFLAGS: "--jobserver-auth=3,4" } })).toBeDefined();
  });

  test.each([
    ["an input is written", (tree: TemporaryTree) => tree.write({ "a.h": "new" })],
    ["an input is removed", (tree: TemporaryTree) => rmSync(tree.at("a.h"))],
    ["an absent file appears", (tree: TemporaryTree) => tree.write({ "early/a.h": "" })],
    ["the tool is replaced", (tree: TemporaryTree) => renameSync(writeTool(tree, "new"), tree.at("late/gcc"))],
    ["a tool appears earlier on PATH", (tree: TemporaryTree) => void writeTool(tree, "early/gcc")],
    ["the tool loses its execute bit", (tree: TemporaryTree) => chmodSync(tree.at("late/gcc"), 0o644)],
  ])("gives nothing once %s", async (_what, change) => {
    using scene = await newScene();
    change(scene.tree);
    expect(await scene.recall({})).toBeUndefined();
  });

  test("gives the match again once the input's old content is back", async () => {
    using scene = await newScene();
    scene.tree.write({ "a.h": "new" });
    expect(await scene.recall({})).toBeUndefined();
    scene.tree.write({ "a.h": "old" });
    expect((await scene.recall({}))?.row).toBe(scene.row);
  });

  test("knows no call that depends on which of its names lead to one file", async () => {
    using scene = await newScene({ ...CONDITIONS, environment: [{ name: "=same-files", valueHash: "those" }] });
    expect(await scene.recall({})).toBeUndefined();
  });

  test("knows no call whose arguments stand in a file", async () => {
    using scene = await newScene();
    const argv = ["gcc", "@args"];
    writeFileSync(scene.tree.at("args"), "-c a.c");
    scene.keep({ argv });
    expect(await scene.recall({ argv })).toBeUndefined();
  });
});

type Change = Partial<Omit<InvokeRequest, "argv" | "cwd">> & {
  argv?: readonly string[];
  cwd?: string;
  path?: string;
  variables?: Record<string, string>;
};

/** A memo that knows one call: `gcc -c a.c`, where gcc stands late on PATH and a.h was read. */
async function newScene(conditions: Pick<ManifestRow, "environment" | "wholeEnvironment"> = CONDITIONS) {
  const tree = fileTree({ "a.c": "", "a.h": "old", "early/other": "", "late/other": "" });
  writeTool(tree, "late/gcc");
  const watch = openWatch([tmpdir()]);
  const disk = createFileStates();
  let looks = 0;
  const counted = { ...disk, states: (...args: Parameters<typeof disk.states>) => disk.states(...args) };
  counted.states = (items) => {
    looks += items.length;
    return disk.states(items);
  };
  const files = watchStates(counted, watch);
  const tools = new ToolSearches(identifySelf(), watch);
  const memo = new Memo({ files, watch, tools });
  const environments = new Environments();
  const dependencies = await Promise.all(
    [
      { path: "a.h", aspect: "content" as const },
      { path: tree.at("early/a.h"), aspect: "presence" as const },
    ].map(async ({ path, aspect }) => ({
      path,
      aspect,
      state: files.state(tree.at(path.replace(tree.path, "")), aspect),
    })),
  );
  const row: ManifestRow = { dependencies, ...conditions, resultKey: "0", layout: "empty" };
  const requestOf = ({
    argv = ["gcc", "-c", "a.c"],
    cwd = tree.path,
    path,
    variables,
    ...fields
  }: Change): InvokeRequest => ({
    type: "Invoke",
    argv: joinBlock(argv),
    cwd: Buffer.from(cwd),
    env: joinBlock([
      `PATH=${path ?? `${tree.at("early")}:${tree.at("late")}`}`,
      ...Object.entries(variables ?? {}).map(([name, value]) => `${name}=${value}`),
    ]),
    umask: 0o22,
    stderr_tty: false,
    columns: 0,
    stderr_columns: 0,
    same_streams: false,
    can_exec: true,
    ...fields,
  });
  const keep = (change: Change): void => {
    const request = requestOf(change);
    const call = readCall(request, { pid: process.pid, environment: environments.parse(request.env), tools });
    if (call.plan.kind === "refused" || call.tool === undefined) throw new Error(JSON.stringify(call.plan));
    const compile: CompileCall = {
      ...call,
      plan: call.plan,
      tool: call.tool,
      toolState: files.state(call.tool, "content"),
    };
    memo.keep(request, { call: compile, row });
  };
  keep({});
  return {
    tree,
    row,
    keep,
    looks: () => looks,
    recall: (change: Change) => {
      const request = requestOf(change);
      return memo.recall(request, environments.parse(request.env), process.pid);
    },
    [Symbol.dispose]: () => tree[Symbol.dispose](),
  };
}

function writeTool(tree: TemporaryTree, name: string): string {
  writeFileSync(tree.at(name), `#!/bin/sh\n# ${name}\n`, { mode: 0o755 });
  return tree.at(name);
}
