// zccache snapshot and replay around a build that goes by times, as a job in a fresh checkout would use them.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { type Finished, run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";

let box: Sandbox;
beforeAll(() => {
  box = sandbox();
});
afterAll(async () => await box[Symbol.asyncDispose]());

const shell = (line: string): Promise<Finished> =>
  run(["/bin/sh", "-ec", `z="${box.binary}"; ${line}`], { env: box.env, cwd: box.tree.path });

test("make finds up to date what a fresh checkout has not changed, and makes the rest", async () => {
  const makefile = "all: a.out b.out\n%.out: %.in\n\tcp $< $@\n";
  const checkout = { "w/Makefile": makefile, "w/a.in": "a", "w/b.in": "b" };
  box.tree.write(checkout);
  await shell(`cd w; make all; "$z" snapshot --out ../times.jsonl --exclude "*.out"`);
  const before = statSync(box.tree.at("w/a.in"), { bigint: true }).mtimeNs;
  await shell("sleep 0.05; rm w/*.in w/Makefile");
  box.tree.write({ ...checkout, "w/b.in": "changed" });
  const replayed = await shell(`"$z" replay --workspace w --manifest times.jsonl --json`);
  expect(JSON.parse(replayed.stdout)).toMatchObject({ applied: 2, size_mismatch: 1, total: 3 });
  expect(statSync(box.tree.at("w/a.in"), { bigint: true }).mtimeNs).toBe(before);
  expect((await shell("make -C w all")).stdout.match(/^cp .*/gm)).toEqual(["cp b.in b.out"]);
  expect(box.daemons()).toEqual([]);
});

test("exit codes tell enough from too little and from trouble, and help has examples", async () => {
  const codes = await shell(
    `set +e; "$z" replay --workspace w --manifest times.jsonl --min-applied-ratio 0.6 > /dev/null; echo $?
     "$z" replay --workspace w --manifest times.jsonl --min-applied-ratio 0.7 > /dev/null; echo $?
     "$z" replay --workspace w --manifest w/Makefile 2> /dev/null; echo $?`,
  );
  expect(codes.stdout).toBe("0\n1\n2\n");
  for (const verb of ["snapshot", "replay"]) {
    const { exitCode, stdout } = await box.zccache([verb, "--help"]);
    expect([exitCode, stdout.includes("Examples:\n  zccache ")]).toEqual([0, true]);
  }
});
