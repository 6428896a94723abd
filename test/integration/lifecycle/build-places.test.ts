// Where build.ts writes, and what it leaves there.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../support/built-binary.ts";
import { fileTree } from "../../support/file-tree.ts";
import { titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";

setDefaultTimeout(600_000);

const SHARED_MEMORY = "/dev/shm";
const reason = existsSync(SHARED_MEMORY) ? undefined : `there is no ${SHARED_MEMORY}`;

function buildTo(directory: string): Promise<unknown> {
  return mustRun([process.execPath, join(repository, "build.ts"), "--no-stub", `--to=${directory}`], {
    cwd: repository,
  });
}

test("build.ts makes the directory that it is to write to, and removes what killed builds left", async () => {
  using tree = fileTree();
  let ended = 0;
  await mustRun(["true"], { started: (pid) => (ended = pid) });
  const left = join(repository, `dist/.building-${ended}`);
  const living = join(repository, `dist/.building-${process.pid}`);
  for (const folder of [left, living]) mkdirSync(join(folder, "with-stub"), { recursive: true });
  try {
    await buildTo(tree.at("a/b"));
    expect(readdirSync(tree.at("a/b"))).toEqual(["zccache"]);
    expect([left, living].map((folder) => existsSync(folder))).toEqual([false, true]);
  } finally {
    rmSync(living, { recursive: true });
  }
});

test.skipIf(reason !== undefined)(titled("build.ts writes to another file system", reason), async () => {
  const directory = mkdtempSync(join(SHARED_MEMORY, "zcc-"));
  try {
    await buildTo(directory);
    expect(readdirSync(directory)).toEqual(["zccache"]);
    expect(statSync(join(directory, "zccache")).mode & 0o111).toBe(0o111);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
