// Do equal keys mean equal outputs? What the key leaves out (names of outputs, the working directory) must not show in
// anything that the real gcc writes.

import { describe, expect, test } from "bun:test";
import { PLAIN_FLAGS } from "../../../src/compilers/tables/gcc-plain-flags.ts";
import { type Files, fileTree } from "../../support/file-tree.ts";
import { titled } from "../../support/missing.ts";
import { gcc, noGcc, outputBytes, planOf, words } from "./real-gcc.ts";

const TREE: Files = {
  "a.c": `#include <assert.h>
#include "inc/h.h"
const char *name(void) { return __FILE__; }
void check(int value) { assert(value > H); }
static int twice(const int *value) { return *value * 2; }
int call(int *values, int count) { int sum = 0; for (int i = 0; i < count; i++) sum += twice(values + i); return sum; }
`,
  "a.cc": `#include <cassert>
#include <string>
#include "inc/h.h"
namespace { int hidden = H; }
template <class T> T add(T a, T b) { assert(a == b); return a + b + hidden; }
std::string call(int a) { return std::to_string(add(a, a)) + __FILE__; }
`,
  "tiny.cc": `#include <assert.h>
#include "inc/h.h"
namespace { int hidden = H; }
struct Base { virtual ~Base() {} virtual int get() const = 0; };
struct Derived : Base { int get() const override { static int *once = new int(hidden); return *once; } };
template <class T> T add(T a, T b) { assert(a == b); return a + b + hidden; }
int call(int *values, int count) { int sum = 0; for (int i = 0; i < count; i++) sum += add(values[i], i); return sum; }
const char *name(const Base &base) { return base.get() ? __FILE__ : ""; }
Base *make() { return new Derived; }
`,
  "a.i": "int f(int a) { return a + 1; }\n",
  "loc.s": '\t.file "a.c"\n\t.text\n\t.file 1 "a.c"\nf:\t.loc 1 1 0\n\tnop\n',
  "z.S": "\t.text\n\tnop\n",
  "w.c": 'asm(".byte 300");\n',
  "inc/h.h": "#define H 3\n",
  "sub/keep": "",
};

async function outputsOf(line: string, cwd: string): Promise<Map<string, string>> {
  const { exitCode, stderr } = await gcc(words(line), cwd);
  if (exitCode !== 0) throw new Error(`gcc ${line}: ${stderr}`);
  return outputBytes(planOf(words(line), cwd), cwd);
}

describe.skipIf(noGcc !== undefined)(titled("equal key arguments mean equal outputs of gcc:", noGcc), () => {
  test.each([
    ["-c a.c -o x.o", "-c a.c -o sub/other.obj"],
    ["-c a.c", "-c a.c -o sub/other.obj"],
    ["-g -c a.c -o x.o", "-g -c a.c -osub/other"],
    ["-g3 -O2 -c a.c -o x.o", "-g3 -O2 -c a.c -o sub/other.obj"],
    ["-g -c a.cc -o x.o", "-g -c a.cc -o sub/y.o"],
    ["-g -c z.S -o x.o", "-g -c z.S -o sub/y.o"],
    ["-c loc.s -o x.o", "-c loc.s -o sub/y.o"],
    ["-c a.c -flto -frandom-seed=1 -g -o x.o", "-c a.c -flto -frandom-seed=1 -g -o sub/y.o"],
    ["-c a.c -flto -ffat-lto-objects -frandom-seed=1 -o x.o", "-c a.c -flto -ffat-lto-objects -frandom-seed=1 -o y"],
    ["-c a.c -fsanitize=address,undefined -o x.o", "-c a.c -fsanitize=address,undefined -o sub/y.o"],
    ["-c a.c -pg -finstrument-functions -o x.o", "-c a.c -pg -finstrument-functions -o sub/y.o"],
    ["-g -c a.c -MD -MF x.d -o x.o", "-g -c a.c -o x.o -MD -MF sub/y.d"],
    ["-c a.c -MD -MT t -MF x.d -o x.o", "-c a.c -MD -MT t -MFsub/y.d -osub/y.o"],
    ["-c a.c -MMD -MP -MQ t -o x.o", "-c a.c -MMD -MP -MQ t -o sub/y.o"],
    ["-c a.c -Wp,-MD,x.d -o x.o", "-c a.c -Wp,-MD,sub/y.d -o sub/y.o"],
    ["-c a.i -MD -o x.o", "-c a.i -MD -o sub/y.o"],
    ["-c a.c -MD -o x.o", "-c a.c -MD -o sub/other-and-longer-than-that.o"],
    ["-c a.c -MD", "-c a.c -MD -o ./sub//y.o"],
    ["-c a.c -MD -Wp,-MT,t -o x.o", "-c a.c -MD -Wp,-MT,t -o sub/y.o"],
    ["-S a.c -MD -MP", "-S a.c -MD -MP -o sub/y.s"],
    ["-S -g a.c", "-S -g a.c -o sub/y.s"],
    ["-E a.c -o x.i", "-E a.c -o sub/y"],
    ["-E -g -MMD a.c -o x.i", "-E -g -MMD a.c -o sub/y.i"],
    ["-MM a.c -o x.d", "-MM a.c -o sub/y.d"],
    ["-M a.c -MF x.d", "-M a.c -MF sub/y.d"],
  ])("%s | %s", async (one, other) => {
    using tree = fileTree(TREE);
    const plans = [one, other].map((line) => planOf(words(line), tree.path));
    expect(plans[0]?.keyArguments).toEqual(plans[1]?.keyArguments ?? []);
    expect(await outputsOf(one, tree.path)).toEqual(await outputsOf(other, tree.path));
  });
  // The other way round: what is in the key is there for a reason.
  test.each([
    ["-c -x c - -MD", "-c -x c - -MD -o -.o"],
    ["-c a.c -MD", "-c a.c -MMD"],
    ["-c a.c", "-c ./a.c"],
    ["-c a.c -frecord-gcc-switches", "-c a.c -frecord-gcc-switches -O2"],
  ])("unequal: %s | %s", async (one, other) => {
    using tree = fileTree(TREE);
    const plans = [one, other].map((line) => planOf(words(line), tree.path));
    expect(plans[0]?.keyArguments).not.toEqual(plans[1]?.keyArguments ?? []);
    expect(await outputsOf(one, tree.path)).not.toEqual(await outputsOf(other, tree.path));
  });
  test("-pipe is in the key because it shows in messages of the assembler", async () => {
    using tree = fileTree(TREE);
    expect((await gcc(["-c", "w.c", "-pipe"], tree.path)).stderr).toContain("{standard input}");
    expect((await gcc(["-c", "w.c"], tree.path)).stderr).not.toContain("{standard input}");
  });
});

/** The same tree at two places of different depth and length. */
async function atTwoPlaces<Result>(action: (one: string, other: string) => Promise<Result>): Promise<Result> {
  using one = fileTree(TREE);
  using above = fileTree(Object.fromEntries(Object.entries(TREE).map(([name, text]) => [`deep/er/${name}`, text])));
  return await action(one.path, above.at("deep/er"));
}

describe.skipIf(noGcc !== undefined)(titled("Plan.cwdInKey of gcc", noGcc), () => {
  test.each([
    "-c a.c",
    "-c a.c -O2 -Wall -Wextra -fPIC -std=gnu17",
    "-c a.cc -O2 -std=c++20 -fno-rtti -fvisibility-inlines-hidden",
    "-c a.cc -O3 -DNDEBUG -Iinc -isystem sub -iquote . -include inc/h.h",
    "-c a.c -pthread -pipe -w",
    "-c a.c -ffunction-sections -fdata-sections -fvisibility=hidden -fno-common",
    "-c a.c -march=x86-64-v3 -mtune=generic -mavx2 -O3 -ffast-math",
    "-c a.c -march=native -O2",
    "-c a.c -fstack-protector-strong -fcf-protection -fstack-clash-protection -D_FORTIFY_SOURCE=2 -O2",
    "-c a.c -fsanitize=address,undefined -fno-omit-frame-pointer",
    "-c a.cc -fsanitize=thread -O1",
    "-c a.c -pg -finstrument-functions",
    "-c a.c -fopenmp -O3 -funroll-loops -ftree-vectorize",
    "-c a.c -fanalyzer",
    "-c a.c -g -g0",
    "-c a.c -Os -fverbose-asm -fno-ident -Qn",
    "-c a.c -MD -MP -o sub/a.o",
    "-c a.cc -MMD -MT target",
    "-c a.c -Wp,-MD,a.dep -Wp,-DX=1",
    "-c a.c -Wa,--noexecstack -Wl,-z,now -shared -static -lm",
    "-c a.i -O2 -MD",
    "-c a.c -std=c99 -pedantic -trigraphs --param max-inline-insns-auto=3",
    "-c a.c -nostdinc++ -ffreestanding -isystem /usr/include -idirafter sub",
    "-c a.c -fdiagnostics-color=always -fmax-errors=3 -fmessage-length=0",
    "-c a.cc -frandom-seed=a -fno-exceptions -fno-threadsafe-statics",
  ])("is rightly false: %s", async (line) => {
    await atTwoPlaces(async (one, other) => {
      expect(planOf(words(line), one).cwdInKey).toBe(false);
      expect(await outputsOf(line, one)).toEqual(await outputsOf(line, other));
    });
  });
  test.each([
    "-c a.c -g",
    "-c a.c -g0 -ggdb",
    "-c a.c -gtoggle -g0",
    "-c a.c -Wa,-g",
    "-c a.c -flto -g -frandom-seed=1",
    "-c z.S -g",
    "-c loc.s",
  ])("is rightly true: %s", async (line) => {
    await atTwoPlaces(async (one, other) => {
      expect(planOf(words(line), one).cwdInKey).toBe(true);
      expect(await outputsOf(line, one)).not.toEqual(await outputsOf(line, other));
    });
  });
  test("is rightly false for every -f option that is listed as plain and that gcc takes", async () => {
    const flags = PLAIN_FLAGS.filter((flag) => !flag.endsWith("=")).map((flag) => `-f${flag}`);
    const covered = await atTwoPlaces(async (one, other) => {
      const sets = await acceptedSets(flags, one);
      for (const set of sets) {
        const line = `-c tiny.cc -O2 -w ${set.join(" ")}`;
        expect(planOf(words(line), one).cwdInKey).toBe(false);
        expect({ line, outputs: await outputsOf(line, one) }).toEqual({ line, outputs: await outputsOf(line, other) });
      }
      return sets.flat().length;
    });
    expect(covered).toBeGreaterThan(250);
  }, 600_000);
});

/** Cuts flags into sets that gcc takes together; flags that it does not take at all are left out. */
async function acceptedSets(flags: readonly string[], cwd: string): Promise<string[][]> {
  const sets: string[][] = [];
  const step = 24;
  for (let at = 0; at < flags.length; at += step) sets.push(...(await split(flags.slice(at, at + step), cwd)));
  return sets;
}

async function split(flags: string[], cwd: string): Promise<string[][]> {
  const { exitCode } = await gcc(["-c", "tiny.cc", "-O2", "-w", "-o", "probe.o", ...flags], cwd);
  if (exitCode === 0) return [flags];
  if (flags.length === 1) return [];
  const middle = flags.length >> 1;
  return [...(await split(flags.slice(0, middle), cwd)), ...(await split(flags.slice(middle), cwd))];
}
