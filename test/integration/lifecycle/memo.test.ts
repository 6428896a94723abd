// The short way of a hit (src/daemon/memo.ts), seen from outside: when it is taken, and that it gives the same.

import { expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, mkdirSync } from "node:fs";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

const UNITS = 5;

test("a make with a new job server takes the short way for every unit", async () => {
  await using box = sandbox();
  box.tree.write(project());
  await build(box, "fifo1");
  await build(box, "fifo2");
  const before = await figures(box);
  box.counter.take();
  await build(box, "fifo3");
  const after = await figures(box);
  expect(after.hits - before.hits).toBe(UNITS);
  expect(after.repeated - before.repeated).toBe(UNITS);
  expect(box.counter.take().cc1).toBe(0);
  expect(after.watches).toBeGreaterThan(0);
});

test("the first hits after the build that made the results take it, too", async () => {
  await using box = sandbox();
  box.tree.write(project());
  await Bun.sleep(50);
  await build(box, "fifo1");
  await box.settled(UNITS);
  await build(box, "fifo2");
  expect(await figures(box)).toMatchObject({ hits: UNITS, repeated: UNITS });
});

test("ZCCACHE_NO_WATCH=1 watches nothing, and hits all the same", async () => {
  await using box = sandbox();
  box.tree.write(project());
  await build(box, "fifo1", { ZCCACHE_NO_WATCH: "1" });
  await build(box, "fifo2", { ZCCACHE_NO_WATCH: "1" });
  expect(await figures(box)).toEqual({ hits: UNITS, repeated: 0, watches: 0 });
});

test("after a header was changed and changed back, both contents hit", async () => {
  await using box = sandbox();
  box.tree.write(project());
  await Bun.sleep(50);
  await build(box, "a");
  // Results are filed behind the build's back, and not if their inputs have changed by then.
  await box.settled(UNITS);
  box.tree.write({ "all.h": "#define VALUE 2\n" });
  // Nor is a result that is made in the clock tick of its input's change (src/key/what-was-seen.ts).
  await Bun.sleep(50);
  await build(box, "b");
  await box.settled(2 * UNITS);
  box.counter.take();
  for (const value of [1, 2, 1, 2]) {
    box.tree.write({ "all.h": `#define VALUE ${value}\n` });
    await build(box, "c");
    const { stdout } = await run(["nm", "-P", "unit0.o"], { cwd: box.tree.path, env: box.env });
    expect(stdout).toContain(`value${value}_0`);
  }
  expect(box.counter.take().cc1).toBe(0);
});

function project(): Record<string, string> {
  const units = Array.from({ length: UNITS }, (_, n) => [
    `unit${n}.c`,
    `#include "all.h"\n#define NAME_(v, n) value##v##_##n\n#define NAME(v, n) NAME_(v, n)\nint NAME(VALUE, ${n}) = ${n};\n`,
  ]);
  const objects = units.map((_, n) => `unit${n}.o`).join(" ");
  const makefile = `all: ${objects}\n%.o: %.c\n\t+$(CC) -c $< -o $@\n`;
  return { ...Object.fromEntries(units), "all.h": "#define VALUE 1\n", Makefile: makefile };
}

/** A clean build with -j2; `temporary` makes the environment differ from build to build, as the job server's name does. */
async function build(box: Sandbox, temporary: string, variables: Record<string, string> = {}): Promise<void> {
  mkdirSync(box.tree.at(temporary), { recursive: true });
  appendFileSync(box.tree.at("log"), `${temporary}\n`);
  await run(["sh", "-c", "rm -f *.o"], { cwd: box.tree.path, env: box.env });
  const { exitCode, stderr } = await run(["make", "-s", "-j2", `CC=${box.binary} gcc`], {
    cwd: box.tree.path,
    env: { ...box.env, TMPDIR: box.tree.at(temporary), ...variables },
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
}

async function figures(box: Sandbox): Promise<{ hits: number; repeated: number; watches: number }> {
  const { stdout } = await box.zccache(["status", "--json"]);
  const { cache_hits: hits, memo_hits: repeated, watches } = JSON.parse(stdout).daemon;
  return { hits, repeated, watches };
}
