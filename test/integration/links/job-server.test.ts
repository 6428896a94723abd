// What link-time optimization says depends on whether make's job server can be reached: a hit says what a link would.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { type LinkStage, noLinkers, openLinkStage } from "./link-stage.ts";

setDefaultTimeout(600_000);

// Parts enough for lto-wrapper to have something to share out.
const OBJECTS = `
for n in 1 2 3 4; do
  printf '#include <stdio.h>\\n__attribute__((noipa)) int f%s(int x) { return printf("%%d", x + %s); }\\n' $n $n >f$n.c
done
printf 'int f1(int), f2(int), f3(int), f4(int); int main(void) { return f1(1) + f2(2) + f3(3) + f4(4); }\\n' >main.c
gcc -flto -O2 -c f1.c f2.c f3.c f4.c main.c
`;

const LINK = "gcc -flto -flto-partition=1to1 -O2 f[1-4].o main.o -o served";
const ALONE = "serial compilation";

describe.skipIf(noLinkers !== undefined)(titled("a link that asks for make's job server", noLinkers), () => {
  let stage: LinkStage;
  beforeAll(async () => {
    stage = await openLinkStage(OBJECTS);
  });
  afterAll(async () => await stage?.[Symbol.asyncDispose]());

  test("says that there is none, or that it can't be reached, and else nothing", async () => {
    const [reached, closed] = ["+", ""].map((mark) => `printf 'all: ; ${mark}${LINK}\\n' >Makefile`);
    const served = stage.scene("make -s -j2", reached);
    expect((await stage.expectHits(served)).effect.stderr).toBe("");
    const alone = stage.scene("make -s", reached);
    expect((await stage.expectHits(alone)).effect.stderr).toContain(ALONE);
    const cut = stage.scene("make -s -j2", closed);
    expect((await stage.expectHits(cut)).effect.stderr).toContain(ALONE);
    // What the others have left is still there.
    const again = await stage.cachedRun(served);
    expect(again.starts).toBe(0);
    expect(again.effect).toEqual(await stage.bareRun(served));
  });
});
