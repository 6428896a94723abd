// What a build does to the output of a link as soon as the linker's caller has ended: the caller does not wait for the copy
// that the cache takes, and the cache keeps what the linker made all the same.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { LinkBox } from "./link-box.ts";
import { noLinkers } from "./link-stage.ts";

setDefaultTimeout(600_000);

// Large enough for a copy to take longer than the start of a program that changes it.
const INPUTS = `
printf 'extern char big[]; int main(void) { return big[0]; }\\n' >a.c
printf '.data\\n.globl big\\nbig: .fill 40000000, 1, 7\\n.section .note.GNU-stack\\n' >big.s
gcc -c a.c big.s
gcc a.o big.o -o bare
strip -o bare-stripped bare
`;

describe.skipIf(noLinkers !== undefined)(titled("an output that is changed as soon as it is there", noLinkers), () => {
  const links = new LinkBox();
  const at = (name: string): string => links.box.tree.at(name);
  beforeAll(async () => {
    await mustRun(["sh", "-ec", INPUTS], { cwd: at("."), env: links.box.env });
  });
  afterAll(async () => await links[Symbol.asyncDispose]());

  test.each([
    ["is stripped in place", "strip prog; cmp prog bare-stripped"],
    ["is written over from its start", "printf x | dd of=prog conv=notrunc status=none; rm prog"],
    ["gets a new content", "echo other >prog; rm prog"],
    ["is cut", "truncate -s 100 prog; rm prog"],
    ["gets another name, and its name another file", "mv prog final; echo other >prog; cmp final bare; rm final prog"],
    ["is removed", "rm prog"],
    ["loses its permissions", "chmod 600 prog; rm prog"],
  ])("%s: is stored as the linker made it", async (_title, change) => {
    await links.clear();
    const linked = "z gcc a.o big.o -o prog";
    await links.sh(`${linked}; ${change}`);
    expect(await links.counts()).toMatchObject({ hits: 0, misses: 1 });
    rmSync(at("prog"), { force: true });
    await links.sh(`${linked}; cmp prog bare; test -x prog`);
    expect(await links.counts()).toMatchObject({ hits: 1, misses: 1 });
  });

  test("is read and run like any other", async () => {
    await links.clear();
    const said = await links.sh(
      "z gcc a.o big.o -o prog; ./prog || echo $?; cp prog copy; cmp copy bare; rm prog copy",
    );
    expect(said).toBe("7\n");
    expect(await links.counts()).toMatchObject({ misses: 1 });
  });

  test("by a link that leaves a file beside it that no option names: both are stored as they were made", async () => {
    await links.clear();
    // Such a caller waits for the copies.
    const linked = "z gcc a.o big.o -o prog";
    const hook = { ZCCACHE_LINK_DEPLOY_CMD: at("deploy.sh") };
    // What has been written within the last tick of the kernel's clock is not taken for an old input.
    const deploy = "printf '#!/bin/sh\\necho made >side\\n' >deploy.sh; chmod +x deploy.sh; sleep 0.05";
    await mustRun(["sh", "-ec", deploy], { cwd: at(".") });
    await links.sh(`${linked}; echo other >side; strip prog`, { env: hook });
    rmSync(at("side"));
    await links.sh(`${linked}; cmp prog bare`, { env: hook });
    expect(readFileSync(at("side"), "utf8")).toBe("made\n");
    expect(await links.counts()).toMatchObject({ hits: 1 });
  });

  test.each([
    ["a driver that compiles", "once.cc -o once"],
    ["a compile", "-c once.cc -o once"],
  ])("by %s, whose source is removed: the result is stored", async (_title, compile) => {
    await links.clear();
    // The source has to be older than the call.
    const written = "printf '#include <regex>\\nint main() {}\\n' >once.cc; sleep 0.05";
    const rounds = 3;
    for (let round = 0; round < rounds; round++) await links.sh(`${written}; z g++ ${compile}; rm once.cc once`);
    const { stdout } = await links.box.zccache(["status", "--json"]);
    const { cache_hits, cache_misses, link_hits, link_misses } = JSON.parse(stdout).daemon;
    expect([cache_hits + link_hits, cache_misses + link_misses]).toEqual([rounds - 1, 1]);
  });
});
