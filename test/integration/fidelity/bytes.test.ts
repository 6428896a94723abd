// Names, arguments and values are bytes, whatever they look like.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { expectHits, expectSame, openStage, type Stage } from "./three-ways.ts";

setDefaultTimeout(600_000);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => await stage?.[Symbol.asyncDispose]());

test("X6: values of -D that are no UTF-8 are told apart", async () => {
  const script = `for byte in 377 376 200 303; do gcc -c a.c -o $byte.o "-DS=\\"$(printf "\\\\$byte")\\""; done
cmp -s 377.o 376.o; echo $?`;
  const { bare } = await expectHits(stage, { prepare: "echo 'const char *s = S;' >a.c", script });
  expect(bare.stdout).toBe("1\n");
});

test("X6: directory, source, header, object and depfile with names that are no UTF-8", async () => {
  const names = "d=$(printf 'd\\377'); s=$(printf 's\\200'); h=$(printf 'h\\376.h')";
  const prepare = `${names}; mkdir "$d"; echo '#define H 1' >"$d/$h"
{ printf '#include "%s"\\n' "$h"; echo 'const char *f = __FILE__; int h = H;'; } >"$d/$s.c"`;
  const script = `${names}
gcc -MD -c "$d/$s.c" -o "$d/$s.o"; cd "$d"; gcc -g -c "$s.c" -MMD; gcc -c -I. "./$s.c" -o "$(printf '\\375')"`;
  await expectHits(stage, { prepare, script });
});

test("X6: variables that are no UTF-8", async () => {
  const prepare = `i=$(printf 'i\\377'); mkdir "$i" tmp; echo '#define H 1' >"$i/hh.h"; echo '#include <hh.h>
int e = H;' >a.c; mkdir "$(printf 'tmp\\377')"`;
  const script = `export CPATH=$(printf 'i\\377'); gcc -c a.c; GCC_COLORS=$(printf '\\377') gcc -c a.c -o b.o
TMPDIR=$PWD/$(printf 'tmp\\377') gcc -c a.c -o c.o; WHATEVER=$(printf '\\200\\377') gcc -c a.c -o d.o`;
  await expectHits(stage, { prepare, script });
});

test("X6: a working directory whose name is no UTF-8 and has a newline", async () => {
  const directory = "$(printf 'c\\377\\nd')";
  const script = `cd "${directory}"; gcc -g -c a.c; gcc -c a.c -o b.o; gcc -fdebug-prefix-map="$PWD"=/x -g -c a.c -o c.o`;
  await expectHits(stage, { prepare: `mkdir "${directory}"; echo 'int x;' >"${directory}/a.c"`, script });
});

test("X7: names with newline, blank, backslash, quotes and what make and the shell take for their own", async () => {
  const names = ["new\nline", "bl ank", "back\\slash", 'q"uote', "dol$lar", "ha#sh", "%d", "(p)", "*", "a:b", "-dash"];
  const quoted = names.map((name) => `'${name}'`).join(" ");
  const prepare = `mkdir x; for n in ${quoted}; do echo 'const char *f = __FILE__;' >"x/$n.c"; done`;
  const script = `for f in x/*.c; do gcc -MD -MP -c "$f" -o "$f.o"; done; cd x; gcc -g -MMD -c ./-dash.c -o ./-out.o`;
  await expectHits(stage, { prepare, script });
});

test("X7: arguments that gcc itself takes in an unexpected way", async () => {
  const script = `gcc -c -- -dash.c; gcc -c -dash.c; gcc -c ''; gcc '' -c ./-dash.c; gcc -c ./-dash.c -o ''
gcc -c -o -out ./-dash.c; gcc -c ./-dash.c @none; gcc @none; gcc -c`;
  await expectSame(stage, { prepare: "echo 'int d;' >./-dash.c", script });
});

test("X7: nested response files of more than 1 MiB, deleted and made again, under the same and another name", async () => {
  const script = `for name in a.rsp a.rsp b.rsp; do
  { echo '-DX="a b" -O2 @in.rsp'; for i in 1 2 3 4 5 6 7 8 9; do echo "-DN$i='v $i'"; done; head -c 1200000 /dev/zero | tr '\\0' ' '; } >$name
  echo "-g '-DQ=1 + 2' @deeper.rsp" >in.rsp; echo -Wall >deeper.rsp
  gcc @$name -c a.c -o a.o; rm ./*.rsp
done`;
  const { warm } = await expectHits(stage, {
    prepare: "echo 'int at = Q;' >a.c",
    script,
  });
  expect(warm.files["a.o"]).toBeDefined();
  const cold = await coldStarts("echo 'int cold_at = Q;' >a.c", script);
  expect(cold).toBe(1);
});

test("X7: a response file's content is in the key, its name is not", async () => {
  const script = `echo -DV=1 >r; gcc @r -c a.c -o 1.o; echo -DV=2 >r; gcc @r -c a.c -o 2.o; echo -DV=1 >r; gcc @r -c a.c -o 3.o
cmp 1.o 3.o; cmp -s 1.o 2.o; echo $?; printf '%b' '-DV="\\\\377"' >q; gcc @q -c a.c; echo $?`;
  const { bare } = await expectSame(stage, { prepare: "echo 'int r = V;' >a.c", script });
  expect(bare.stdout).toStartWith("1\n");
});

test("X7: a command line and an environment of more than 1 MiB", async () => {
  // Object names go to the linker; of a compile's options the driver makes one variable, which has less room.
  const names = `$(d=$(printf '%0300d' 0 | sed 's,0,./,g'); for i in $(seq 1900); do echo "\${d}e.o"; done)`;
  const script = `for i in 1 2 3 4 5 6 7 8 9 10 11; do export BIG_$i="$(head -c 100000 /dev/zero | tr '\\0' x)"; done; gcc -c a.c
unset BIG_1 BIG_2 BIG_3 BIG_4 BIG_5 BIG_6 BIG_7 BIG_8 BIG_9 BIG_10 BIG_11; : >e.c; gcc -c e.c; gcc -shared ${names} -o e.so`;
  expect((await expectSame(stage, { prepare: "echo 'int big;' >a.c", script })).bare.exitCode).toBe(0);
});

/** Times that cc1 runs in a first run with the cache. */
async function coldStarts(prepare: string, script: string): Promise<number> {
  stage.box.counter.take();
  await stage.once({ prepare, script }, stage.path);
  return stage.box.counter.take().cc1;
}
