// Another PATH: a result holds where it leads to the same assembler and linker, and only there.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

const missing = missingTool("gcc");

describe.skipIf(missing !== undefined)(titled("with another PATH", missing), () => {
  let box: Sandbox;
  let calls = 0;
  beforeAll(async () => {
    box = sandbox();
    for (const name of ["as", "ld"])
      box.tree.write({
        [`other-${name}/${name}`]: `#!/bin/sh\necho "other ${name}" >&2\nexec /usr/bin/${name} "$@"\n`,
      });
    const script = "chmod +x other-*/*; mkdir empty; echo 'int main(void) { return 0; }' >a.c; gcc -c a.c -o in.o";
    await mustRun(["sh", "-euc", script], { cwd: box.tree.path, env: box.env });
  });
  afterAll(async () => await box?.[Symbol.asyncDispose]());

  /** What the call says on standard error, bare and through zccache, with this folder in front of PATH. */
  async function both(command: readonly string[], folder: string): Promise<string> {
    const { COMPILER_PATH: _counters, ...plain } = box.env;
    const env = { ...plain, PATH: `${box.tree.at(folder)}:${plain["PATH"]}` };
    const options = { env, cwd: box.tree.path };
    const bare = await run(command, options);
    const cached = await run([box.binary, ...command], options);
    expect([cached.exitCode, cached.stdout, cached.stderr]).toEqual([bare.exitCode, bare.stdout, bare.stderr]);
    calls += 1;
    await box.settled(calls);
    return cached.stderr;
  }
  async function hits(): Promise<number> {
    const { stdout } = await box.zccache(["status", "--json"]);
    const { daemon } = JSON.parse(stdout);
    return daemon.cache_hits + daemon.link_hits;
  }

  test.each<[string, string[], string]>([
    ["assembler", ["gcc", "-c", "a.c", "-o", "a.o"], "other-as"],
    ["linker", ["gcc", "in.o", "-o", "a"], "other-ld"],
  ])("an earlier %s is used, and a PATH that leads to the same one is as good", async (_name, command, folder) => {
    expect(await both(command, "empty")).toBe("");
    expect(await both(command, folder)).toContain("other ");
    const before = await hits();
    expect(await both(command, "home")).toBe("");
    expect(await both(command, "empty")).toBe("");
    expect(await both(command, folder)).toContain("other ");
    expect((await hits()) - before).toBe(3);
  });
});
