import { expect, test } from "bun:test";
import type { ManifestRow } from "../../../src/core/entry.ts";
import { callCondition } from "../../../src/key/call-condition.ts";
import { matchManifest } from "../../../src/key/match-manifest.ts";
import { placesCondition } from "../../../src/key/places.ts";
import { type Item, takeSnapshot } from "../../../src/key/snapshot.ts";
import { newItem } from "../../../src/key/state-items.ts";
import { ToolSearches } from "../../../src/key/tool-search.ts";
import { identifySelf } from "../../../src/sys/self-image.ts";

const row = (over: Partial<ManifestRow>): ManifestRow => ({
  dependencies: [],
  environment: [],
  wholeEnvironment: undefined,
  resultKey: "r",
  layout: "empty",
  ...over,
});
const world = (states: Record<string, string>) => {
  const asked: string[] = [];
  const snapshot = takeSnapshot({
    item: newItem,
    identity: ({ path }) => /#(\d+)$/.exec(states[path] ?? "")?.[1] ?? "0",
    stamp: () => undefined,
    states: async (items: readonly Item[]) => {
      asked.push(...items.map(({ path }) => path));
      return items.map(({ path }) => states[path] ?? "A");
    },
  });
  return { at: { snapshot, tools: new ToolSearches(identifySelf()) }, asked };
};
const request = {
  arguments: ["-c", "a.c"],
  cwd: "/w",
  plan: { outputs: [{ path: "a.o" }] },
  environment: new Map<string, string>(),
  merged: false,
};

test("matchManifest() finds the row whose files are in their states, relative ones below the working directory", async () => {
  const { at } = world({ "/w/a.h": "F2" });
  const rows = [
    row({ resultKey: "old", dependencies: [{ path: "a.h", aspect: "content", state: "F1" }] }),
    row({ resultKey: "new", dependencies: [{ path: "a.h", aspect: "content", state: "F2" }] }),
  ];
  expect((await matchManifest(rows, request, at))?.resultKey).toBe("new");
});

test("matchManifest() misses when an absent file is there now", async () => {
  const absent = [row({ dependencies: [{ path: "/i/x.h", aspect: "content", state: "A" }] })];
  expect(await matchManifest(absent, request, world({}).at)).toBeDefined();
  expect(await matchManifest(absent, request, world({ "/i/x.h": "F1" }).at)).toBeUndefined();
});

test("matchManifest() looks at each path once, and at none for a row whose environment does not fit", async () => {
  const { at, asked } = world({});
  const dependency = { path: "/a.h", aspect: "content" as const, state: "F1" };
  await matchManifest(
    [
      row({ dependencies: [dependency] }),
      row({ dependencies: [dependency] }),
      row({ dependencies: [{ ...dependency, path: "/b.h" }], environment: [{ name: "X", valueHash: "1" }] }),
    ],
    request,
    at,
  );
  expect(asked).toEqual(["/a.h"]);
});

const content = (path: string, state: string) => ({ path, aspect: "content" as const, state });
const variants = Array.from({ length: 40 }, (_, n) =>
  row({ resultKey: `${n}`, dependencies: [content("/a.c", `F${n}`), content(`/only-${n}.h`, "F")] }),
);

const unfit = (of: ManifestRow) => ({ ...of, environment: [{ name: "X", valueHash: "1" }] });

test("matchManifest() finds the oldest of many rows, and does not look for it at what only others name", async () => {
  const { at, asked } = world({ "/a.c": "F39", "/only-39.h": "F" });
  expect((await matchManifest(variants, request, at))?.resultKey).toBe("39");
  expect(asked).toEqual(["/a.c", "/only-0.h", "/only-39.h"]);
});

test("matchManifest() looks at all that the newest rows name where none holds, if their environment fits", async () => {
  const { at, asked } = world({ "/a.c": "F40" });
  const rows = variants.map((variant, n) => (n === 1 ? unfit(variant) : variant));
  expect(await matchManifest(rows, request, at)).toBeUndefined();
  const looked = [0, ...Array.from({ length: 14 }, (_, n) => n + 2)];
  expect(asked).toEqual(["/a.c", ...looked.map((n) => `/only-${n}.h`)]);
});

test("matchManifest() takes an old row for what it is where others name the same file with the same state", async () => {
  const { at } = world({ "/a.c": "F0", "/b.h": "F2" });
  const shared = content("/a.c", "F0");
  const old = ["F1", "F2"].map((state) => row({ resultKey: state, dependencies: [shared, content("/b.h", state)] }));
  expect((await matchManifest([...variants.slice(1), ...old], request, at))?.resultKey).toBe("F2");
});

test.each([
  ["merged", true, true],
  ["merged", false, false],
  ["split", false, true],
  ["split", true, false],
  ["empty", true, true],
] as const)("matchManifest() gives %s streams to a caller with merged=%p: %p", async (layout, merged, fits) => {
  const found = await matchManifest([row({ layout })], { ...request, merged }, world({}).at);
  expect(found !== undefined).toBe(fits);
});

test("matchManifest() matches a row with a condition on the call for that call only", async () => {
  const { at } = world({});
  const rows = [row({ environment: [callCondition(request)] })];
  expect(await matchManifest(rows, request, at)).toBeDefined();
  expect(await matchManifest(rows, { ...request, cwd: "/v" }, at)).toBeUndefined();
  expect(await matchManifest(rows, { ...request, arguments: ["-c", "a.c", "-o", "b.o"] }, at)).toBeUndefined();
});

test("matchManifest() takes a row in another directory only if the same names lead to one file there", async () => {
  const dependencies = ["i", "/one/i"].map((path) => ({ path, aspect: "presence" as const, state: "D#7" }));
  const other = { path: "/one/i", aspect: "presence" as const, state: "D#9" };
  const { at } = world({ "/one/i": "D#7", "/two/i": "D#7", "/three/i": "D#8" });
  const from = (cwd: string) => ({ ...request, cwd });
  const made = await placesCondition(dependencies, "/one", at.snapshot);
  if (made === undefined) throw new Error("no condition");
  const rows = [row({ dependencies, environment: [made] })];
  expect(await matchManifest(rows, from("/one"), at)).toBeDefined();
  expect(await matchManifest(rows, from("/two"), at)).toBeDefined();
  const apart = world({ "/one/i": "D#9", "/three/i": "D#7" }).at;
  const rowsApart = [row({ dependencies: [...dependencies.slice(0, 1), other], environment: [made] })];
  expect(await matchManifest(rowsApart, from("/three"), apart)).toBeUndefined();
});

test("matchManifest() misses when the names of one content lead to other files, states being the same", async () => {
  const { at } = world({ "/w/a.h": "F1#7", "/w/b.h": "F1#7" });
  const dependencies = ["a.h", "b.h"].map((path) => ({ path, aspect: "content" as const, state: "F1#7" }));
  expect(await matchManifest([row({ dependencies })], request, at)).toBeDefined();
  const tied = row({ dependencies, environment: [{ name: "=same-files", valueHash: "of others" }] });
  expect(await matchManifest([tied], request, at)).toBeUndefined();
});
