import { describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { digestObject } from "../../src/store/digest-object.ts";
import { openStore } from "../../src/store/open-store.ts";
import { repository } from "../support/built-binary.ts";
import { fileTree, type TemporaryTree } from "../support/file-tree.ts";
import { missingTool, titled } from "../support/missing.ts";
import { readSample } from "../support/store-samples.ts";

const CHILD = join(repository, "test/support/store-child.ts");

/** After a crash: what was flushed is there and whole, the rest is whole or a miss, and no debris is left. */
async function expectSound(tree: TemporaryTree, flushed: number): Promise<void> {
  await using store = openStore(tree.at("c"));
  expect(store.problem).toBeUndefined();
  const kept = new Set<string>();
  for (let i = 0; i < flushed + 3; i++) {
    const entry = readSample(store, `sample ${i}`);
    if (i < flushed) expect(entry, `sample ${i} of ${flushed}`).toBeDefined();
    for (const { digest, size, check } of entry?.outputs ?? []) {
      expect(digestObject(store.objectPath(digest))).toEqual({ digest, size, check });
      kept.add(digest);
    }
  }
  await store.swept;
  expect(readdirSync(tree.at("c/store-3/tmp"))).toEqual([]);
  const objects = readdirSync(tree.at("c/store-3/objects"), { recursive: true, encoding: "utf8" });
  expect(objects.flatMap((path) => path.split("/")[1] ?? []).sort()).toEqual([...kept].sort());
}

describe("a store whose process is killed", () => {
  test("C1: at random moments while it stores, it keeps all that was flushed and nothing in part", async () => {
    for (const millis of [0, 3, 11, 40, 90]) {
      using tree = fileTree();
      const child = spawn(process.execPath, [CHILD, tree.at("c"), "0"], { stdio: ["ignore", "pipe", "inherit"] });
      let printed = "";
      const started = new Promise<void>((resolve) => {
        child.stdout.on("data", (chunk) => {
          printed += chunk;
          resolve();
        });
      });
      await started;
      await Bun.sleep(millis);
      child.kill("SIGKILL");
      await new Promise((resolve) => child.on("close", resolve));
      await expectSound(tree, printed.split("\n").length - 1);
    }
  });

  const reason = missingTool("strace");
  test.skipIf(reason !== undefined).each(["rename", "mkdir", "chmod", "pwrite64", "fsync"])(
    titled("C1: at each %s of storing and closing, likewise", reason),
    async (call) => {
      let killed = 0;
      let survived = false;
      for (let nth = 1; !survived && nth < 8; nth++) {
        using tree = fileTree();
        const inject = [
          "-f",
          "-qq",
          "-o",
          "/dev/null",
          "-e",
          `trace=${call}`,
          "-e",
          `inject=${call}:signal=KILL:when=${nth}`,
        ];
        const { stdout, signal } = spawnSync("strace", [...inject, process.execPath, CHILD, tree.at("c"), "2"], {
          encoding: "utf8",
          timeout: 120_000,
        });
        survived = signal === null && stdout === "0\n1\n";
        if (signal === "SIGKILL") killed++;
        await expectSound(tree, stdout.split("\n").length - 1);
      }
      // None would mean that the store does not make this call, or under another name.
      expect(killed).toBeGreaterThan(0);
    },
    600_000,
  );
});
