// The random trial of the watch on the kinds of file systems that builds stand on. Needs root for mounting.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repository } from "../../support/built-binary.ts";
import { TemporaryTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { run } from "../../support/run.ts";
import { TRIAL_FILES, type Trial } from "../../support/watch-trial.ts";

setDefaultTimeout(600_000);

const SEED = Number(process.env["ZCCACHE_TEST_SEED"] ?? Date.now() % 1_000_000);
const STEPS = 1500;
const TRIAL = join(repository, "test/support/watch-trial.ts");
const MOUNT_OVER = join(import.meta.dir, "mount-over.ts");

// `$1` is a directory with the trial's files in `source`, in which each kind makes `place`.
const KINDS: readonly (readonly [string, string])[] = [
  ["the disk of temporary files", 'cp -r "$1/source" "$1/place"'],
  ["tmpfs", 'mkdir "$1/place" && mount -t tmpfs none "$1/place" && cp -r "$1/source/." "$1/place"'],
  [
    "overlayfs, its files in the lower layer",
    'mkdir "$1/place" "$1/t" && mount -t tmpfs none "$1/t" && mkdir "$1/t/u" "$1/t/w" && ' +
      'mount -t overlay none -o "lowerdir=$1/source,upperdir=$1/t/u,workdir=$1/t/w" "$1/place"',
  ],
  ["a bind mount", 'mkdir "$1/place" && mount --bind "$1/source" "$1/place"'],
];

const noMounts =
  missingTool("unshare") ?? (spawnSync("unshare", ["--mount", "true"]).status === 0 ? undefined : "no right to mount");

describe.skipIf(noMounts !== undefined)(titled("every change shows on", noMounts), () => {
  test.each(KINDS)(`T1 T5 T9 %s (seed ${SEED})`, async (_kind, mount) => {
    const { looks, kept, wrong } = await attempt(mount, "");
    expect(wrong).toBeUndefined();
    expect(kept, "the file system is trusted").toBeGreaterThan(looks / 4);
  });
  test.each(KINDS)(`T1 T5 T9 %s, without a watch (seed ${SEED})`, async (_kind, mount) => {
    const { looks, wrong } = await attempt(mount, "--no-watch");
    expect(wrong).toBeUndefined();
    expect(looks).toBeGreaterThan(STEPS);
  });
});

async function attempt(mount: string, mode: string): Promise<Trial> {
  using tree = new TemporaryTree();
  tree.write(Object.fromEntries(Object.entries(TRIAL_FILES).map(([name, text]) => [`source/${name}`, text])));
  const script = `${mount} && exec "${process.execPath}" "${TRIAL}" "$1/place" ${SEED} ${STEPS} ${mode}`;
  return (await inOwnMounts(script, tree.path)) as Trial;
}

test.skipIf(noMounts !== undefined)(
  titled("T9 a mount over a followed directory shows, and its end too", noMounts),
  async () => {
    using tree = new TemporaryTree();
    tree.write({ "d/x": "1" });
    expect(await inOwnMounts(`exec "${process.execPath}" "${MOUNT_OVER}" "$1"`, tree.path)).toEqual({
      before: "P",
      covered: "A",
      after: "P",
    });
  },
);

/** What a script prints as JSON; `$1` is `directory`. */
async function inOwnMounts(script: string, directory: string): Promise<unknown> {
  const { exitCode, stdout, stderr } = await run(["unshare", "--mount", "sh", "-ec", script, "sh", directory], {
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
    timeout: 100_000,
  });
  if (exitCode !== 0) throw new Error(`Cannot try the watch: exit code ${exitCode}\n${stderr}`);
  return JSON.parse(stdout);
}
