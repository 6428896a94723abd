// Commands whose reader has gone, as `head` does.

import { expect, test } from "bun:test";
import { run } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";

test.each(["--help", "cache-root", "inspect --help"])(
  "`zccache %s` into a pipe that nobody reads ends as by SIGPIPE, without a word",
  async (words) => {
    await using box = sandbox();
    // The fifo's only reader is gone before anything is written.
    const script = `mkfifo gone; (exec < gone) & exec 3> gone; wait; "$0" ${words} >&3; echo "ended: $?"`;
    const { stdout, stderr } = await run(["/bin/bash", "-c", script, box.binary], { cwd: box.tree.path, env: box.env });
    expect([stdout, stderr]).toEqual(["ended: 141\n", ""]);
  },
);
