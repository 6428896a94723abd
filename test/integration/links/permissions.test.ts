// Links by a user who may not read the tool, or not write where a stored result is wanted: as without zccache.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { type Finished, run } from "../../support/run.ts";
import { type Effect, openStage, openStageAs, type Scene, type Stage } from "../fidelity/three-ways.ts";

setDefaultTimeout(600_000);

const NOBODY = 65534;
// Without directories that only root may look into, which linkers would be seen to fail at.
const PATH = "/usr/bin:/bin";
const isRoot = process.getuid?.() === 0;
const missing = missingTool("gcc", "ld", "ar", ...(isRoot ? ["setpriv"] : []));

const PREPARE = `unset COMPILER_PATH
printf 'int main(void) { return 0; }\\n' >a.c
gcc -c a.c
mkdir bin out`;

describe.skipIf(missing !== undefined)(titled("a user without all rights", missing), () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = isRoot ? await openStageAs(NOBODY) : await openStage();
  });
  afterAll(async () => {
    await zccache("stop");
    await stage[Symbol.asyncDispose]();
  });

  const scene = (script: string, prepare = ":"): Scene => ({
    prepare: `${PREPARE}\n${prepare}`,
    script: `unset COMPILER_PATH\n${script}`,
  });

  /** With the tool's stand-in on PATH, and which counters of links have grown by it once it is filed. */
  async function through(of: Scene): Promise<{ effect: Effect; grown: readonly string[] }> {
    const before = await counts();
    const effect = await stage.once(of, `${stage.shims}:${PATH}`);
    for (let waited = 0; waited < 20_000; waited += 50) {
      const after = await counts();
      const grown = Object.keys(after).filter((name) => (after[name] ?? 0) > (before[name] ?? 0));
      if (grown.length > 0) return { effect, grown };
      await Bun.sleep(50);
    }
    throw new Error("the link was not counted in 20 seconds");
  }

  /** By the same user, whose daemon answers nobody else. */
  async function zccache(...args: string[]): Promise<Finished> {
    const user = isRoot ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];
    return await run([...user, stage.box.binary, ...args], { env: stage.box.env });
  }

  async function counts(): Promise<Readonly<Record<string, number>>> {
    const { stdout } = await zccache("status", "--json");
    const { link_hits = 0, link_misses = 0, link_non_cacheable = 0 } = JSON.parse(stdout).daemon ?? {};
    return { link_hits, link_misses, link_non_cacheable };
  }

  test("has links run as they are by a tool that can be executed only [links 13]", async () => {
    const copy = (mode: string) => `cp "$(command -v ld)" bin/tool-ld; chmod ${mode} bin/tool-ld`;
    const script = `Z='${stage.box.binary}'; case $PATH in *shims*) ;; *) Z= ;; esac; $Z bin/tool-ld -r a.o -o out/x`;
    const [readable, unreadable] = [scene(script, copy("755")), scene(script, copy("111"))];
    const bare = await stage.once(unreadable, PATH);
    expect(bare.exitCode).toBe(0);
    for (let round = 0; round < 2; round++)
      expect(await through(unreadable)).toEqual({ effect: bare, grown: ["link_non_cacheable"] });
    expect((await through(readable)).grown).toEqual(["link_misses"]);
    expect((await through(readable)).grown).toEqual(["link_hits"]);
  });

  test.each([
    ["gcc", "gcc a.o -o out/p"],
    ["ld", "ld -r a.o -o out/p"],
    ["ar", "ar rcs out/p a.o"],
    ["strip", "strip -o out/p a.o"],
  ])("gets the own error of %s where a stored result can't be put [links 16]", async (_, link) => {
    expect((await through(scene(link))).grown).toEqual(["link_misses"]);
    expect((await through(scene(link))).grown).toEqual(["link_hits"]);
    for (const place of ["chmod 555 out", "mkdir out/p", "rmdir out"]) {
      const bare = await stage.once(scene(link, place), PATH);
      expect(bare.exitCode).not.toBe(0);
      const { effect, grown } = await through(scene(link, place));
      expect([place, effect, grown]).toEqual([place, bare, ["link_non_cacheable"]]);
    }
  });
});
