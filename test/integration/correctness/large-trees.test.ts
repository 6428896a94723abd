// Trees of thousands of files: more changes than the kernel keeps for a daemon that is away, a switch of branches in the
// middle of a build, includes in a long chain and in a ring, and a machine that is suspended.

import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(600_000);

const noGcc = missingTool("gcc");

/** Compiles through the cache, and bare beside it: both must have made and said the same. @returns starts of cc1. */
async function compareWithBare(box: Sandbox, options: readonly string[]): Promise<number> {
  const bare = await mustRun(["gcc", ...options, "-o", "bare.o"], { cwd: box.tree.path, env: box.env });
  box.counter.take();
  const cached = await run([box.binary, "gcc", ...options, "-o", "cached.o"], { cwd: box.tree.path, env: box.env });
  expect(cached).toMatchObject({ exitCode: 0, stdout: bare.stdout, stderr: bare.stderr });
  expect(box.tree.read("cached.o").equals(box.tree.read("bare.o"))).toBe(true);
  return box.counter.take().cc1;
}

/** Until the result is stored, however long that takes. */
async function warmUp(box: Sandbox, options: readonly string[]): Promise<void> {
  await until(async () => (await compareWithBare(box, options)) === 0, "the result to be stored", 100);
}

async function daemonFigures(box: Sandbox): Promise<Record<string, number>> {
  return JSON.parse((await box.zccache(["status", "--json"])).stdout).daemon;
}

test.skipIf(noGcc !== undefined)(
  titled("T8: after more changes than the kernel keeps for a stopped daemon, none is missed", noGcc),
  async () => {
    await using box = sandbox();
    box.tree.write({ "a.c": '#include "v.h"\nint value = V;\n', "inc/v.h": "#define V 1\n" });
    const options = ["-Iinc", "-c", "a.c"];
    await warmUp(box, options);
    const { watch_overflows: before = 0 } = await daemonFigures(box);
    const [daemon = 0] = box.daemons();
    process.kill(daemon, "SIGSTOP");
    try {
      // max_queued_events is 16,384 by default (inotify(7)); each of these is two changes of a directory that is watched.
      for (let n = 0; n < 20_000; n++) {
        writeFileSync(box.tree.at(`inc/${n}.tmp`), "");
        rmSync(box.tree.at(`inc/${n}.tmp`));
      }
      box.tree.write({ "inc/v.h": "#define V 2\n" });
      utimesSync(box.tree.at("inc/v.h"), 1, 1);
    } finally {
      process.kill(daemon, "SIGCONT");
    }
    await compareWithBare(box, options);
    expect((await daemonFigures(box))["watch_overflows"]).toBeGreaterThan(before);
    await warmUp(box, options);
  },
);

const HEADERS = 10_000;

test.skipIf(noGcc !== undefined)(
  titled("T11: a branch of 10,000 headers is switched while units are compiled, and then moved", noGcc),
  async () => {
    await using box = sandbox();
    const branch = (value: number) => (n: number) => [`inc/h${n}.h`, `#define V${n} ${value}\n`] as const;
    const switchTo = (value: number) => {
      for (let n = 0; n < HEADERS; n++) writeFileSync(box.tree.at(branch(value)(n)[0]), branch(value)(n)[1]);
    };
    const units = Array.from({ length: 8 }, (_, unit) => {
      const own = Array.from({ length: 40 }, (_, i) => unit * 1200 + i * 30);
      return [
        `u${unit}.c`,
        `${own.map((n) => `#include "h${n}.h"\n`).join("")}int u${unit}[] = {${own.map((n) => `V${n}`).join(",")}};\n`,
      ];
    });
    mkdirSync(box.tree.at("inc"));
    box.tree.write(Object.fromEntries(units));
    switchTo(1);
    const options = (unit: number) => ["-Iinc", "-c", `u${unit}.c`];
    const all = units.map((_, unit) => unit);
    for (const unit of all) await warmUp(box, options(unit));
    for (const value of [2, 1, 3]) {
      const building = Promise.all(
        all.map((unit) =>
          run([box.binary, "gcc", ...options(unit), "-o", `${unit}.o`], { cwd: box.tree.path, env: box.env }),
        ),
      );
      switchTo(value);
      for (const { exitCode } of await building) expect(exitCode).toBe(0);
      for (const unit of all) await compareWithBare(box, options(unit));
    }
    renameSync(box.tree.at("inc"), box.tree.at("old"));
    mkdirSync(box.tree.at("inc"));
    switchTo(4);
    for (const unit of all) await compareWithBare(box, options(unit));
    for (const unit of all) await warmUp(box, options(unit));
  },
);

test.skipIf(noGcc !== undefined)(
  titled("T12: 10,000 headers, includes 400 deep and in a ring are hits, and misses when the last one changes", noGcc),
  async () => {
    await using box = sandbox();
    const chain = (name: string, next: (n: number) => string, count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, n) => [`inc/${name}${n}.h`, `#pragma once\n${next(n)}int ${name}${n};\n`]),
      );
    box.tree.write({
      ...chain("wide", () => "", HEADERS),
      ...chain("deep", (n) => (n < 390 ? `#include "deep${n + 1}.h"\n` : ""), 391),
      ...chain("ring", (n) => `#include "ring${(n + 1) % 50}.h"\n`, 50),
      "wide.c": Array.from({ length: HEADERS }, (_, n) => `#include "wide${n}.h"\n`).join(""),
      "deep.c": '#include "deep0.h"\n',
      "ring.c": '#include "ring7.h"\n',
    });
    const cases = [
      { unit: "wide", last: `wide${HEADERS - 1}` },
      { unit: "deep", last: "deep390" },
      { unit: "ring", last: "ring6" },
    ];
    for (const { unit, last } of cases) {
      const options = ["-fmax-include-depth=400", "-Iinc", "-c", `${unit}.c`];
      await warmUp(box, options);
      box.tree.write({ [`inc/${last}.h`]: "#pragma once\nint changed;\n" });
      expect(await compareWithBare(box, options)).toBe(1);
      await warmUp(box, options);
    }
  },
);

test.skipIf(noGcc !== undefined)(
  titled("T7: a machine that is suspended in the middle of a compile goes on with it, and with one daemon", noGcc),
  async () => {
    await using box = sandbox();
    const functions = Array.from({ length: 1500 }, (_, n) => `int f${n}(int x) { return x * ${n} + x / ${n + 1}; }\n`);
    box.tree.write({ "a.c": "int a;\n", "long.c": functions.join("") });
    const options = ["-O2", "-c", "long.c"];
    await warmUp(box, ["-c", "a.c"]);
    await mustRun(["gcc", ...options, "-o", "bare.o"], { cwd: box.tree.path, env: box.env });
    const [daemon = 0] = box.daemons();
    box.counter.take();
    let client = 0;
    const command = [box.binary, "gcc", ...options, "-o", "long.o"];
    const compiling = run(command, { cwd: box.tree.path, env: box.env, started: (pid) => (client = pid) });
    await until(() => box.counter.seen().cc1 === 1, "the compiler to start");
    const children = (await run(["pgrep", "-P", String(client)])).stdout.trim().split("\n").map(Number);
    const stopped = [client, daemon, ...children];
    for (const pid of stopped) process.kill(pid, "SIGSTOP");
    await Bun.sleep(6000);
    for (const pid of stopped) process.kill(pid, "SIGCONT");
    expect(await compiling).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    expect(box.tree.read("long.o").equals(box.tree.read("bare.o"))).toBe(true);
    expect(box.counter.take().cc1).toBe(1);
    expect(box.daemons()).toEqual([daemon]);
    await warmUp(box, options);
  },
);
