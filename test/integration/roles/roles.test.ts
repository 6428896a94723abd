// One executable, many names: which role it plays.

import { describe, expect, test } from "bun:test";
import { COMMAND_NAMES } from "../../../src/cli/command-names.ts";
import { COMMANDS } from "../../../src/cli/commands/index.ts";
import { VERSION } from "../../../src/core/version.ts";
import { clientScene } from "../client/scene.ts";

describe("zccache", () => {
  test("without arguments prints help on standard output and exits with 1", async () => {
    using scene = clientScene();
    const result = await scene.run([scene.binary]);
    expect([result.exitCode, result.stderr]).toEqual([1, ""]);
    for (const { name } of COMMANDS) expect(result.stdout).toContain(`  ${name}`);
  });

  test.each([["--version"], ["-V"]])("%s prints the version", async (flag) => {
    using scene = clientScene();
    expect(await scene.run([scene.binary, flag])).toMatchObject({ exitCode: 0, stdout: `zccache ${VERSION}\n` });
  });

  test("is a command line for every name in COMMAND_NAMES, and those are all there are", async () => {
    const known = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect([...COMMAND_NAMES].sort()).toEqual([...known, "help"].sort());
    using scene = clientScene();
    for (const name of known) {
      const result = await scene.run([scene.binary, name, "--help"]);
      expect([name, result.exitCode, result.stdout.includes("Examples:")]).toEqual([name, 0, true]);
    }
  });

  test.each([[["gcc"]], [["wrap", "gcc"]], [["./tools/gcc"]], [["cc"]]])("%p runs a tool", async (words) => {
    const script = '#!/bin/sh\necho "tool $*"\n';
    using scene = clientScene({ "tools/gcc": script, "tools/cc": script });
    const result = await scene.run([scene.binary, ...words, "--version"]);
    expect(result).toMatchObject({ exitCode: 0, stdout: "tool --version\n" });
  });

  test("called by any other name stands in for that tool", async () => {
    using scene = clientScene({ "tools/status": "#!/bin/sh\necho a tool called status\n" });
    scene.standIn("shims/status");
    expect((await scene.run(["status"])).stdout).toBe("a tool called status\n");
  });

  test.each([
    ["zccache-daemon", ["--version"]],
    ["zccache", ["daemon-run", "--version"]],
  ])("%s %p is the daemon", async (name, args) => {
    using scene = clientScene();
    scene.standIn(`bin/${name}`);
    const result = await scene.run([scene.tree.at(`bin/${name}`), ...args]);
    expect(result).toMatchObject({ exitCode: 0, stdout: `zccache-daemon ${VERSION}\n` });
  });

  test("reads neither .env nor bunfig.toml of the directory it is called in", async () => {
    using scene = clientScene({ "tools/gcc": '#!/bin/sh\necho "real [$FROM_DOTENV]"\n' });
    scene.tree.write({
      "work/.env": "FROM_DOTENV=yes\nZCCACHE_DISABLE=1\n",
      "work/bunfig.toml": 'preload = ["./evil.ts"]\n',
      "work/evil.ts": 'await Bun.write("/dev/stdout", "evil ran\\n");\n',
    });
    const result = await scene.run(["gcc"], { cwd: scene.tree.at("work") });
    expect(result).toMatchObject({ exitCode: 0, stdout: "real []\n", stderr: "" });
  });
});
