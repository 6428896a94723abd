import { expect, test } from "bun:test";
import { mkdirSync, rmSync, utimesSync } from "node:fs";
import { FingerprintRecords } from "../../../../src/daemon/library/fingerprint-records.ts";
import type { Pool } from "../../../../src/workers/pool.ts";
import { createPool } from "../../../../src/workers/pool.ts";
import { fileTree, type TemporaryTree } from "../../../support/file-tree.ts";

/** Records of the tree `t`; its one file is `a`. */
class Scene {
  readonly tree: TemporaryTree;
  readonly records: FingerprintRecords;
  readonly #pool: Pool;

  constructor(tree: TemporaryTree, pool: Pool) {
    this.tree = tree;
    this.#pool = pool;
    this.records = new FingerprintRecords(tree.at("records"), pool);
  }

  /** What "run" is said for, or "skip". */
  async check(readAll = false, cacheFile = "c"): Promise<string> {
    const filter = { root: this.tree.at("t"), extensions: [], include: [], exclude: [] };
    const verdict = await this.records.check({ cacheFile, filter, readAll });
    return verdict.decision === "skip" ? "skip" : verdict.reason;
  }

  /** The records as another daemon finds them. */
  reopened(): Scene {
    return new Scene(this.tree, this.#pool);
  }
}

async function withRecords(act: (scene: Scene) => Promise<void>): Promise<void> {
  using tree = fileTree({ "t/a": "1" });
  await using pool = createPool(1);
  await act(new Scene(tree, pool));
}

test("FingerprintRecords: a success allows to skip, until something changes, also after a restart", async () => {
  await withRecords(async (scene) => {
    const { records, tree } = scene;
    expect(await scene.check()).toBe("no cache file");
    await records.markSuccess("c");
    for (const readAll of [false, true]) expect(await scene.reopened().check(readAll)).toBe("skip");
    utimesSync(tree.at("t/a"), 1e9, 1e9);
    expect(await scene.check()).toBe("skip");
    tree.write({ "t/a": "2" });
    expect(await scene.check()).toBe("content changed");
    expect(await scene.reopened().check()).toBe("pending");
  });
});

test("FingerprintRecords: after a failure a success needs a check before it", async () => {
  await withRecords(async (scene) => {
    const { records } = scene;
    await scene.check();
    await records.markFailure("c");
    await records.markSuccess("c");
    expect(await scene.check()).toBe("previous failure");
    await records.markSuccess("c");
    expect(await scene.check()).toBe("skip");
    await records.markFailure("c");
    expect(await scene.reopened().check()).toBe("previous failure");
  });
});

test("FingerprintRecords: what changed after the check, or between two, is not done", async () => {
  await withRecords(async (scene) => {
    const { records, tree } = scene;
    await scene.check();
    tree.write({ "t/a": "2" });
    await records.markSuccess("c");
    expect(await scene.check()).toBe("content changed");
    tree.write({ "t/a": "3" });
    expect(await scene.check()).toBe("pending");
    await records.markSuccess("c");
    expect(await scene.check()).toBe("content changed");
    await records.markSuccess("c");
    expect(await scene.check()).toBe("skip");
  });
});

test("FingerprintRecords: an edit that keeps size and time is a change", async () => {
  await withRecords(async (scene) => {
    const { records, tree } = scene;
    utimesSync(tree.at("t/a"), 1e9, 1e9);
    await Bun.sleep(2100);
    await scene.check();
    await records.markSuccess("c");
    tree.write({ "t/a": "2" });
    utimesSync(tree.at("t/a"), 1e9, 1e9);
    expect(await scene.check()).toBe("content changed");
  });
});

test("FingerprintRecords: invalidate forgets one cache file; a tree that can't be read is forgotten, too", async () => {
  await withRecords(async (scene) => {
    const { records, tree } = scene;
    for (const file of ["c", "d"]) {
      await scene.check(false, file);
      await records.markSuccess(file);
    }
    await records.invalidate("c");
    await records.invalidate("unknown");
    expect(await scene.check()).toBe("no cache file");
    expect(await scene.check(false, "d")).toBe("skip");
    rmSync(tree.at("t"), { recursive: true });
    expect(await scene.check(false, "d")).toContain("scan error: ");
    mkdirSync(tree.at("t"));
    tree.write({ "t/a": "1" });
    expect(await scene.check(false, "d")).toBe("no cache file");
  });
});
