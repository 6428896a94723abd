// kill -9 of the daemon in the middle of a build.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, rmSync } from "node:fs";
import { differences, type Snapshot, snapshot } from "../../support/compare-trees.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

const UNITS = 32;
const JOBS = 4;
// Lost are at most the compiles that ran when the daemon died and those whose storing had not ended.
const MAY_BE_LOST = 2 * JOBS;

const reason = missingTool("ninja");

test.skipIf(reason !== undefined)(
  titled(
    "C1 ninja -j4 succeeds with right outputs when the daemon is killed under it, and the next build hits",
    reason,
  ),
  async () => {
    await using box = sandbox();
    const bare = await build(box, "g++");
    expect(bare.compilerStarts).toBe(UNITS);

    const killed: number[] = [];
    const broken = await build(box, `${box.binary} g++`, () => killOnce(box, killed));
    expect(killed).toHaveLength(1);
    expect(differences(bare.objects, broken.objects)).toEqual([]);

    const next = await build(box, `${box.binary} g++`);
    expect(differences(bare.objects, next.objects)).toEqual([]);
    expect(next.compilerStarts).toBeLessThanOrEqual(MAY_BE_LOST);
    const last = await build(box, `${box.binary} g++`);
    expect(differences(bare.objects, last.objects)).toEqual([]);
    expect(last.compilerStarts).toBe(0);
    expect(box.daemons()).toHaveLength(1);
  },
);

/** Kills the daemon when a quarter of the objects exists, while others are being compiled. */
async function killOnce(box: Sandbox, killed: number[]): Promise<void> {
  const mark = box.tree.at(`project/unit${Math.floor(UNITS / 4)}.o`);
  for (let waited = 0; waited < 60_000 && !existsSync(mark); waited += 5) await Bun.sleep(5);
  for (const pid of box.daemons()) {
    process.kill(pid, "SIGKILL");
    killed.push(pid);
  }
}

type Built = { objects: Snapshot; compilerStarts: number };

/** Builds a fresh copy of a project of small C++ units at one path while `meanwhile` goes on. */
async function build(box: Sandbox, compiler: string, meanwhile = async (): Promise<void> => {}): Promise<Built> {
  const directory = box.tree.at("project");
  rmSync(directory, { recursive: true, force: true });
  box.tree.write(Object.fromEntries(projectFiles(compiler).map(([name, text]) => [`project/${name}`, text])));
  box.counter.take();
  await Promise.all([mustRun(["ninja", `-j${JOBS}`], { cwd: directory, env: box.env }), meanwhile()]);
  const objects = snapshot(directory, (path) => path.endsWith(".o"));
  return { objects, compilerStarts: box.counter.take().cc1plus };
}

function projectFiles(compiler: string): [string, string][] {
  const numbers = Array.from({ length: UNITS }, (_, index) => index);
  const rule = `rule cxx\n  command = ${compiler} -O1 -MD -MF $out.d -c $in -o $out\n  depfile = $out.d\n  deps = gcc\n`;
  const edges = numbers.map((n) => `build unit${n}.o: cxx unit${n}.cc\n`);
  const units = numbers.map((n): [string, string] => [
    `unit${n}.cc`,
    `#include <string>\n#include <vector>\nstd::vector<std::string> unit${n}() { return {"${n}", "x"}; }\n`,
  ]);
  return [["build.ninja", rule + edges.join("")], ...units];
}
