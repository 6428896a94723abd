// ZCCACHE_LINK_DEPLOY_CMD: what a command puts beside a fresh program is given back with it.

import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { missingTool, titled } from "../../support/missing.ts";
import { LinkBox } from "./link-box.ts";

setDefaultTimeout(600_000);

const missing = missingTool("gcc");

const PREPARE = `
rm -rf w; mkdir -p w/out w/bin; cd w
printf 'int main(void) { return 0; }\\n' >main.c
gcc -c main.c
printf '#!/bin/sh\\ncat "$SOURCE" >libruntime.so\\npwd >>../ran\\necho "$@" >>../ran\\necho "$MARK $MAKEFLAGS $ZCCACHE_LINEAGE $RUNNING_PROCESS_ORIGINATOR" >>../seen\\n' >bin/deploy
chmod +x bin/deploy
echo runtime >source`;

describe.skipIf(missing !== undefined)(titled("a deploy hook [links 11]", missing), () => {
  let links: LinkBox;
  let env: Record<string, string>;
  beforeAll(() => {
    links = new LinkBox();
    const { PATH = "" } = links.box.env;
    env = { PATH: `${links.box.tree.at("w/bin")}:${PATH}`, SOURCE: links.box.tree.at("w/source"), MARK: "m" };
  });
  afterAll(async () => await links?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    await links.sh(PREPARE);
    await links.clear();
  });

  async function link(command: string, script = "z gcc main.o -o out/prog") {
    const before = await links.counts();
    await links.sh(script, { cwd: "w", env: { ...env, ZCCACHE_LINK_DEPLOY_CMD: command } });
    const after = await links.counts();
    const [change] = (["hits", "misses", "refused"] as const).filter((name) => after[name] > before[name]);
    return change;
  }
  const read = (name: string): string => links.box.tree.read(`w/${name}`).toString();

  test("runs in the output's directory with the output as its last word, and not again for a hit", async () => {
    // What it appends to a file of others can't be given back.
    expect(await link("deploy --quiet")).toBe("refused");
    const directory = links.box.tree.at("w/out");
    expect(read("ran")).toBe(`${directory}\n--quiet ${directory}/prog\n`);
    expect(read("out/libruntime.so")).toBe("runtime\n");
  });
  test("has what it made given back, without running again", async () => {
    await links.sh("printf '#!/bin/sh\\ncat \"$SOURCE\" >libruntime.so\\n' >w/bin/deploy");
    expect(await link("deploy")).toBe("misses");
    await links.sh("rm w/out/*");
    expect(await link("deploy")).toBe("hits");
    expect(read("out/libruntime.so")).toBe("runtime\n");
    // What it read is an input of the link.
    await links.sh("echo other >w/source; rm w/out/*");
    expect(await link("deploy")).toBe("misses");
    expect(read("out/libruntime.so")).toBe("other\n");
    // Another command is another link, and none at all leaves nothing.
    await links.sh("rm w/out/*");
    expect(await link("deploy --more")).toBe("misses");
    await links.sh("rm w/out/*");
    expect(await link("")).toBe("misses");
    expect(await links.sh("ls w/out")).toBe("prog\n");
  });
  test("sees the client's variables, without its job server, and whose child it is", async () => {
    const make = "ZCCACHE_LINEAGE='10>20' MAKEFLAGS=-j RUNNING_PROCESS_ORIGINATOR=me z gcc main.o -o out/prog";
    await link("deploy", `export ZCCACHE_LINEAGE='10>20' MAKEFLAGS=-j RUNNING_PROCESS_ORIGINATOR=me; ${make}`);
    const [daemon] = links.box.daemons();
    expect(read("seen")).toMatch(new RegExp(`^m  10>20>\\d+>${daemon} me\n$`));
  });
  test.each(["false", "no-such-program", " \t "])("that is %j changes nothing", async (command) => {
    expect(await link(command)).toBe("misses");
    expect(await links.sh("ls w/out")).toBe("prog\n");
  });
  test("does not run after a link that fails", async () => {
    const failing =
      "printf 'int f(void); int main(void) { return f(); }\\n' >bad.c; ! z gcc bad.c -o out/prog 2>/dev/null";
    await link("deploy", failing);
    expect(await links.sh("ls w/out w/ran 2>/dev/null || true")).not.toContain("libruntime");
  });
});
