// The four calls about fingerprints, served by the built daemon.

import { expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  globSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { type Filters, FingerprintScene, run, SKIP } from "../../support/fingerprint-scene.ts";
import { libraryClient } from "../../support/library-client.ts";

setDefaultTimeout(600_000);

for (const cache_type of ["two-layer", "hash"] as const) {
  test(`[protocol 13] ${cache_type}: no cache file, success, skip, edit, touch, failure, pending, invalidate`, async () => {
    await using scene = await FingerprintScene.open();
    const check = () => scene.check({ cache_type, extensions: ["rs"], exclude: ["target"] });
    expect(await check()).toEqual(run("no cache file"));
    await scene.mark("Success");
    expect(await check()).toEqual(SKIP);
    expect(await check()).toEqual(SKIP);
    scene.write({ "src/b.rs": "B" });
    expect(await check()).toEqual(run("content changed", "src/b.rs"));
    await scene.mark("Success");
    expect(await check()).toEqual(SKIP);
    utimesSync(scene.at("src/b.rs"), 1e9, 1e9);
    expect(await check()).toEqual(SKIP);
    await scene.mark("Failure");
    expect(await check()).toEqual(run("previous failure"));
    expect(await check()).toEqual(run("pending"));
    await scene.mark("Success");
    expect(await check()).toEqual(SKIP);
    expect(await scene.client?.ask("FingerprintInvalidate", { cache_file: "/watch" })).toEqual({
      type: "FingerprintAck",
    });
    expect(await check()).toEqual(run("no cache file"));
  });

  test(`[protocol 13] ${cache_type}: what changes between check and mark is noticed`, async () => {
    await using scene = await FingerprintScene.open();
    await scene.check({ cache_type });
    scene.write({ "a.rs": "changed" });
    await scene.mark("Success");
    expect(await scene.check({ cache_type })).toEqual(run("content changed", "a.rs"));
    scene.write({ "a.rs": "a" });
    await scene.mark("Success");
    expect(await scene.check({ cache_type })).toEqual(run("content changed", "a.rs"));
  });
}

test("[protocol 13] a new, a removed and a renamed file that match are told; what is excluded is not", async () => {
  await using scene = await FingerprintScene.open();
  const filters = { extensions: ["rs"], exclude: ["target", "*.tmp.rs", "gen/**", "src/skip.rs"] };
  await scene.settle(filters);
  scene.write({
    "target/new.rs": "",
    "src/x.tmp.rs": "",
    "gen/deep/g.rs": "",
    "src/skip.rs": "",
    "src/c.h": "changed",
  });
  expect(await scene.check(filters)).toEqual(SKIP);
  scene.write({ "src/new.RS": "" });
  rmSync(scene.at("a.rs"));
  renameSync(scene.at("src/b.rs"), scene.at("src/b2.rs"));
  expect(await scene.check(filters)).toEqual(run("content changed", "a.rs", "src/b.rs", "src/b2.rs", "src/new.RS"));
});

test("[protocol 13] extensions together with globs are refused, and so are globs that lead out of the root", async () => {
  await using scene = await FingerprintScene.open();
  const refused = async (filters: Filters) =>
    await scene.check(filters).then(
      (verdict) => JSON.stringify(verdict),
      (error) => String(error.message),
    );
  expect(await refused({ extensions: ["rs"], include_globs: ["**/*.rs"] })).toContain("exclude each other");
  for (const glob of ["../*.rs", "/etc/*", "src/../../x", "!src/**"]) {
    expect(await refused({ include_globs: [glob] })).toContain(`glob "${glob}"`);
  }
  expect(await refused({ root: "tree" })).toContain('root "tree" is not absolute');
  expect(await scene.check()).toEqual(run("no cache file"));
});

test("globs choose the files, hidden ones and ones with odd names included", async () => {
  await using scene = await FingerprintScene.open();
  const odd = Buffer.from(`${scene.root}/d\xff\n`, "latin1");
  mkdirSync(odd);
  const filters = { include_globs: ["**/*.rs"], exclude: ["target"] };
  await scene.settle(filters);
  scene.write({ "src/c.h": "changed", "target/out.rs": "changed" });
  expect(await scene.check(filters)).toEqual(SKIP);
  writeFileSync(Buffer.concat([odd, Buffer.from("/\xfe.rs", "latin1")]), "");
  scene.write({ ".hidden/d.rs": "changed", "größe.rs": "" });
  expect(await scene.check(filters)).toEqual(run("content changed", ".hidden/d.rs", "d\ufffd\n/\ufffd.rs", "größe.rs"));
});

test("symbolic links are not followed, but what they say counts", async () => {
  await using scene = await FingerprintScene.open();
  scene.box.tree.write({ "outside/x.rs": "x", "outside/deep/y.rs": "y" });
  symlinkSync(scene.box.tree.at("outside"), scene.at("link"));
  symlinkSync("..", scene.at("src/loop"));
  symlinkSync(scene.box.tree.at("outside/x.rs"), scene.at("x.rs"));
  await scene.settle();
  scene.box.tree.write({ "outside/x.rs": "X", "outside/deep/z.rs": "z" });
  expect(await scene.check()).toEqual(SKIP);
  rmSync(scene.at("x.rs"));
  symlinkSync(scene.box.tree.at("outside/deep/y.rs"), scene.at("x.rs"));
  expect(await scene.check()).toEqual(run("content changed", "x.rs"));
});

test("a root that is not there or no directory: run with a scan error, and nothing that was known is trusted", async () => {
  await using scene = await FingerprintScene.open();
  await scene.settle();
  renameSync(scene.root, `${scene.root}.away`);
  const missing = await scene.check();
  expect(missing).toMatchObject({ decision: "run", changed_files: [] });
  expect(missing.reason).toMatch(/^scan error: .*ENOENT/);
  writeFileSync(scene.root, "");
  expect((await scene.check()).reason).toMatch(/^scan error: .*ENOTDIR/);
  await scene.mark("Success");
  rmSync(scene.root);
  renameSync(`${scene.root}.away`, scene.root);
  expect(await scene.check()).toEqual(run("no cache file"));
});

test("state lasts across a restart, whatever it is", async () => {
  await using scene = await FingerprintScene.open();
  await scene.settle({ cache_file: "/done" });
  await scene.check({ cache_file: "/pending" });
  await scene.check({ cache_file: "/failed" });
  await scene.mark("Failure", "/failed");
  await scene.reopen();
  expect(await scene.check({ cache_file: "/done" })).toEqual(SKIP);
  expect(await scene.check({ cache_file: "/pending" })).toEqual(run("pending"));
  expect(await scene.check({ cache_file: "/failed" })).toEqual(run("previous failure"));
  await scene.box.zccache(["clear"]);
  expect(await scene.check({ cache_file: "/done" })).toEqual(SKIP);
});

test("cache files, roots and filters are watched apart; a mark speaks of every check of its file", async () => {
  await using scene = await FingerprintScene.open();
  await scene.settle();
  expect(await scene.check({ cache_file: "/other" })).toEqual(run("no cache file"));
  expect(await scene.check({ root: scene.at("src") })).toEqual(run("no cache file"));
  expect(await scene.check({ extensions: ["rs"] })).toEqual(run("no cache file"));
  expect(await scene.check({ exclude: ["rs"] })).toEqual(run("no cache file"));
  expect(await scene.check({ root: `${scene.root}/` })).toEqual(SKIP);
  await scene.mark("Success");
  for (const filters of [{ root: scene.at("src") }, { extensions: [".RS", "rs"] }, { exclude: ["rs"] }]) {
    expect(await scene.check(filters)).toEqual(SKIP);
  }
  expect(await scene.check({ cache_file: "/other" })).toEqual(run("pending"));
});

test("marks of an unknown file, or without a check before them, are acknowledged and have no effect", async () => {
  await using scene = await FingerprintScene.open();
  await scene.mark("Success", "/unknown");
  await scene.mark("Failure", "/unknown");
  expect(await scene.check({ cache_file: "/unknown" })).toEqual(run("no cache file"));
  await scene.mark("Failure", "/unknown");
  await scene.mark("Success", "/unknown");
  expect(await scene.check({ cache_file: "/unknown" })).toEqual(run("previous failure"));
});

test("two checks before a mark: what changed between them is not taken for done", async () => {
  await using scene = await FingerprintScene.open();
  await scene.check();
  scene.write({ "a.rs": "second" });
  expect(await scene.check()).toEqual(run("pending"));
  // Whoever marks may have seen the first tree.
  await scene.mark("Success");
  expect(await scene.check()).toEqual(run("content changed", "a.rs"));
  await scene.mark("Success");
  expect(await scene.check()).toEqual(SKIP);
});

test("equal checks at the same time: one is the first, the others are pending, and the record is whole", async () => {
  await using scene = await FingerprintScene.open();
  const clients = await Promise.all(Array.from({ length: 6 }, () => libraryClient(scene.box)));
  try {
    const verdicts = await Promise.all(clients.map((client) => scene.check({}, client)));
    expect(verdicts.map(({ reason }) => reason).sort()).toEqual(["no cache file", ...Array(5).fill("pending")]);
    await scene.mark("Success");
    expect(await scene.check()).toEqual(SKIP);
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
});

test("two-layer: an edit that keeps size and time is noticed", async () => {
  await using scene = await FingerprintScene.open();
  const { atime, mtime } = statSync(scene.at("a.rs"));
  await Bun.sleep(2100);
  await scene.settle();
  scene.write({ "a.rs": "x" });
  utimesSync(scene.at("a.rs"), atime, mtime);
  expect(await scene.check()).toEqual(run("content changed", "a.rs"));
});

test("two-layer reads only what has moved; hash reads everything", async () => {
  await using scene = await FingerprintScene.open();
  const size = 64 << 20;
  const big = openSync(scene.at("big"), "w");
  ftruncateSync(big, size);
  closeSync(big);
  await Bun.sleep(2100);
  await scene.settle({ include_globs: ["big"] });
  expect(await bytesRead(scene, () => scene.check({ include_globs: ["big"] }))).toBeLessThan(size / 4);

  expect(
    await bytesRead(scene, () => scene.check({ include_globs: ["big"], cache_type: "hash" })),
  ).toBeGreaterThanOrEqual(size);
});

test("a damaged record is no reason to skip", async () => {
  await using scene = await FingerprintScene.open();
  await scene.settle();
  const [record = ""] = globSync(`${scene.box.cache}/**/fingerprints/*/*.done`);
  const bytes = readFileSync(record);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  chmodSync(record, 0o600);
  writeFileSync(record, bytes);
  expect(await scene.check()).toMatchObject({ decision: "run", reason: "content changed" });
});

/** Bytes that the daemon reads meanwhile (proc(5), `rchar`). */
async function bytesRead({ box }: FingerprintScene, work: () => Promise<unknown>): Promise<number> {
  const [daemon] = box.daemons();
  const readSoFar = () => Number(/^rchar: (\d+)/.exec(readFileSync(`/proc/${daemon}/io`, "utf8"))?.[1]);
  const before = readSoFar();
  await work();
  return readSoFar() - before;
}
