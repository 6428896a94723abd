// File systems that are told apart by nothing that stat(2) says. Needs root for mounting.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { builtBinary } from "../../support/built-binary.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun, run } from "../../support/run.ts";

setDefaultTimeout(600_000);

const reason =
  missingTool("unshare", "mke2fs", "debugfs", "objcopy") ??
  (existsSync("/dev/loop-control") ? undefined : "there are no loop devices") ??
  ((await run(["unshare", "--mount", "true"])).exitCode === 0 ? undefined : "no right to mount");

test.skipIf(reason !== undefined).each([
  ["stay", "watch"],
  ["stay", "no-watch"],
  ["restart", "watch"],
  ["restart", "no-watch"],
])(
  titled("a header on another image with the same device, inode, size and times is another one: %s, %s", reason),
  async (mode, watch) => {
    const program = [process.execPath, join(import.meta.dir, "reproducible-images.ts"), builtBinary(), mode, watch];
    const { stdout } = await mustRun(["unshare", "--mount", ...program]);
    expect(JSON.parse(stdout)).toEqual({ sameStamps: true, objects: ["01000000", "02000000"] });
  },
);
