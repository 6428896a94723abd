// Crowds of clients: one daemon, one run of identical compiles, and no failure. ZCCACHE_TEST_CROWDS: how many cold crowds.

import { expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { VERSION } from "../../src/core/version.ts";
import { type Finished, run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";
import { until } from "../support/until.ts";
import { processesWith, programOf, startJob } from "./job.ts";

setDefaultTimeout(600_000);

const CROWDS = Number(process.env["ZCCACHE_TEST_CROWDS"] ?? 10);

// Enough for cc1 to take a second or more.
const FUNCTIONS = 1500;

function manyOf(box: Sandbox, count: number, command: (n: number) => string[]): Promise<Finished[]> {
  const one = (n: number) => run([box.binary, ...command(n)], { cwd: box.tree.path, env: box.env });
  return Promise.all(Array.from({ length: count }, (_, n) => one(n)));
}

/** Those who failed or said something. */
function troubled(results: readonly Finished[]): Finished[] {
  return results.filter(({ exitCode, stdout, stderr }) => exitCode !== 0 || stdout + stderr !== "");
}

/** A box with a daemon, and a source whose compilation takes long enough for all clients to meet. */
async function slowScene(): Promise<Sandbox> {
  const box = sandbox();
  const one = (n: number) => `int f${n}(int x) { for (int i = 0; i < ${n}; i++) x = x * i + ${n}; return x; }\n`;
  box.tree.write({ "same.c": Array.from({ length: FUNCTIONS }, (_, n) => one(n)).join("") });
  await box.zccache(["start"]);
  return box;
}

test.each(Array.from({ length: CROWDS }, (_, n) => n + 1))(
  "256 clients at once without a daemon get one daemon, and none fails (L4), crowd %d",
  async () => {
    await using box = sandbox();
    box.tree.write(Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`unit${n}.c`, `int unit${n} = ${n};\n`])));
    const results = await manyOf(box, 256, (n) => ["gcc", "-c", `unit${n % 16}.c`, "-o", `${n}.o`]);
    expect(troubled(results)).toEqual([]);
    for (let n = 16; n < 256; n++) expect(box.tree.read(`${n}.o`).equals(box.tree.read(`${n % 16}.o`))).toBe(true);
    await until(() => box.daemons().length === 1, "those daemons to end that lost the race");
    const lines = box.tree.read(`cache/v${VERSION}/logs/daemon-lifecycle.log`).toString().trim().split("\n");
    const events: string[] = lines.map((line) => JSON.parse(line).event);
    // On a busy machine some clients give the daemon up, which is told there, too.
    const ofDaemons = events.filter((event) => event !== "spawn-parked" && !event.startsWith("client"));
    expect(ofDaemons.sort()).toEqual(["spawn", "spawn-attempt"]);
  },
);

test("50 identical compiles at once run one compiler", async () => {
  await using box = await slowScene();
  const results = await manyOf(box, 50, (n) => ["gcc", "-O2", "-c", "same.c", "-o", `${n}.o`]);
  expect(troubled(results)).toEqual([]);
  for (let n = 1; n < 50; n++) expect(box.tree.read(`${n}.o`).equals(box.tree.read("0.o"))).toBe(true);
  expect(box.counter.take().cc1).toBe(1);
});

test("when the first of many identical clients is killed, another one takes over, and the rest gets its result (H9)", async () => {
  await using box = await slowScene();
  const source = box.tree.at("same.c");
  const call = (object: string) => ["gcc", "-O2", "-c", source, "-o", object];
  const options = { env: box.env, cwd: box.tree.path, directory: box.tree.at("job") };
  const first = await startJob([box.binary, ...call("first.o")], options);
  // The shell that started the first one has it in its arguments as well.
  const busy = () => processesWith(source).filter((pid) => programOf(pid) !== "/bin/bash");
  const compilers = () => busy().filter((pid) => programOf(pid).endsWith("cc1"));
  // Its stand-in, which has the same name, counts before it is the compiler.
  await until(() => box.counter.seen().cc1 > 0 && compilers().length > 0, "the compiler to start");
  // However long the others take to come.
  for (const pid of compilers()) process.kill(pid, "SIGSTOP");
  const others = manyOf(box, 10, (n) => call(`${n}.o`));
  // The first one, its gcc and its cc1.
  await until(() => busy().length === 13, "the others to come");
  process.kill(first.pid, "SIGKILL");
  expect(troubled(await others)).toEqual([]);
  for (let n = 1; n < 10; n++) expect(box.tree.read(`${n}.o`).equals(box.tree.read("0.o"))).toBe(true);
  expect(box.counter.take().cc1).toBe(2);
  expect((await first.ended).exitCode).toBe(137);
});

test("200 different compiles at once run one compiler each and are all right, and so are the same again without any", async () => {
  await using box = sandbox();
  const names = Array.from({ length: 200 }, (_, n) => `unit${n}`);
  box.tree.write(Object.fromEntries(names.map((name) => [`${name}.c`, `int ${name}_symbol = 1;\n`])));
  await box.zccache(["start"]);
  const compileAll = async (): Promise<number> => {
    for (const n of names.keys()) rmSync(box.tree.at(`${n}.o`), { force: true });
    expect(troubled(await manyOf(box, 200, (n) => ["gcc", "-c", `unit${n}.c`, "-o", `${n}.o`]))).toEqual([]);
    expect(names.filter((name, n) => !box.tree.read(`${n}.o`).includes(`${name}_symbol`))).toEqual([]);
    return box.counter.take().cc1;
  };
  expect(await compileAll()).toBe(200);
  // Results are filed behind the callers' backs.
  let runs = await compileAll();
  for (let turn = 0; turn < 10 && runs > 0; turn++) runs = await compileAll();
  expect(runs).toBe(0);
  await until(() => box.daemons().length === 1, "one daemon to be left");
});
