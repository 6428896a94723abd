// Many compiles at once while no daemon runs.

import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { differences, snapshot, walk } from "../../support/compare-trees.ts";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(600_000);

const IDENTICAL = 50;
const DIFFERENT = 100;

test("L4 50 identical and 100 different compiles at once with no daemon get one daemon and are all right", async () => {
  await using box = sandbox();
  box.tree.write(sources());
  await compileAll(box, ["gcc"], { into: "bare", atOnce: 4 });
  expect(box.daemons()).toEqual([]);

  const calls = await compileAll(box, [box.binary, "gcc"], { into: "cached", atOnce: IDENTICAL + DIFFERENT });

  expect(calls.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
  expect(calls.filter(({ stdout, stderr }) => stdout + stderr !== "")).toEqual([]);
  expect(readdirSync(box.tree.at("cached"))).toHaveLength(IDENTICAL + DIFFERENT);
  expect(differences(snapshot(box.tree.at("bare")), snapshot(box.tree.at("cached")))).toEqual([]);
  // Those that lost the race are on their way out.
  await until(() => box.daemons().length === 1, "one daemon to be left", 50);
  expect(spawnEvents(box)).toBeLessThanOrEqual(1);

  // The one that is there was fed by all of them.
  box.counter.take();
  await compileAll(box, [box.binary, "gcc"], { into: "again", atOnce: 4 });
  expect(differences(snapshot(box.tree.at("bare")), snapshot(box.tree.at("again")))).toEqual([]);
  expect(box.counter.take().cc1).toBeLessThan(IDENTICAL + DIFFERENT);
});

test("zccache stop ends the daemon of its cache", async () => {
  await using box = sandbox();
  box.tree.write(sources());
  mkdirSync(box.tree.at("cached"));
  await box.zccache(["gcc", "-c", "same.c", "-o", "cached/one.o"], { cwd: box.tree.path });
  expect(box.daemons()).toHaveLength(1);
  expect((await box.zccache(["stop"])).exitCode).toBe(0);
  await until(() => box.daemons().length === 0, "the daemon to end", 50);
});

function sources(): Record<string, string> {
  const different = Array.from(
    { length: DIFFERENT },
    (_, n) => [`different${n}.c`, `int value${n} = ${n};\n`] as const,
  );
  return { "same.c": "int same(int x) { return x + 1; }\n", ...Object.fromEntries(different) };
}

/** Compiles everything into a new directory, `atOnce` compilers at a time, the identical ones spread among the others. */
async function compileAll(box: Sandbox, compiler: string[], { into, atOnce }: { into: string; atOnce: number }) {
  mkdirSync(box.tree.at(into));
  const queue = Array.from({ length: IDENTICAL + DIFFERENT }, (_, n) =>
    n % 3 === 0
      ? ["same.c", `${into}/same${n}.o`]
      : [`different${n - 1 - Math.floor(n / 3)}.c`, `${into}/different${n}.o`],
  );
  const worker = async (): Promise<Awaited<ReturnType<typeof run>>[]> => {
    const done = [];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [source = "", object = ""] = next;
      done.push(await run([...compiler, "-O1", "-c", source, "-o", object], { cwd: box.tree.path, env: box.env }));
    }
    return done;
  };
  return (await Promise.all(Array.from({ length: atOnce }, worker))).flat();
}

/** `spawn` events in the daemon's lifecycle log; 0 where it keeps none. */
function spawnEvents(box: Sandbox): number {
  const logs = walk(box.cache, "").filter((path) => /daemon-lifecycle[^/]*\.log$/.test(path));
  const lines = logs.flatMap((path) => readFileSync(join(box.cache, path), "utf8").split("\n"));
  return lines.filter((line) => line !== "" && JSON.parse(line).event === "spawn").length;
}
