// T4: an input that is edited while a tool runs. The tool is stopped before it reads anything, or after it has read all,
// by a plugin that waits for a lock; what it made of the old input must not be found under the new one, nor the other
// way round.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { missingTool, titled } from "../../support/missing.ts";
import { type Finished, mustRun, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(600_000);

const reason = missingTool("gcc", "clang", "ld", "ar", "flock");

// As a compiler's plugin it is loaded before the source is opened; the linker wants an entry point.
const PLUGIN = `
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
int plugin_is_GPL_compatible;
int plugin_init(void *info, void *version) { return 0; }
int onload(void *vector) { return 0; }
__attribute__((WHEN)) static void wait_for_lock(void) {
  int lock = open("lock", O_RDONLY);
  flock(lock, LOCK_SH);
  close(lock);
}
`;

/** Runs the real tool once it has the lock, and ends when it has another. */
const DRIVER = `
#include <sys/wait.h>
int main(int count, char **arguments) {
  arguments[0] = REAL;
  if (fork() == 0) return execv(REAL, arguments), 127;
  int status;
  wait(&status);
  int second = open("second", O_RDONLY);
  flock(second, LOCK_SH);
  return WEXITSTATUS(status);
}
`;

const PREPARE = `
mkdir bin
for tool in gcc clang ar; do
  sed s/WHEN/constructor/ plugin.c | cat - driver.c | gcc -DREAL="\\"$(command -v $tool)\\"" -x c - -o bin/$tool
done
for when in constructor destructor; do gcc -shared -fPIC -DWHEN=$when plugin.c -o $when.so; done
mkdir one two
for v in one two; do
  echo "enum { one = 1001, two = 1002 }; static const int v = $v;" >$v/v.h
  printf '#include "v.h"\\nint value(void) { return v; }\\n' >$v/a.c
  echo "/* $v */ int value(void) { return $([ $v = one ] && echo 3001 || echo 3002); }" >$v/s.c
  echo "-DW=$([ $v = one ] && echo 4001 || echo 4002)" >$v/args
  gcc $v/v.h; clang -x c-header $v/v.h -o $v/v.pch
  gcc -c $v/s.c -o $v/s.o; (cd $v; ar rcsD libs.a s.o)
done
touch -d 2001-01-01 one/* two/*
echo 'int W_(void) { return W; }' >w.c
echo 'int value(void); int main(void) { return value() == 1; }' >main.c; gcc -c main.c
echo 'int value(void) { return v; }' >p.c
: >lock; : >second
`;

/** What is read, and a command line with PLUGIN where the plugin is to be named. */
const INPUTS: readonly (readonly [input: string, copy: string, command: string])[] = [
  ["gcc's source", "s.c", "gcc -fplugin=./PLUGIN -c s.c -o x.o"],
  ["gcc's header", "v.h", "gcc -fplugin=./PLUGIN -I. -c a.c -o x.o"],
  ["gcc's precompiled header", "v.h.gch", "gcc -fplugin=./PLUGIN -I. -c a.c -o x.o"],
  ["gcc's response file", "args", "gcc -fplugin=./PLUGIN @args -c w.c -o x.o"],
  ["clang's source", "s.c", "clang -fplugin=./PLUGIN -c s.c -o x.o"],
  ["clang's header", "v.h", "clang -fplugin=./PLUGIN -I. -c a.c -o x.o"],
  ["clang's precompiled header", "v.pch", "clang -fplugin=./PLUGIN -include-pch v.pch -c p.c -o x.o"],
  ["clang's response file", "args", "clang -fplugin=./PLUGIN @args -c w.c -o x.o"],
  ["ld's object", "s.o", "gcc -Wl,-plugin,./PLUGIN main.o s.o -o x.o"],
  ["ld's archive", "libs.a", "gcc -Wl,-plugin,./PLUGIN main.o libs.a -o x.o"],
  ["ar's member", "s.o", "ar --plugin ./PLUGIN rcsD x.o s.o"],
];

const EDITS: readonly (readonly [how: string, edit: string])[] = [
  ["in place", "cat two/NAME >NAME"],
  ["in place, with its time put back", "cat two/NAME >NAME; touch -d 2001-01-01 NAME"],
  ["renamed over by one of the same time", "cp -p two/NAME new; mv new NAME"],
];

describe.skipIf(reason !== undefined)(titled("an input that is edited while a tool runs:", reason), () => {
  let box: Sandbox;
  beforeAll(async () => {
    box = sandbox();
    box.tree.write({ "w/plugin.c": PLUGIN, "w/driver.c": DRIVER });
    await sh(PREPARE);
  });
  afterAll(async () => await box?.[Symbol.asyncDispose]());

  const sh = (script: string): Promise<Finished> =>
    mustRun(["sh", "-euc", script], { cwd: box.tree.at("w"), env: withoutCounter(box) });

  /** Runs the command, through zccache or bare. @returns what was made. */
  async function make(command: string, prefix: string): Promise<string> {
    rmSync(box.tree.at("w/x.o"), { force: true });
    const { exitCode, stderr } = await run(["sh", "-c", `${prefix} ${command}`], {
      cwd: box.tree.at("w"),
      env: withoutCounter(box),
    });
    return exitCode === 0 ? box.tree.read("w/x.o").toString("latin1") : `${exitCode} ${stderr}`;
  }

  /** As `make`, with the tool stopped while `edit` is done, and once more for `undo`. */
  async function makeDuring(command: string, edit: string, undo?: string): Promise<string> {
    const first = await hold("lock");
    const second = undo === undefined ? undefined : await hold("second");
    const made = make(command, box.binary);
    await first.waitedFor();
    await sh(edit);
    await first.release();
    if (second !== undefined && undo !== undefined) {
      await second.waitedFor();
      await sh(undo);
      await second.release();
    }
    return await made;
  }

  /** Locks a file. */
  async function hold(name: string): Promise<{ waitedFor: () => Promise<number>; release: () => Promise<void> }> {
    const cwd = box.tree.at("w");
    const holder = Bun.spawn(["flock", "-x", name, "cat"], { cwd, stdin: "pipe", stdout: "ignore" });
    const { ino } = statSync(join(cwd, name));
    await until(() => locks(ino, false));
    return {
      waitedFor: () => until(() => locks(ino, true)),
      release: async () => {
        holder.stdin.end();
        await holder.exited;
      },
    };
  }

  /** Asserts that what a tool makes while its input is edited is not found afterwards, whatever the input is then. */
  async function expectNotFound(command: string, name: string, edits: readonly [string, string?]): Promise<void> {
    const lay = (from: string): Promise<Finished> =>
      sh(
        `rm -f *.gch; cp -p one/a.c one/v.h one/s.c one/s.o one/libs.a one/args .; cp -p ${from}/${name} .; sleep 0.03`,
      );
    const bare = { one: "", two: "" };
    for (const from of ["one", "two"] as const) {
      await lay(from);
      bare[from] = await make(command, "");
    }
    expect(bare.one).not.toBe(bare.two);

    await lay("one");
    await box.zccache(["clear"]);
    const [edit, undo] = edits.map((text) => text?.replaceAll("NAME", name));
    expect([bare.one, bare.two]).toContain(await makeDuring(command, edit ?? ":", undo));
    for (const from of ["one", "two", "one"] as const) {
      await lay(from);
      expect(await make(command, box.binary)).toBe(bare[from]);
      expect(await make(command, box.binary)).toBe(bare[from]);
    }
  }

  describe.each([
    ["before the compiler has read anything", "constructor.so"],
    ["after it has read all", "destructor.so"],
  ])("%s", (_when, plugin) => {
    describe.each(INPUTS)("%s", (_input, name, line) => {
      test.each(EDITS)("%s", async (_how, edit) => {
        await expectNotFound(line.replace("PLUGIN", plugin), name, [edit]);
      });
    });
  });

  test.each(INPUTS)("before anything is read, and back before the tool ends: %s", async (_, name, line) => {
    const command = `bin/${line.replace(/ \S*plugin\S*PLUGIN| --plugin \S*/, "")}`;
    for (const [, edit] of EDITS) await expectNotFound(command, name, [edit, edit.replaceAll("two", "one")]);
  });
});

function withoutCounter(box: Sandbox): Readonly<Record<string, string>> {
  const { COMPILER_PATH: _, ...env } = box.env;
  return env;
}

/** True if somebody holds a lock on the file with this inode, or waits for it (proc(5), /proc/locks). */
function locks(inode: number, waiting: boolean): boolean {
  return readFileSync("/proc/locks", "latin1")
    .split("\n")
    .some((line) => line.includes("FLOCK") && line.includes(`:${inode} `) && line.includes("->") === waiting);
}
