// What a configure script does: one command over and over, for as many programs, all by the same name.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { mustRun } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

setDefaultTimeout(600_000);

/** As many as a middling configure script has. */
const PROGRAMS = 60;

/** Each is stored before the next one takes its place, which a script may be too quick for. */
async function compileAll(box: Sandbox, command: readonly string[], callsBefore: number): Promise<string[]> {
  const made: string[] = [];
  for (let program = 0; program < PROGRAMS; program++) {
    box.tree.write({ "conftest.c": `int main(void) { return ${program}; }\n` });
    await mustRun([...command, "conftest.c"], { cwd: box.tree.path, env: box.env });
    made.push(readFileSync(box.tree.at("conftest")).toString("hex"));
    await box.settled(callsBefore + program + 1);
  }
  return made;
}

test.each([[["-c"]], [[]]])("each of many programs that one command makes is found again (gcc %p)", async (more) => {
  await using box = sandbox();
  const command = [box.binary, "gcc", ...more, "-o", "conftest"];
  const cold = await compileAll(box, command, 0);
  expect(new Set(cold).size).toBe(PROGRAMS);
  box.counter.take();
  expect(await compileAll(box, command, PROGRAMS)).toEqual(cold);
  expect(box.counter.take()).toMatchObject({ cc1: 0, ld: 0 });
});
