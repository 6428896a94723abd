import { expect, test } from "bun:test";
import fc from "fast-check";
import { rawFromBytes } from "../../../src/core/raw-text.ts";
import { artifactOf, artifactResultKey, commitArtifact, readArtifact } from "../../../src/store/client-artifact.ts";
import { openStore } from "../../../src/store/open-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { fileTree } from "../../support/file-tree.ts";

const KEY = "ab".repeat(32);

test("readArtifact() gives what commitArtifact() kept, whatever its names and streams, also after a restart", async () => {
  using tree = fileTree();
  const name = fc.uint8Array({ min: 1, minLength: 1, maxLength: 20 }).map(rawFromBytes);
  const stream = fc.uint8Array({ maxLength: 50 });
  const code = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const drawn = fc.sample(fc.tuple(fc.array(name, { maxLength: 3 }), stream, stream, code), 30);
  {
    await using store = openStore(tree.path);
    for (const [at, [names, stdout, stderr, exitCode]] of drawn.entries()) {
      await commitArtifact(store, keyOf(at), { outputs: await staged(store, names), stdout, stderr, exitCode });
    }
  }
  await using store = openStore(tree.path);
  for (const [at, [names, stdout, stderr, exitCode]] of drawn.entries()) {
    const found = readArtifact(store, keyOf(at));
    expect(found?.outputs.map(({ name, stored }) => [name, stored.size])).toEqual(
      names.map((each) => [each, each.length]),
    );
    expect([found?.exitCode, Buffer.from(found?.stdout ?? []), Buffer.from(found?.stderr ?? [])]).toEqual([
      exitCode,
      Buffer.from(stdout),
      Buffer.from(stderr),
    ]);
  }
  expect(readArtifact(store, "ff".repeat(20))).toBeUndefined();
});

test("keys of clients are in a name space of their own: no result is found, or replaced, under its own key", async () => {
  using tree = fileTree();
  await using store = openStore(tree.path);
  const result = {
    layout: "split",
    stdout: Buffer.from("tool"),
    stderr: Buffer.alloc(0),
    exitCode: 0,
    millis: 1,
  } as const;
  const row = {
    dependencies: [],
    environment: [],
    wholeEnvironment: undefined,
    resultKey: KEY,
    layout: "split",
  } as const;
  await store.commit({ context: KEY, row, entry: result, outputs: [] });
  expect(readArtifact(store, KEY)).toBeUndefined();
  await commitArtifact(store, KEY, {
    outputs: [],
    stdout: Buffer.from("client"),
    stderr: Buffer.alloc(0),
    exitCode: 1,
  });
  expect(store.readEntry(KEY)?.exitCode).toBe(0);
  expect(store.lookup(KEY).map(({ resultKey }) => resultKey)).toEqual([KEY]);
  expect(readArtifact(store, KEY)?.exitCode).toBe(1);
});

test("artifactOf() tells clients' artifacts from results of tools, even ones that look like them", async () => {
  using tree = fileTree();
  await using store = openStore(tree.path);
  await commitArtifact(store, KEY, { outputs: [], stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), exitCode: 0 });
  const entry = store.readEntry(artifactResultKey(KEY));
  expect(entry && artifactOf(artifactResultKey(KEY), entry)?.cacheKey).toBe(KEY);
  expect(entry && artifactOf(KEY, entry)).toBeUndefined();
  for (const stdout of [Buffer.alloc(0), Buffer.from([255, 255, 255, 255]), Buffer.from("\x05\0\0\0abcd\0")]) {
    expect(
      artifactOf(KEY, { layout: "split", outputs: [], stdout, stderr: stdout, exitCode: 0, millis: 0 }),
    ).toBeUndefined();
  }
});

function keyOf(at: number): string {
  return at.toString(16).padStart(4, "0");
}

async function staged(store: Store, names: readonly string[]) {
  return await Promise.all(
    names.map(async (name) => ({ name, staged: await store.stage(Buffer.from(name, "latin1")) })),
  );
}
