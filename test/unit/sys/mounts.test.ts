import { expect, test } from "bun:test";
import { mountChanges, mountOf } from "../../../src/sys/mounts.ts";
import { fileTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { run } from "../../support/run.ts";

const reason =
  missingTool("unshare") ??
  ((await run(["unshare", "--mount", "true"])).exitCode === 0 ? undefined : "no right to mount");

test("mountOf() tells mounts apart, and what is not there", () => {
  expect(mountOf("/proc/self")).toBe(mountOf("/proc"));
  expect(mountOf("/proc")).not.toBe(mountOf("/"));
  expect(mountOf("/proc/none")).toBeUndefined();
});

test.skipIf(reason !== undefined)(
  titled(
    "mountChanges() is true once for each time that anything was mounted, and a later mount has its own number",
    reason,
  ),
  async () => {
    using tree = fileTree({ "m/x": "" });
    const program = `
      import { spawnSync } from "node:child_process";
      import { mountChanges, mountOf } from ${JSON.stringify(require.resolve("../../../src/sys/mounts.ts"))};
      const place = ${JSON.stringify(tree.at("m"))};
      const changed = mountChanges();
      const seen = [changed()];
      const mounts = [];
      for (let n = 0; n < 2; n++) {
        spawnSync("mount", ["-t", "tmpfs", "none", place]);
        seen.push(changed(), changed());
        mounts.push(String(mountOf(place)));
        spawnSync("umount", [place]);
      }
      console.log(JSON.stringify({ seen, different: mounts[0] !== mounts[1] }));
    `;
    const { stdout } = await run(["unshare", "--mount", process.execPath, "-e", program]);
    expect(JSON.parse(stdout)).toEqual({ seen: [false, true, false, true, false], different: true });
    expect(mountChanges()()).toBe(false);
  },
);
