// Links whose results were stored by a daemon that has ended since: the next one gives them, all of their files where the
// command line wants them now.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import type { Effect, Scene } from "../fidelity/three-ways.ts";
import { type LinkStage, noLinkers, openLinkStage } from "./link-stage.ts";

setDefaultTimeout(600_000);

/** A title, a link, and others that are given the same result. */
type Case = readonly [title: string, link: string, ...others: string[]];

const CASES: Case[] = [
  [
    "a program, under another name and in another directory too",
    "gcc a.o b.o -o one",
    "gcc a.o b.o -o two",
    "mkdir out; gcc a.o b.o -o out/three",
  ],
  [
    "a library",
    "gcc -shared f.o -Wl,-soname,libf.so.1 -o libg.so",
    "mkdir out; gcc -shared f.o -Wl,-soname,libf.so.1 -o out/g.so",
  ],
  ["what a linker makes", "ld -r a.o b.o -o ab.o", "mkdir out; ld -r a.o b.o -o out/x"],
  ["an archive", "ar rcs libx.a a.o b.o", "mkdir out; ar rcs out/liby.a a.o b.o"],
  ["an archive that is made by q", "ar q libx.a a.o"],
  ["an archive that takes more members", "ar rs libb.a a.o"],
  ["a stripped file", "strip -o prog2 prog", "mkdir out; strip -o out/prog3 prog"],
  ["a file stripped in place", "strip prog"],
  ["a map in a directory of its own", "mkdir reports out; gcc a.o b.o -Wl,-Map,reports/x.map -o out/prog2"],
  [
    "a depfile of a linker, whose target is exchanged",
    "mkdir out; gcc a.o b.o -Wl,--dependency-file=out/x.d -o prog2",
    "mkdir out; gcc a.o b.o -Wl,--dependency-file=out/x.d -o out/prog3",
  ],
  ["split debug information", "gcc -g -gsplit-dwarf a.c b.c -o prog2"],
  ["kept temporaries", "mkdir out; gcc -save-temps=obj a.c b.c -o out/prog2"],
  ["warnings", "gcc a.o b.o -Wl,-z,nonsense -Wl,--trace -o prog2"],
];

describe.skipIf(noLinkers !== undefined)(titled("after a restart of the daemon", noLinkers), () => {
  let stage: LinkStage;
  beforeAll(async () => {
    stage = await openLinkStage();
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  const expectHit = async (scene: Scene, wanted: Effect) => {
    const { effect, starts } = await stage.cachedRun(scene);
    expect(effect).toEqual(wanted);
    expect(starts).toBe(0);
  };

  test.each(CASES)("%s is given as it was [links 7, links 8]", async (...[, link, ...others]) => {
    const first = stage.scene(link);
    const { effect } = await stage.expectHits(first);
    await stage.at.stage.box.stop();
    await expectHit(first, effect);
    await stage.at.stage.box.stop();
    for (const scene of others.map((other) => stage.scene(other))) await expectHit(scene, await stage.bareRun(scene));
  });

  test("a depfile that the linker did not write is not given [links 8]", async () => {
    const script = `for arg; do shift; case $arg in --dependency-file=*) ;; *) set -- "$@" "$arg" ;; esac; done
exec /usr/bin/ld "$@"`;
    const prepare = `mkdir bin; printf '%s\\n' '#!/bin/sh' '${script}' >bin/ld; chmod +x bin/ld`;
    const scene = stage.scene("$Z bin/ld --dependency-file=x.d start.o -o prog2", prepare);
    const bare = await stage.bareRun(scene);
    expect(bare.files).not.toHaveProperty("x.d");
    for (let round = 0; round < 2; round++) expect((await stage.launchedRun(scene)).effect).toEqual(bare);
    await stage.at.stage.box.stop();
    expect((await stage.launchedRun(scene)).effect).toEqual(bare);
    expect(await stage.linkCounts()).toMatchObject({ total_links: 1, link_hits: 1 });
  });

  test("a sidecar that no option names comes back, for the same call only", async () => {
    const prepare = `mkdir bin; printf '%s\\n' '#!/bin/sh' '/usr/bin/ld "$@" && echo side >out/side' >bin/ld; chmod +x bin/ld`;
    const link = (name: string) => stage.scene(`mkdir out; $Z bin/ld -r a.o b.o -o out/${name}`, prepare);
    const bare = await stage.bareRun(link("one"));
    for (let round = 0; round < 2; round++) expect((await stage.launchedRun(link("one"))).effect).toEqual(bare);
    await stage.at.stage.box.stop();
    expect((await stage.launchedRun(link("one"))).effect).toEqual(bare);
    expect(await stage.linkCounts()).toMatchObject({ total_links: 1, link_hits: 1 });
    expect((await stage.launchedRun(link("two"))).effect).toEqual(await stage.bareRun(link("two")));
    expect(await stage.linkCounts()).toMatchObject({ total_links: 2, link_hits: 1 });
  });
});
