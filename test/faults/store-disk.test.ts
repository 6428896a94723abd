import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repository } from "../support/built-binary.ts";
import { fileTree } from "../support/file-tree.ts";
import { titled } from "../support/missing.ts";

const CHILD = join(repository, "test/support/store-on-tmpfs.ts");
const MOUNT = 'mount -t tmpfs -o size=2m none "$0" && exec "$@" "$0"';

/** Why no file system can be mounted here; undefined if one can. */
function noMounts(): string | undefined {
  using tree = fileTree();
  const { status } = spawnSync("unshare", ["-m", "sh", "-c", MOUNT, tree.path, "true"]);
  return status === 0 ? undefined : "mounting needs root";
}

function onTmpfs(scenario: string): Record<string, unknown> {
  using tree = fileTree();
  const args = ["-m", "sh", "-c", MOUNT, tree.path, process.execPath, CHILD, scenario];
  const { stdout, stderr } = spawnSync("unshare", args, { encoding: "utf8", timeout: 120_000 });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

const reason = noMounts();

describe.skipIf(reason !== undefined)(titled("a store on a disk that fails it", reason), () => {
  test("D1: full, it refuses with STORE_WRITE, serves what it has, now and later, and can be cleared", () => {
    const { codes, stored, hits, hitsLater, afterClear } = onTmpfs("full");
    expect(codes).toEqual([null, "STORE_WRITE"]);
    expect(Number(stored)).toBeGreaterThan(5);
    expect(hits).toBe(Number(stored));
    expect(Number(hitsLater)).toBeGreaterThan(0);
    expect(afterClear).toBe("stored");
  });

  test("D3: read-only, hits are served and stores refused with one warning, until it can be written again", () => {
    const codes = ["STORE_WRITE", "STORE_WRITE"];
    expect(onTmpfs("read-only")).toEqual({ hit: true, codes, warnings: 1, thawed: "stored" });
  }, 600_000);
});
