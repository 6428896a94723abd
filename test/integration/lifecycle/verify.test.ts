// ZCCACHE_VERIFY=1/N: hits that are run again and compared, through both clients.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { globSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { faultyBinary } from "../../support/faulty-binary.ts";
import { poison } from "../../support/poisoned-store.ts";
import { type Finished, mustRun } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { CLIENTS } from "../client/clients.ts";

setDefaultTimeout(600_000);

const EVERY = { ZCCACHE_VERIFY: "1", TOKEN: "CANARY" };
const COMPILE = "gcc -Wall -MD -c a.c -o out/a.o";
const LINK = "gcc main.c in/a.o -o out/prog";
// Without D it is warned of, and made the same again all the same.
const ARCHIVE = "ar rcs out/lib.a in/a.o";
type Call = readonly [line: string, output: string];
const CALLS: readonly Call[] = [
  [COMPILE, "a.o"],
  [LINK, "prog"],
  [ARCHIVE, "lib.a"],
];
const NONE = { hits: 0, repeated: 0, misses: 0, refused: 0, verified: 0, different: 0, unclear: 0 };

describe.each(CLIENTS)("ZCCACHE_VERIFY, asked by the %s client:", (_name, binary) => {
  test("1 has every hit run again, and all is found equal: compiles, links and archives", async () => {
    await using box = await project(binary);
    const cold = await build(box);
    await box.settled(3);
    box.counter.take();
    for (let round = 1; round <= 3; round += 1) {
      expect(await build(box, EVERY)).toEqual(cold);
      expect(box.counter.take()).toMatchObject({ cc1: 2, collect2: 1 });
    }
    expect(await figures(box, 12)).toEqual({ ...NONE, misses: 3, verified: 9 });
    expect(evidence(box)).toEqual([]);
  });

  test("1/4 has a quarter of the hits run again, the short way's too", async () => {
    await using box = await project(binary);
    await z(box, COMPILE);
    await box.settled(1);
    box.counter.take();
    for (let call = 1; call <= 16; call += 1) await z(box, COMPILE, { ZCCACHE_VERIFY: "1/4" });
    const found = await figures(box, 17);
    expect(found).toEqual({ ...NONE, misses: 1, hits: 12, verified: 4, repeated: found.repeated });
    expect(found.repeated).toBeGreaterThan(8);
    expect(box.counter.take().cc1).toBe(4);
  });

  test.each([
    ["object", COMPILE, "a.o"],
    ["depfile", COMPILE, "a.d"],
    ["object", LINK, "prog"],
    ["direct", ARCHIVE, "lib.a"],
  ])("a wrong %s of `%s` is found, both sides are kept, and it is never given again", async (role, call, output) => {
    await using box = await project(binary);
    const good = await outputOf(box, [call, output]);
    await box.settled(1);
    await box.stop();
    expect(poison(box.cache, role, corrupted)).toBe(1);
    const wrong = { ...good, content: corrupted(good.content) };
    // No checksum shows it.
    expect(await outputOf(box, [call, output])).toEqual(wrong);
    expect(await outputOf(box, [call, output], EVERY)).toEqual(good);
    expect(await figures(box, 2)).toEqual({ ...NONE, hits: 1, different: 1 });

    const kept = evidence(box);
    const [directory = ""] = kept;
    expect(kept).toHaveLength(1);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(directory, "cached", role, output)).equals(wrong.content)).toBe(true);
    expect(readFileSync(join(directory, "fresh", role, output)).equals(good.content)).toBe(true);
    const text = readFileSync(join(directory, "call.txt"), "utf8");
    expect(text).toContain(`\n  ${role}: another content\n`);
    expect(text).toContain(`directory  ${box.tree.path}\n`);
    for (const argument of call.split(" ").slice(1)) expect(text).toContain(`\n  "${argument}"\n`);
    expect(text).not.toContain("CANARY");
    expect((await box.zccache(["status"])).stdout.split("\n\n")[1]).toBe(
      `  wrong results  1 hit was not what a fresh run makes; see ${join(directory, "..")}`,
    );

    expect(await outputOf(box, [call, output])).toEqual(good);
    await box.settled(3);
    expect(await outputOf(box, [call, output])).toEqual(good);
    expect(await figures(box, 4)).toMatchObject({ hits: 2, misses: 1, different: 1 });
  });
});

test("a depfile and an object that were made under other names are compared as they are delivered", async () => {
  await using box = await project();
  await z(box, COMPILE);
  await box.settled(1);
  mkdirSync(box.tree.at("out/other"));
  for (const name of ["b.o", "other/with-a-name-that-is-longer-than-the-first-one-and-folds-elsewhere.o"])
    await z(box, COMPILE.replace("a.o", name), EVERY);
  expect(await figures(box, 3)).toEqual({ ...NONE, misses: 1, verified: 2 });
});

test("a tool that fails where the cached run did not is a difference", async () => {
  await using box = await project();
  const good = await whileOneSleeps(async (process) => {
    // Processes are no inputs (src/tracer/ignored-paths.ts), so nothing in the key says that this one has ended.
    box.tree.write({ "a.c": `${box.tree.read("a.c")}__asm__(".incbin \\"/proc/${process}/comm\\"");\n` });
    return await z(box, COMPILE);
  });
  expect(good).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("unused") });
  await box.settled(1);
  const bad = await z(box, COMPILE, EVERY);
  expect(bad).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("/comm") });
  expect(await figures(box, 2)).toEqual({ ...NONE, misses: 1, different: 1 });
  const [directory = ""] = evidence(box);
  const read = (name: string): string => readFileSync(join(directory, name), "utf8");
  expect([read("cached/exit-code"), read("fresh/exit-code")]).toEqual(["0\n", "1\n"]);
  expect([read("cached/stderr"), read("fresh/stderr")]).toEqual([good.stderr, bad.stderr]);
});

test("a tool that fails where delivery would have left the call to it is none", async () => {
  await using box = await project();
  await z(box, COMPILE);
  await box.settled(1);
  const { exitCode } = await z(box, COMPILE.replace("out/", "none/"), EVERY);
  expect(exitCode).not.toBe(0);
  expect(await figures(box, 2)).toEqual({ ...NONE, misses: 1, refused: 1 });
});

test("an input that changes before the tool reads it makes the call an ordinary miss", async () => {
  await using box = await project(faultyBinary());
  // The daemon stops when the old result was found and the tool is to be run.
  const daemon = { ...box.env, ZCCACHE_FAULT: "daemon.exec=stop@2" };
  await box.zccache(["start"], { env: daemon });
  await z(box, COMPILE);
  await box.settled(1);
  const [id = 0] = box.daemons();
  const call = z(box, COMPILE, EVERY);
  await stopped(id);
  box.tree.write({ "a.h": "#define NAME another_name\n" });
  process.kill(id, "SIGCONT");
  expect(await call).toMatchObject({ exitCode: 0 });
  expect(box.tree.read("out/a.o").includes("another_name")).toBe(true);
  expect(await figures(box, 2)).toEqual({ ...NONE, misses: 1, refused: 1 });
  expect(evidence(box)).toEqual([]);
});

test.each([
  ["random names of symbols", COMPILE.replace("-Wall", "-flto"), "a.o"],
  ["the time of the compile", COMPILE.replace("-Wall", "--coverage"), "a.o"],
  ["addresses in gcc's precompiled headers", "gcc -x c-header a.h -o out/a.h.gch", "a.h.gch"],
  ["addresses in gcc's records", `${COMPILE} -O2 -fsave-optimization-record`, "a.c.opt-record.json.gz"],
  ["names of temporary files", "gcc main.c a.c -Wl,-Map=out/map -o out/prog", "map"],
])("%s are no differences", async (_what, line, output) => {
  await using box = await project();
  const call = [line, output] as const;
  const first = await outputOf(box, call);
  await box.settled(1);
  const second = await outputOf(box, call, EVERY);
  expect(second.content.equals(first.content)).toBe(false);
  expect(await figures(box, 2)).toEqual({ ...NONE, misses: 1, unclear: 1 });
  expect(evidence(box)).toEqual([]);
  expect((await outputOf(box, call)).content.equals(first.content)).toBe(true);
});

test("with -frandom-seed there is nothing random, and a wrong content is a difference", async () => {
  await using box = await project();
  const call = [COMPILE.replace("-Wall", "--coverage -frandom-seed=1"), "a.o"] as const;
  const good = await outputOf(box, call);
  await box.settled(1);
  expect(await outputOf(box, call, EVERY)).toEqual(good);
  expect(await figures(box, 2)).toEqual({ ...NONE, misses: 1, verified: 1 });
  await box.stop();
  expect(poison(box.cache, "object", corrupted)).toBe(1);
  expect(await outputOf(box, call, EVERY)).toEqual(good);
  expect(await figures(box, 1)).toEqual({ ...NONE, different: 1 });
});

test.each(["2", "1/0", "1/1000000", "all"])(
  "ZCCACHE_VERIFY=%s counts as off, and the log says so once",
  async (value) => {
    await using box = await project();
    for (let call = 0; call < 3; call += 1) {
      await z(box, COMPILE, { ZCCACHE_VERIFY: value });
      await box.settled(call + 1);
    }
    expect(await figures(box, 3)).toMatchObject({ misses: 1, hits: 2, verified: 0 });
    const logs = globSync(join(box.cache, "v*/logs/*.log")).map((path) => readFileSync(path, "utf8"));
    expect(logs.join("").split(`Cannot use ZCCACHE_VERIFY="${value}"`)).toHaveLength(2);
  },
);

/** Two sources, of which one gives a warning, and an object that is none of the cache's. */
async function project(binary?: string): Promise<Sandbox> {
  const box = sandbox(binary);
  box.tree.write({
    "a.h": "#define NAME long_name_to_be_found\n",
    "a.c": '#include "a.h"\nstatic int unused(void) { return 1; }\nconst char *NAME(void) { return "long_name"; }\n',
    "main.c": "extern const char *long_name_to_be_found(void);\nint main(void) { return !long_name_to_be_found(); }\n",
  });
  for (const name of ["in", "out"]) mkdirSync(box.tree.at(name));
  await mustRun(["gcc", "-c", "a.c", "-o", "in/a.o"], { cwd: box.tree.path });
  return box;
}

async function whileOneSleeps<Result>(action: (process: number) => Promise<Result>): Promise<Result> {
  const sleeper = Bun.spawn(["sleep", "100"]);
  try {
    return await action(sleeper.pid);
  } finally {
    sleeper.kill();
    await sleeper.exited;
  }
}

/** Waits until a process has stopped itself (proc(5): state T). */
async function stopped(id: number): Promise<void> {
  await until(() => /\) T /.test(readFileSync(`/proc/${id}/stat`, "latin1")), `process ${id} to stop`);
}

function z(box: Sandbox, call: string, variables: Record<string, string> = {}): Promise<Finished> {
  return box.zccache(call.split(" "), { cwd: box.tree.path, env: { ...box.env, ...variables } });
}

/** What a call says and what it makes below out/, which was not there before. */
async function outputOf(box: Sandbox, [line, output]: Call, variables: Record<string, string> = {}) {
  rmSync(box.tree.at(`out/${output}`), { force: true });
  const { exitCode, stdout, stderr } = await z(box, line, variables);
  const { mode } = statSync(box.tree.at(`out/${output}`));
  return { exitCode, stdout, stderr, mode, content: box.tree.read(`out/${output}`) };
}

async function build(box: Sandbox, variables: Record<string, string> = {}) {
  const made = [];
  for (const call of CALLS) made.push(await outputOf(box, call, variables));
  return made;
}

/** As a wrong key would give: the same in other words. */
function corrupted(content: Buffer): Buffer {
  return Buffer.from(content.toString("latin1").replaceAll("a", "b"), "latin1");
}

async function figures(box: Sandbox, calls: number): Promise<Record<keyof typeof NONE, number>> {
  await box.settled(calls);
  const { daemon } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
  return {
    hits: daemon.cache_hits + daemon.link_hits,
    repeated: daemon.memo_hits,
    misses: daemon.cache_misses + daemon.link_misses,
    refused: daemon.non_cacheable + daemon.link_non_cacheable,
    verified: daemon.verified,
    different: daemon.verify_differences,
    unclear: daemon.verify_unclear,
  };
}

/** Directories of what was kept. */
function evidence(box: Sandbox): string[] {
  return globSync(join(box.cache, "v*/verify/*"));
}
