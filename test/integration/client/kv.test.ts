// zccache kv as scripts call it: bytes through pipes, exit codes, many at once.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

let box: Sandbox;
beforeAll(() => {
  box = sandbox();
});
afterAll(async () => await box[Symbol.asyncDispose]());

const shell = (line: string) =>
  run(["/bin/sh", "-c", `z="${box.binary}"; ${line}`], { env: box.env, cwd: box.tree.path });

test("a value goes through pipes byte for byte, and needs no daemon", async () => {
  writeFileSync(box.tree.at("value"), Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256)));
  expect((await shell(`"$z" kv get n 00; echo $?`)).stdout).toBe("2\n");
  const line = `"$z" kv put n 00 --value-from-stdin < value && "$z" kv get n 00 | cmp - value && echo same`;
  expect((await shell(line)).stdout).toBe("same\n");
  expect(
    (await shell(`"$z" kv put n 01 --value-from value && "$z" kv get n 01 | cmp - value && echo same`)).stdout,
  ).toBe("same\n");
  expect(box.daemons()).toEqual([]);
});

test("who asks while others put a value gets one of theirs, whole", async () => {
  await shell(`for i in a b; do head -c 300000 /dev/zero | tr '\\0' $i > $i; done; "$z" kv put n 02 --value-from a`);
  const puts = `for n in 1 2 3 4 5 6; do for i in a b; do "$z" kv put n 02 --value-from $i; done; done`;
  const gets = `for n in 1 2 3 4 5 6 7 8 9 10; do "$z" kv get n 02 > got || echo missing; cmp -s got a || cmp -s got b || echo torn; done`;
  const { stdout } = await shell(`(${puts}) & ${gets}; wait; echo done`);
  expect(stdout).toBe("done\n");
});

test("its help shows examples", async () => {
  const { exitCode, stdout } = await box.zccache(["kv", "--help"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("Examples:\n  zccache kv put lint");
});
