import { expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { digestObject } from "../../src/store/digest-object.ts";
import { openStore } from "../../src/store/open-store.ts";
import { repository } from "../support/built-binary.ts";
import { fileTree, type TemporaryTree } from "../support/file-tree.ts";
import { missingTool, titled } from "../support/missing.ts";
import { readSample, storeSample } from "../support/store-samples.ts";

setDefaultTimeout(600_000);

const CHILD = join(repository, "test/support/store-shrinking-child.ts");
const SAMPLES = 30;
const CONTENT_BYTES = 20_000;
// Neighbours at first, where most steps are; a run takes half a second.
const NTHS = [1, 2, 3, 4, 7, 12, 20];
const CALLS = ["rename", "unlink", "unlinkat", "pwrite64", "fsync", "ftruncate"] as const;

const reason = missingTool("strace");

test.skipIf(reason !== undefined).each(["evict", "clear"])(
  titled("C4: %s, killed at any step, leaves right figures at the next start, and whole objects", reason),
  async (how) => {
    using filled = await filledStore();
    let killed = 0;
    let partly = 0;
    for (const call of CALLS) {
      for (const nth of NTHS) {
        using tree = fileTree();
        cpSync(filled.at("c"), tree.at("c"), { recursive: true });
        if (!runUntil(tree, how, `${call}:signal=KILL:when=${nth}`)) break;
        killed += 1;
        const kept = await expectSound(tree);
        if (kept > 0 && kept < SAMPLES) partly += 1;
      }
    }
    expect(killed).toBeGreaterThan(10);
    if (how === "evict") expect(partly, "some were killed in the middle").toBeGreaterThan(3);
  },
);

async function filledStore(): Promise<TemporaryTree> {
  const tree = fileTree();
  await using store = openStore(tree.at("c"));
  for (let i = 0; i < SAMPLES; i++) await storeSample(store, `sample ${i}`, `${i} `.padEnd(CONTENT_BYTES, "."));
  return tree;
}

/** Runs the child with an injection. @returns true if it was killed. */
function runUntil(tree: TemporaryTree, how: string, injection: string): boolean {
  const [call = ""] = injection.split(":");
  const trace = ["-f", "-q", "-o", tree.at("calls"), "-e", `trace=${call}`, "-e", `inject=${injection}`];
  spawnSync("strace", [...trace, process.execPath, CHILD, how, tree.at("c")], { stdio: "ignore", timeout: 60_000 });
  return readFileSync(tree.at("calls"), "latin1").includes("killed by SIGKILL");
}

/** Rows, objects on disk and totals say the same. @returns how many results are left. */
async function expectSound(tree: TemporaryTree): Promise<number> {
  await using store = openStore(tree.at("c"));
  expect(store.problem).toBeUndefined();
  const atOnce = store.totals();
  await store.swept;
  const directory = tree.at("c/store-3/objects");
  const onDisk = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((path) => path.includes("/"));
  const sizes = onDisk.map((path) => statSync(join(directory, path)).size);
  const kept: string[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    for (const { digest, size, check } of readSample(store, `sample ${i}`)?.outputs ?? []) {
      expect(digestObject(store.objectPath(digest))).toEqual({ digest, size, check });
      kept.push(digest);
    }
  }
  expect(onDisk.map((path) => path.slice(3)).sort()).toEqual(kept.sort());
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  expect(atOnce).toEqual({ artifactCount: kept.length, bytes, metadataEntries: kept.length });
  expect(readdirSync(tree.at("c/store-3/tmp"))).toEqual([]);
  return kept.length;
}
