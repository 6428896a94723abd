// What a tool says while it runs arrives while it runs: cargo waits for the line that tells of a crate's metadata.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, readFileSync } from "node:fs";
import { startJob } from "../../faults/job.ts";
import { sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { CLIENTS } from "../client/clients.ts";

setDefaultTimeout(600_000);

describe.each(CLIENTS)("the %s client", (_, binary) => {
  test("passes on what a tool says while it runs, once and in order", async () => {
    await using box = sandbox(binary);
    // A compiler that says something, waits until it may end, and says more.
    const script = `#!/bin/bash
echo first; echo warning >&2; while [ ! -e go ]; do sleep 0.02; done
head -c 300000 /dev/zero | tr '\\0' x; echo; echo end >&2; exec gcc "$@"
`;
    box.tree.write({ "a.c": "int a;\n", "bin/gcc-99": script });
    await box.zccache(["start"]);
    chmodSync(box.tree.at("bin/gcc-99"), 0o755);
    const env = { ...box.env, PATH: `${box.tree.at("bin")}:${box.env["PATH"]}` };
    const options = { env, cwd: box.tree.path, directory: box.tree.at("job") };
    const job = await startJob([box.binary, "gcc-99", "-c", "a.c"], options);
    const said = (name: string): string => readFileSync(box.tree.at(`job/${name}`), "utf8");
    await until(() => said("out") === "first\n" && said("err") === "warning\n", "what it says first");
    box.tree.write({ go: "" });
    const ended = await job.ended;
    expect(ended).toEqual({
      exitCode: 0,
      stdout: `first\n${"x".repeat(300_000)}\n`,
      stderr: "warning\nend\n",
    });
  });
});
