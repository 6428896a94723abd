// Links on a disk that is full, and with a cache directory that is: each ends as without zccache, and what could not be
// written is not stored.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { fileTree } from "../../support/file-tree.ts";
import { titled } from "../../support/missing.ts";
import type { Effect, Scene } from "../fidelity/three-ways.ts";
import { type LinkStage, noLinkers, openLinkStage } from "./link-stage.ts";

setDefaultTimeout(600_000);

/** A small file system in memory, at an existing directory, until it is disposed of. */
class SmallDisk implements Disposable {
  readonly #path: string;

  /** @param size As tmpfs(5) takes it. @throws {Error} Where nothing can be mounted. */
  constructor(path: string, size: string) {
    this.#path = path;
    const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "none", path]);
    if (status !== 0) throw new Error(`Cannot mount at "${path}": ${stderr}`);
  }

  /** Leaves no room. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.#path);
    writeFileSync(`${this.#path}/filler`, new Uint8Array(bavail * bsize));
  }

  empty(): void {
    rmSync(`${this.#path}/filler`);
  }

  [Symbol.dispose](): void {
    // Whoever has a file of it open keeps it until then.
    spawnSync("umount", ["--lazy", this.#path]);
  }
}

/** Why no file system can be mounted here; undefined if one can. */
function noMounts(): string | undefined {
  using tree = fileTree();
  try {
    using _ = new SmallDisk(tree.path, "64k");
    return undefined;
  } catch {
    return "mounting needs root";
  }
}

const missing = noLinkers ?? noMounts();

/** Commands that write OUT, more than 4 KiB of it. */
const LINKS: [string, string][] = [
  ["gcc and bfd", "gcc a.o b.o -o OUT"],
  ["gcc and gold", "gcc -fuse-ld=gold a.o b.o -o OUT"],
  ["gcc and lld", "gcc -fuse-ld=lld a.o b.o -o OUT"],
  ["gcc and mold", "gcc -fuse-ld=mold a.o b.o -o OUT"],
  ["ld", "ld -r a.o b.o start.o f.o libb.a -o OUT"],
  ["clang", "clang -shared f.o -o OUT"],
  ["ar", "ar rcs OUT a.o b.o f.o"],
  ["llvm-ar", "llvm-ar rcs OUT a.o b.o f.o"],
  ["strip", "strip -o OUT prog"],
  ["objcopy", "objcopy --only-keep-debug prog OUT"],
  ["link-time optimization", "gcc -flto -O2 a-slim.o b-slim.o -o OUT"],
];

/** What a disk of 4 KiB holds beforehand: nothing, no room at all, or an old output. */
const FULL = [":", "head -c 4096 /dev/zero >full/filler", "cp f.c full/out"];

/** Does `work` with a file system of so much room at full, and says what was left there. */
function onFullDisk(room: string, work: string, before = ":"): string {
  return `mkdir full; mount -t tmpfs -o size=${room} none full; trap 'umount full' EXIT
${before}
${work}; echo "ended with $?"
for file in $(ls -A full); do stat -c '%n %a %s' "full/$file"; sha256sum <"full/$file"; done`;
}

/** Without names of temporaries, and without what LLVM's tools tell of their memory when they break down. */
function settled({ stderr, ...effect }: Effect): Effect {
  const lines = stderr.split("\n").filter((line) => !/^ *(?:#\d+ |\d+\.\t)/.test(line));
  return { ...effect, stderr: lines.join("\n").replaceAll(/full\/st\w{6}/g, "full/(temporary)") };
}

describe.skipIf(missing !== undefined)(titled("a link through zccache", missing), () => {
  let stage: LinkStage;
  beforeAll(async () => {
    stage = await openLinkStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  const expectAsBare = async (scene: Scene, bare: Effect) => {
    const { effect, starts } = await stage.cachedRun(scene);
    expect(settled(effect)).toEqual(settled(bare));
    expect(starts).toBeGreaterThan(0);
  };

  test.each(LINKS)("by %s to a full disk fails as without zccache, be it stored or not", async (_, link) => {
    const roomy = stage.scene(`mkdir full; ${link.replace("OUT", "full/out")}`);
    const scenes = FULL.map((before) => stage.scene(onFullDisk("4k", link.replace("OUT", "full/out"), before)));
    const bare: [Scene, Effect][] = [];
    for (const scene of scenes) bare.push([scene, await stage.bareRun(scene)]);
    for (const [, { stdout }] of bare) expect(stdout).not.toContain("ended with 0");
    for (let round = 0; round < 2; round++) for (const of of bare) await expectAsBare(...of);
    await stage.expectHits(roomy);
    for (const of of bare) await expectAsBare(...of);
    await stage.expectHits(roomy);
  });

  test.each([
    ["a program stripped", "prog", "strip -g full/prog", "20k"],
    ["an archive stripped", "libb.a", "strip -g full/libb.a", "4k"],
    ["an archive that takes more members", "libb.a", "ar r full/libb.a a.o prog", "8k"],
    // Its copy finds room, what it grows by does not.
    ["an archive that takes more members than it has room for", "libb.a", "ar r full/libb.a a.o prog", "36k"],
  ])("in place, %s, fails on a full disk as without zccache", async (...[, name, work, room]) => {
    await stage.expectHits(stage.scene(onFullDisk("1m", work, `cp ${name} full`)));
    const scene = stage.scene(onFullDisk(room, work, `cp ${name} full`));
    const bare = await stage.bareRun(scene);
    expect(bare.stdout).not.toContain("ended with 0");
    for (let round = 0; round < 2; round++) await expectAsBare(scene, bare);
  });

  test("whose map finds no room leaves what it leaves without zccache", async () => {
    const link = (map: string) => `gcc a.o b.o -Wl,-Map,${map} -o prog2`;
    await stage.expectHits(stage.scene(`mkdir full; ${link("full/x.map")}`));
    const scene = stage.scene(onFullDisk("4k", link("full/x.map")));
    const bare = await stage.bareRun(scene);
    for (let round = 0; round < 2; round++) await expectAsBare(scene, bare);
  });
});

describe.skipIf(missing !== undefined)(titled("a link with a full cache directory", missing), () => {
  test("is as without zccache, stored ones are given, and others are stored when there is room again", async () => {
    await using stage = await openLinkStage();
    const { box } = stage.at.stage;
    await box.stop();
    mkdirSync(box.cache, { recursive: true });
    using disk = new SmallDisk(box.cache, "2m");
    try {
      const stored = stage.scenes(["gcc a.o b.o -o prog2", "ar rcs libx.a a.o b.o", "strip -o prog2 prog"]);
      const others = stage.scenes(["gcc -s a.o b.o -o prog2", "ar rcs libx.a b.o f.o", "strip -g -o prog2 prog"]);
      await stage.expectHits(stored);
      disk.fill();
      const bare = await stage.bareRun(others);
      for (let round = 0; round < 3; round++) {
        const { effect, starts } = await stage.cachedRun(others);
        expect(effect).toEqual(bare);
        expect(starts).toBeGreaterThan(2);
      }
      const { daemon } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
      expect(daemon.non_cacheable_reasons["store-failed"]).toBeGreaterThan(2);
      expect((await stage.cachedRun(stored)).starts).toBe(0);
      await stage.expectHits(stored);
      disk.empty();
      await stage.expectHits(others);
    } finally {
      await box.stop();
    }
  });
});
