// Where linkers, archivers and strip put what they make: over what is there, they write as without zccache, elsewhere they
// write what is stored, and nothing else.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { type LinkStage, noLinkers, openLinkStage } from "./link-stage.ts";

setDefaultTimeout(600_000);

/** What is at the output's place before, and the link's options, which tell the cases apart. */
const OCCUPIED: [string, string][] = [
  ["an old file", "echo old >OUT; chmod 640 OUT"],
  ["an old program", "cp prog OUT"],
  ["an empty file", ": >OUT; chmod 600 OUT"],
  ["a symbolic link", "echo old >target; ln -s target OUT"],
  ["a symbolic link to nothing", "ln -s target OUT"],
  ["a file with hard links", "echo old >OUT; ln OUT other"],
  ["a read-only file", "echo old >OUT; chmod 444 OUT"],
  ["a directory", "mkdir OUT"],
];

const OCCUPYING: [string, string][] = [
  ["gcc and bfd", "gcc a.o b.o -o OUT"],
  ["gcc and gold", "gcc -fuse-ld=gold a.o b.o -o OUT"],
  ["gcc and lld", "gcc -fuse-ld=lld a.o b.o -o OUT"],
  ["ld", "ld start.o -o OUT"],
  ["ld.lld", "ld.lld start.o -o OUT"],
  ["ld -r", "ld -r a.o b.o -o OUT"],
  ["clang", "clang a.o b.o -o OUT"],
  ["clang and lld", "clang -fuse-ld=lld a.o b.o -o OUT"],
  ["ar", "ar rcs OUT a.o b.o"],
  ["llvm-ar", "llvm-ar rcs OUT a.o b.o"],
  ["strip -o", "strip -o OUT prog"],
  ["objcopy", "objcopy --only-keep-debug prog OUT"],
];

describe.skipIf(noLinkers !== undefined)(titled("through zccache", noLinkers), () => {
  let stage: LinkStage;
  beforeAll(async () => {
    stage = await openLinkStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  test.each(OCCUPYING)("outputs of %s where something is there are as without zccache", async (_, script) => {
    const scripts = OCCUPIED.map(([, place]) => `${place}\n${script}`.replaceAll("OUT", "out"));
    const scene = stage.scenes([script.replaceAll("OUT", "out"), ...scripts, script.replaceAll("OUT", "none/out")]);
    const bare = await stage.bareRun(scene);
    expect((await stage.cachedRun(scene)).effect).toEqual(bare);
    expect((await stage.cachedRun(scene)).effect).toEqual(bare);
  });

  test.each([
    ["gcc", "gcc a.o b.o -o prog2"],
    ["ld", "ld start.o -o prog2"],
    ["strip", "strip prog2"],
  ])("an output of %s that is a program which runs is replaced or refused as without zccache", async (_, script) => {
    const place =
      "cp /bin/sleep prog2; ./prog2 100 & pid=$!; until readlink /proc/$pid/exe | grep -q prog2; do sleep 0.01; done";
    const scene = stage.scenes([script.startsWith("strip") ? "cp /bin/sleep prog2; strip prog2" : script]);
    await stage.expectHits(scene);
    const running = stage.scenes([`${place}\n${script} 2>&1; echo $?; kill $pid; wait $pid 2>&-`]);
    const bare = await stage.bareRun(running);
    for (let round = 0; round < 2; round++) expect((await stage.cachedRun(running)).effect).toEqual(bare);
  });

  test.each([
    ["gcc", "gcc a.o b.o -o OUT", true],
    ["a linker", "ld start.o -o OUT", true],
    ["a library's link", "gcc -shared f.o -Wl,-soname,x -o OUT", true],
    ["an archiver", "ar rcs OUT a.o b.o", true],
    ["strip", "strip -o OUT prog", true],
    ["objcopy", "objcopy --strip-debug prog OUT", true],
    ["an archiver that says what it makes", "ar rs OUT a.o b.o", false],
    ["a link with a depfile, which names it,", "gcc a.o b.o -Wl,--dependency-file=x.d -o OUT", true],
    ["a link with a map", "gcc a.o b.o -Wl,-Map=x.map -o OUT", false],
    ["a library's link with versions of symbols", "gcc -shared f.o -Wl,--version-script=f.map -o OUT", false],
    ["a library's link with versions in a script", "gcc -shared f.o v.ld -o OUT", false],
    ["a library's link by lld with versions in a script", "ld.lld -shared f.o v.ld -o OUT", false],
    ["a library's link by gold with versions of symbols", "ld.gold -shared f.o --version-script=f.map -o OUT", false],
    ["a linker that warns of it", "ld -shared f.o -T v.ld -o OUT", false],
    ["a link with cross references", "gcc a.o b.o -Wl,--cref -o OUT", false],
  ])("what %s made is given under another name and in another directory [links 7]", async (_, script, isHit) => {
    const to = (name: string) => stage.scene(`mkdir out\n${script.replaceAll("OUT", name)}`);
    await stage.expectHits(to("one"));
    for (const name of ["two", "out/three", "out/4"]) {
      const { effect, starts } = await stage.cachedRun(to(name));
      expect(effect).toEqual(await stage.bareRun(to(name)));
      if (isHit) expect(starts).toBe(0);
      else expect(starts).toBeGreaterThan(0);
    }
    const inner = { ...stage.scene(script.replaceAll("OUT", "four")), prepare: "mkdir in; cp -a ../made/. in" };
    const elsewhere = { ...inner, script: `unset COMPILER_PATH; cd in; ${script.replaceAll("OUT", "four")}` };
    const { effect, starts } = await stage.cachedRun(elsewhere);
    expect(effect).toEqual(await stage.bareRun(elsewhere));
    if (isHit) expect(starts).toBe(0);
  });

  test("a strip that is a link to LLVM's gives the mode of its input each time", async () => {
    const scene = stage.scene(
      'ln -s "$(readlink -f /usr/bin/llvm-strip)" strip\n$Z ./strip -o one prog; chmod 700 prog; $Z ./strip -o two prog',
    );
    const bare = await stage.bareRun(scene);
    for (let round = 0; round < 2; round++) expect((await stage.launchedRun(scene)).effect).toEqual(bare);
  });

  test.each([
    "clang -save-temps a.c b.c -o prog2",
    "clang -g -gsplit-dwarf a.c b.c -o prog2",
    "gcc -save-temps a.c b.c -o prog2",
    "gcc -g -gsplit-dwarf a.c b.c -o prog2",
  ])("what %s makes beside the program is written over what it made before as without zccache", async (link) => {
    await stage.expectHits(stage.scene(link, link));
    await stage.expectHits(stage.scene(link));
  });

  test("an output behind a link that leads to another directory is put there", async () => {
    const link = "gcc a.o b.o -Wl,--defsym,behind=b -o to/prog2";
    await stage.expectHits(stage.scene(link));
    await stage.expectHits(stage.scene(link, "echo old >dir/prog2"));
    const elsewhere = stage.scene(link, "rm to; mkdir away; ln -s away to; cp prog dir/prog2");
    const { files } = (await stage.expectHits(elsewhere)).effect;
    expect(files["away/prog2"]).toEndWith(" new");
    expect(files["dir/prog2"]).toEndWith(" same");
  });

  test("two links into one directory at once leave each its own files, and so do hits [links 10]", async () => {
    const links = ["gcc a.o b.o -Wl,-Map=out/one.map -o out/one &", "gcc -shared f.o -o out/two.so &"];
    const scene = stage.scene(`mkdir out\n${links.join("\n")}\nwait`);
    const bare = await stage.bareRun(scene);
    expect((await stage.cachedRun(scene)).effect).toEqual(bare);
    for (const link of links) {
      const alone = stage.scene(`mkdir out\n${link}\nwait`);
      await stage.cachedRun(alone);
      const { effect, starts } = await stage.cachedRun(alone);
      expect(effect).toEqual(await stage.bareRun(alone));
      expect(starts).toBe(0);
    }
  });

  test("a linker's stand-in of another zccache is stepped over, too", async () => {
    const { tree, binary, env } = stage.at.stage.box;
    await mustRun(
      ["sh", "-ec", 'mkdir other; cp "$0" other/zccache; other/zccache install-shims other/shims ld', binary],
      {
        cwd: tree.path,
        env,
      },
    );
    const scene = stage.scene("PATH=$PWD/../other/shims:$PATH; gcc a.o b.o -Wl,--defsym,other=b -o prog2");
    await stage.expectHits(scene);
  });

  test("a stored link that is not given over what is there counts as a link, too", async () => {
    const link = (prepare: string) => stage.scene("gcc a.o b.o -Wl,--defsym,counted=b -o over", prepare);
    await stage.expectHits(link(""));
    const before = await stage.linkCounts();
    await stage.cachedRun(link(": >over"));
    const after = await stage.linkCounts();
    expect(after.link_non_cacheable - before.link_non_cacheable).toBe(1);
    expect(after.total_links - before.total_links).toBe(1);
  });

  test("links are counted, and those that differ each time are warned of in status [links 18]", async () => {
    const before = await stage.linkCounts();
    const script = "gcc a.o b.o -Wl,--build-id=uuid -o counted";
    for (let round = 0; round < 2; round++) await stage.cachedRun(stage.scene(script));
    await stage.cachedRun(stage.scene("ar t libb.a"));
    const after = await stage.linkCounts();
    expect(after.total_links - before.total_links).toBe(3);
    expect(after.link_hits - before.link_hits).toBe(1);
    expect(after.link_misses - before.link_misses).toBe(1);
    expect(after.link_non_cacheable - before.link_non_cacheable).toBe(1);
    const warned = Object.entries(after.warnings).filter(([text]) => text.includes("--build-id=sha1"));
    expect(warned.map(([, times]) => times)).toEqual([2]);
  });
});
