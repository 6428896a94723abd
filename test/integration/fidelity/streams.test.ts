// Standard input, output and error as the caller set them up: closed, full, merged, very long.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { expectHits, expectSame, openStage, type Stage, warningSource } from "./three-ways.ts";

setDefaultTimeout(600_000);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => await stage?.[Symbol.asyncDispose]());

test.each(["0<&-", "1>&-", "2>&1", "0<&- 1>&- 2>&-", "2</dev/null", ">/dev/full 2>/dev/full", "2>/dev/full"])(
  "X5: a compile with %s, cacheable or not",
  async (redirection) => {
    const script = `gcc -c a.c -o a.o ${redirection}; echo $? >rc; gcc -S a.c ${redirection}; echo $? >>rc`;
    await expectSame(stage, { prepare: warningSource("redirected"), script });
  },
);

test("X4: the order of both streams is kept where they are one file", async () => {
  const script = "{ echo before; gcc -H -c a.c; echo after >&2; } >both 2>&1";
  await expectHits(stage, { prepare: `${warningSource("merged")}; sed -i '1i #include <stddef.h>' a.c`, script });
});

test("X4: standard output closed early by its reader", async () => {
  // Without the pause it would be chance whether the reader has gone before there is something to read.
  const script =
    "{ sleep 0.3; gcc -E -dM a.c; echo $? >rc; } | true; { sleep 0.3; gcc -H -c a.c; echo $? >>rc; } | true";
  await expectSame(stage, { prepare: warningSource("early"), script });
});

test("X4: 100 MB of messages arrive whole", async () => {
  // A compiler that says much, as one with a macro gone wild.
  const prepare = `mkdir bin; echo int x >a.c
printf '#!/bin/sh\\nhead -c 100000000 /dev/zero >&2; echo done; exit 3\\n' >bin/gcc-99; chmod +x bin/gcc-99`;
  const script =
    "PATH=$PATH:$PWD/bin; gcc-99 -c a.c -o a.o 2>&1 >out | sha256sum; gcc-99 -c a.c 2>err; echo $?; wc -c <err";
  // A stand-in of that name has to be there.
  const { box, shims } = stage;
  await box.zccache(["install-shims", shims, "gcc-99"]);
  expect((await expectSame(stage, { prepare, script })).bare.stdout).toContain("3\n100000000\n");
});

test("X3: source on standard input: a file, a pipe, nothing", async () => {
  const script = `gcc -x c -c - -o a.o <a.c; cat a.c | gcc -xc -c - -MD -o b.o; gcc -x c -c - -o c.o </dev/null
gcc -x c -c -o d.o - <<END
int here;
END
{ gcc -x c -c - -o e.o; cat; } <a.c; echo 'int other;' | gcc -x c -c - -o f.o`;
  await expectHits(stage, { prepare: warningSource("from_stdin"), script });
});

test("X3: source on standard input of calls that are not cached", async () => {
  await expectSame(stage, {
    prepare: "echo 'int s;' >a.c",
    script: "gcc -x c -S - -o a.s <a.c; cat a.c | gcc -xc -E -",
  });
});

test("X3: 200 MB of source on standard input", async () => {
  const blanks = `yes '${" ".repeat(99)}' | head -c 200000000`;
  await expectHits(stage, { prepare: ":", script: `{ echo 'int big;'; ${blanks}; } | gcc -x c -c - -o a.o` });
});
