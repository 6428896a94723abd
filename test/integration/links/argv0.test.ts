// Archivers, linkers and the like begin their messages with the name by which they were called, and find their plugins
// from it: with zccache both are as without, whichever client stands before them and whether there is a daemon or not.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { CLIENTS } from "../client/clients.ts";
import { type Effect, openStage, type Scene, type Stage } from "../fidelity/three-ways.ts";

setDefaultTimeout(600_000);

const TOOLS = "gcc ar ranlib nm strip objcopy ld ld.bfd ld.gold ld.lld mold llvm-ar gcc-ar gcc-ranlib".split(" ");
const noTools = missingTool(...TOOLS);

const PREPARE = `unset COMPILER_PATH
printf 'int f(void) { return 1; }\\n' >a.c
printf 'int f(void); int main(void) { return f() - 1; }\\n' >m.c
gcc -c a.c; gcc -c m.c
gcc -flto -frandom-seed=a -c a.c -o slim.o
gcc -flto -ffat-lto-objects -frandom-seed=f -c a.c -o fat.o
ar rc old.a a.o; mkdir mine; ln -s "$(command -v ar)" mine/ar; echo junk >junk.o`;

/** Scripts that say something, or leave what depends on a plugin. */
const SCRIPTS: Record<string, string> = {
  "archives that are made": `ar r x.a a.o; ar rs y.a a.o slim.o; ar q z.a a.o; llvm-ar r l.a a.o; gcc-ar r g.a slim.o; ar rv v.a a.o
x86_64-linux-gnu-ar r t.a a.o; gcc-ar r h.a a.o`,
  "files that are not there": `ar r n.a none.o; ar t none.a; ranlib none.a; strip none; strip none -o out; objcopy none out; nm none.o
llvm-ar r l.a none.o; gcc-ar r g.a none.o; gcc-ranlib none.a; for l in ld ld.bfd ld.gold ld.lld; do $l none.o -o out; done
mold -m elf_x86_64 none.o -o out; gcc none.o; gcc a.o -lnone`,
  "files that are no objects": `ar rs j.a junk.o; strip junk.o; objcopy junk.o out; ld junk.o; ld.gold junk.o; ld.lld junk.o
gcc junk.o; ranlib junk.o`,
  "options that there are not": `ar --none; ar; ranlib --none; strip --none a.o; objcopy --none a.o; ld --none a.o; ld.gold --none a.o
ld.lld --none; llvm-ar --none; gcc-ar --none; ar --version; ld --version`,
  "links with warnings": `ld a.o -o p; ld.gold a.o -o q; ld -r a.o -o r.o; ld m.o -o s; gcc m.o -o t; gcc -fuse-ld=gold m.o -o u
gcc m.o old.a -o v; ld -z none a.o -o w; ld.lld m.o -o x`,
  "archives of LTO objects": `ar rc x.a slim.o; nm -s x.a; ar rcs y.a fat.o; nm -s y.a; ar qc z.a slim.o; ranlib z.a; nm -s z.a
gcc-ar rc g.a slim.o; gcc-ranlib g.a; nm -s g.a; gcc m.o x.a -flto -o p 2>&1; ld -r slim.o -o r.o; nm r.o
cp fat.o s.o; strip s.o; strip slim.o -o t.o; objcopy fat.o c.o; objcopy --strip-debug slim.o d.o`,
};

/** The real calls of a client: with a daemon, with none and switched off. */
const WAYS: readonly [string, Record<string, string>][] = [
  ["without a daemon", { ZCCACHE_NO_SPAWN: "1", ZCCACHE_ENDPOINT: "/nowhere/daemon.sock" }],
  ["switched off", { ZCCACHE_DISABLE: "1" }],
  ["cold", {}],
  ["warm", {}],
];

describe.skipIf(noTools !== undefined).each(CLIENTS)(titled("%s client", noTools), (_client, binary) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(binary);
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  /** Bare and each way. `Z` is what to put in front of a tool: nothing when bare. */
  async function expectSame(script: string): Promise<Effect> {
    const scene = (Z: string, env: Record<string, string> = {}): Scene => ({
      prepare: PREPARE,
      script: `unset COMPILER_PATH\n${script}`,
      env: { Z, ...env },
    });
    const bare = await stage.once(scene(""), undefined);
    for (const [way, env] of WAYS) {
      const effect = await stage.once(scene(stage.box.binary, env), stage.path);
      expect([way, effect]).toEqual([way, bare]);
    }
    return bare;
  }

  /** How many links there were so far, and how many of them were hits. */
  async function counts(): Promise<{ hits: number; links: number }> {
    const { stdout } = await stage.box.zccache(["status", "--json"]);
    const { daemon } = JSON.parse(stdout);
    return { hits: daemon?.link_hits ?? 0, links: daemon?.total_links ?? 0 };
  }

  /** Runs a scene that links so many times and waits until that is stored: the next one makes the tree anew. */
  async function fill(scene: Scene, links: number): Promise<void> {
    const before = await counts();
    await stage.once(scene, stage.path);
    await stage.box.settled(before.links + links);
  }

  test.each(Object.entries(SCRIPTS))("%s", async (_title, script) => {
    const { stdout, stderr } = await expectSame(`${script}\necho $?`);
    expect(stdout.length + stderr.length).toBeGreaterThan(20);
  });

  test("a message from the cache has the name of its own caller", async () => {
    const names = ["ar", "/usr/bin/ar", "mine/ar", "./mine/ar"];
    const script = `for a in ${names.join(" ")}; do rm -f x.a; $Z $a r x.a a.o; done`;
    await fill({ prepare: PREPARE, script, env: { Z: stage.box.binary } }, 4);
    const { hits } = await counts();
    const { stderr } = await expectSame(script);
    expect(stderr).toBe(names.map((name) => `${name}: creating x.a\n`).join(""));
    expect((await counts()).hits).toBe(hits + 8);
  });

  test("a result holds under another PATH that leads to the same tool", async () => {
    const made = { prepare: `${PREPARE}\nln -s "${stage.shims}" again`, script: "ar rc other.a slim.o; nm -s other.a" };
    const bare = await stage.once(made, undefined);
    await fill(made, 1);
    const { hits } = await counts();
    const real = stage.box.env["PATH"];
    for (const path of [stage.path, `again:${stage.path}`, `/nowhere:${stage.shims}:${real}`, `${real}:again`]) {
      const isThrough = path.startsWith(real ?? "");
      const { script } = made;
      const scene = { ...made, script: isThrough ? script.replace("ar", `'${stage.box.binary}' ar`) : script };
      expect([path, await stage.once(scene, path)]).toEqual([path, bare]);
    }
    expect((await counts()).hits).toBe(hits + 4);
  });

  test("a stand-in that is called by its path is the tool by its path", async () => {
    const script = `$T/ar r x.a a.o; $T/ar rc y.a slim.o; nm -s y.a; $T/ld none.o; $T/strip none`;
    const scene = (T: string): Scene => ({ prepare: PREPARE, script: `unset COMPILER_PATH\n${script}`, env: { T } });
    const bare = await stage.once(scene("/usr/bin"), undefined);
    for (const path of [stage.path, stage.path, undefined]) {
      expect(await stage.once(scene(stage.shims), path)).toEqual(bare);
    }
  });
});
