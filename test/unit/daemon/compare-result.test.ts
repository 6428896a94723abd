import { describe, expect, test } from "bun:test";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import type { Entry, StoredOutput } from "../../../src/core/entry.ts";
import {
  type Difference,
  differencesOf,
  exchangedDepfile,
  type FreshResult,
} from "../../../src/daemon/compare-result.ts";
import { digestObject } from "../../../src/store/digest-object.ts";
import type { NewOutput } from "../../../src/store/new-result.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

type Output = Pick<StoredOutput, "role" | "name"> & { readonly content: string; readonly executable?: boolean };
type Side = {
  readonly outputs?: readonly Output[];
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
};

const OBJECT: Output = { role: "object", name: undefined, content: "code" };
const DEPFILE: Output = { role: "depfile", name: "a.o", content: "a.o: a.c a.h\n" };
const SIDE: Output = { role: "side", name: "x/a.su", content: "usage" };

describe("differencesOf()", () => {
  test.each<[string, Side, Side, string[]]>([
    ["nothing", {}, {}, []],
    ["equal results", { outputs: [OBJECT, SIDE], stderr: "w" }, { outputs: [SIDE, OBJECT], stderr: "w" }, []],
    ["a content", { outputs: [OBJECT] }, { outputs: [{ ...OBJECT, content: "edoc" }] }, ["object: another content"]],
    [
      "a mode",
      { outputs: [OBJECT] },
      { outputs: [{ ...OBJECT, executable: true }] },
      ["object: executable in one of them only"],
    ],
    ["the mode of what is rewritten", { outputs: [SIDE] }, { outputs: [{ ...SIDE, executable: true }] }, []],
    [
      "an output too few",
      { outputs: [OBJECT, SIDE] },
      { outputs: [OBJECT] },
      ["side x/a.su: the fresh run did not write it"],
    ],
    [
      "an output too many",
      { outputs: [OBJECT] },
      { outputs: [OBJECT, SIDE] },
      ["side x/a.su: only the fresh run wrote it"],
    ],
    [
      "names of temporary files",
      { outputs: [{ ...SIDE, content: " /tmp/ccABc123.o" }], stderr: "/tmp/a-0f1e2d.o: warning" },
      { outputs: [{ ...SIDE, content: " /tmp/ccXYz789.o" }], stderr: "/tmp/a-aaaaaa.o: warning" },
      ["standard error!", "side x/a.su: another content!"],
    ],
    ["standard output", { stdout: "a" }, { stdout: "b" }, ["standard output"]],
    ["standard error", { stderr: "a" }, {}, ["standard error"]],
    ["the exit code", {}, { exitCode: 1 }, ["exit code: 0, now 1"]],
    [
      "a depfile for another target",
      { outputs: [DEPFILE] },
      { outputs: [{ ...DEPFILE, name: "out/b.o", content: "out/b.o: a.c a.h\n" }] },
      [],
    ],
    [
      "a depfile for another target that has another rule",
      { outputs: [DEPFILE] },
      { outputs: [{ ...DEPFILE, name: "out/b.o", content: "out/b.o: a.c b.h\n" }] },
      ["depfile: another content"],
    ],
  ])("names %s", async (...row) => {
    const [, cached, fresh, differences] = row;
    using scene = newScene();
    expect(await scene.compare(cached, fresh)).toEqual(differences.map(differenceOf));
  });

  test.each<[string, (object: string) => void]>([
    ["is gone", (object) => rmSync(object)],
    ["was changed", (object) => writeFileSync(object, "CODE")],
    ["was cut", (object) => writeFileSync(object, "cod")],
  ])("sees that an object %s", async (_what, damage) => {
    using scene = newScene();
    const entry = scene.entry({ outputs: [OBJECT] });
    damage(scene.object(entry, 0));
    expect(await scene.differences(entry, { outputs: [OBJECT] })).toBe("corrupt");
  });

  test("sees what an object really is, whatever digest it is said to have", async () => {
    using scene = newScene();
    const entry = scene.entry({ outputs: [OBJECT] });
    const object = scene.object(entry, 0);
    chmodSync(object, 0o600);
    writeFileSync(object, "evil");
    const { check } = digestObject(object);
    const poisoned = { ...entry, outputs: entry.outputs.map((output) => ({ ...output, check })) };
    expect(await scene.differences(poisoned, { outputs: [OBJECT] })).toEqual([differenceOf("object: another content")]);
  });
});

/** Ends in `!` for a difference in names of temporary files. */
function differenceOf(what: string): Difference {
  if (what.endsWith("!")) return { kind: "never-shared", what: what.slice(0, -1) };
  return { kind: what.endsWith("another content") ? "content" : "other", what };
}

test("exchangedDepfile() is for depfiles whose target is another one", () => {
  using tree = fileTree({ d: "a.o: a.c\n" });
  const stored: StoredOutput = { role: "depfile", name: "a.o", digest: "", size: 9, check: "", executable: false };
  expect(exchangedDepfile(stored, tree.at("d"), "b.o")).toBe("b.o: a.c\n");
  expect(exchangedDepfile(stored, tree.at("d"), "a.o")).toBeUndefined();
  expect(exchangedDepfile(stored, tree.at("d"), undefined)).toBeUndefined();
  expect(exchangedDepfile({ ...stored, role: "object" }, tree.at("d"), "b.o")).toBeUndefined();
});

function newScene() {
  const tree = fileTree({ "objects/.keep": "" });
  let count = 0;
  const write = (content: string): string => {
    const name = `${count++}`;
    tree.write({ [name]: content });
    return tree.at(name);
  };
  const store = { objectPath: (digest: string) => tree.at(`objects/${digest}`) };
  const entry = ({ outputs = [], stdout = "", stderr = "", exitCode = 0 }: Side): Entry => ({
    outputs: outputs.map(({ role, name, content, executable = false }) => {
      const found = digestObject(write(content));
      tree.write({ [`objects/${found.digest}`]: content });
      return { role, name, executable, ...found };
    }),
    layout: "split",
    stdout: Buffer.from(stdout),
    stderr: Buffer.from(stderr),
    exitCode,
    millis: 1,
  });
  const fresh = (side: Side): FreshResult => ({
    outcome: { ...entry({ ...side, outputs: [] }), signal: undefined, merged: false, streamsMissing: false },
    outputs: (side.outputs ?? []).map(({ role, name, content, executable = false }): NewOutput => {
      const staged = { path: write(content), size: content.length, executable, [Symbol.dispose]: () => {} };
      return { role, name, staged };
    }),
  });
  const parts = { store, digest: async (path: string) => digestObject(path) };
  return {
    entry,
    object: (cached: Entry, at: number): string => store.objectPath(cached.outputs[at]?.digest ?? ""),
    differences: async (cached: Entry, side: Side) => await differencesOf(cached, fresh(side), parts),
    compare: async (cached: Side, side: Side) => await differencesOf(entry(cached), fresh(side), parts),
    [Symbol.dispose]: (): void => (tree satisfies TemporaryTree)[Symbol.dispose](),
  };
}
