// Files that a linker writes beside its output and that no option names.

import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { LinkBox } from "./link-box.ts";

setDefaultTimeout(600_000);

const missing = missingTool("gcc", "ld", "dwp");

// Links, and does what MORE says in the output's directory.
const LINKER = '#!/bin/sh\n/usr/bin/ld "$@" && cd out && eval "$MORE"\n';

describe.skipIf(missing !== undefined)(titled("a linker's files beside its output [links 9]", missing), () => {
  let links: LinkBox;
  beforeAll(async () => {
    links = new LinkBox();
    links.box.tree.write({ "w/bin/ld": LINKER });
    await links.sh("cd w; chmod +x bin/ld; echo 'int f(void) { return 1; }' >f.c; gcc -c f.c");
  });
  afterAll(async () => await links?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    await links.sh("cd w; rm -rf out; mkdir out; echo old >out/old; echo changed >out/changed; sleep 0.05");
    await links.clear();
  });

  const link = (more: string, name = "prog") =>
    links.sh(`cd w; PATH="$PWD/bin:$PATH"; z ld -r f.o -o out/${name}`, { env: { MORE: more } });

  test("come back with it, changed ones too, and others stay what they are", async () => {
    const more = "echo side >side; echo anew >changed";
    await link(more);
    expect(await links.counts()).toEqual({ hits: 0, misses: 1, refused: 0 });
    const list = "cd w/out; for n in *; do echo $n; test $n = prog || cat $n; done";
    const listed = await links.sh(list);
    expect(listed).toBe("changed\nanew\nold\nold\nprog\nside\nside\n");
    await links.sh("cd w/out; rm prog side; echo changed >changed; echo other >old");
    await link(more);
    expect(await links.counts()).toEqual({ hits: 1, misses: 1, refused: 0 });
    expect(await links.sh(list)).toBe(listed.replace("old\nold", "old\nother"));
  });
  test("come back with it where dwp made one of them", async () => {
    await links.sh("cd w; gcc -g -gsplit-dwarf -c f.c -o split.o");
    const more = "dwp -o prog.dwp ../split.dwo";
    const link = "z ld -r split.o -o out/prog";
    const run = () =>
      links.sh(`cd w; PATH="$PWD/bin:$PATH"; ${link}; readelf -S out/prog.dwp`, { env: { MORE: more } });
    const made = await run();
    expect(made).toContain(".debug_cu_index");
    await links.sh("rm w/out/prog w/out/prog.dwp");
    expect(await run()).toBe(made);
    expect(await links.counts()).toEqual({ hits: 1, misses: 1, refused: 0 });
  });
  test("belong to the same call only", async () => {
    await link("echo side >side");
    await links.sh("rm w/out/*");
    await link("echo side >side", "other");
    expect(await links.counts()).toEqual({ hits: 0, misses: 2, refused: 0 });
    expect(await links.sh("ls w/out")).toBe("other\nside\n");
  });
  test.each([
    ["more than ten", "for n in 1 2 3 4 5 6 7 8 9 10 11; do echo $n >side$n; done"],
    ["one of more than 50 MiB", "head -c 53477376 /dev/zero >side"],
    ["one outside of the tree that is built", "echo x >../../away"],
  ])("are not stored: %s", async (_, more) => {
    await link(more);
    expect(await links.counts()).toEqual({ hits: 0, misses: 0, refused: 1 });
    expect(await links.sh("ls w/out/prog")).toBe("w/out/prog\n");
  });
});
