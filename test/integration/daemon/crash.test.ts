// A daemon that crashes: one dump, told of once, and no build that fails.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { faultyBinary } from "../../support/faulty-binary.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { events, inRoot, serving } from "./daemon-stage.ts";

setDefaultTimeout(600_000);

const SECRET = "hunter2-hunter2";

test("an error that nobody catches leaves a dump, which is told once; the build succeeds [daemon 24]", async () => {
  await using box = sandbox(faultyBinary());
  const env = { ZCCACHE_FAULT: "daemon.planned=crash", SECRET_TOKEN: SECRET };
  box.tree.write({ "a.c": "int a;\n" });
  const first = await serving(box, [], { env });
  const call = await box.zccache(["gcc", "-c", "a.c"], { cwd: box.tree.path });
  expect([call.exitCode, call.stdout, call.stderr]).toEqual([0, "", ""]);
  expect(existsSync(box.tree.at("a.o"))).toBe(true);
  expect(await first.ended).toBe(1);
  const [dump = ""] = dumps(box);
  expect(dumps(box)).toEqual([expect.stringMatching(/^crash-\d+-zccache-daemon-panic\.txt$/)]);
  const text = readFileSync(inRoot(box, `crashes/${dump}`), "utf8");
  for (const part of ["crashed at daemon.planned", `pid      ${first.pid}`, "x64", "linux", "    at "]) {
    expect(text).toContain(part);
  }
  await mustBeToldOnce(box, "by an error that nobody caught");
});

const SIGNALS = ["SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT"] as const;

test.each(SIGNALS)(
  "%s leaves a dump at the next start, which is told once; the build succeeds [daemon 24]",
  async (signal) => {
    await using box = sandbox();
    box.tree.write({ "a.c": "int a;\n" });
    const first = await serving(box, ["--log-file", box.tree.at("first.log")], { env: { SECRET_TOKEN: SECRET } });
    process.kill(first.pid, signal);
    expect(await first.ended).toBe(signal);
    const call = await box.zccache(["gcc", "-c", "a.c"], { cwd: box.tree.path });
    expect([call.exitCode, call.stdout, call.stderr]).toEqual([0, "", ""]);
    await until(() => dumps(box).length > 0);
    await box.stop();
    expect(dumps(box)).toEqual([expect.stringMatching(new RegExp(`^crash-\\d+-zccache-daemon-${signal}\\.txt$`))]);
    expect(readFileSync(inRoot(box, `crashes/${dumps(box)[0]}`), "utf8")).toContain(`pid      ${first.pid}\n`);
    expect(events(box, "daemon-died")).toMatchObject([{ pid: first.pid, reason: "takeover" }]);
    const told = spawnLogs(box).filter((line) => line.includes(`crashed by ${signal}`));
    expect(told.length).toBe(1);
    await box.zccache(["start"]);
    await box.stop();
    expect(spawnLogs(box).filter((line) => line.includes("crashed by")).length).toBe(1);
    expect(dumps(box).length).toBe(1);
  },
);

test("zccache crashes lists the dumps, as JSON too, and --clear removes them", async () => {
  await using box = sandbox();
  expect(await box.zccache(["crashes"])).toMatchObject({ exitCode: 0, stdout: "No crashes.\n", stderr: "" });
  const { pid, ended } = await serving(box, ["--log-file", box.tree.at("log")]);
  process.kill(pid, "SIGSEGV");
  await ended;
  await box.zccache(["start"]);
  await until(() => dumps(box).length > 0);
  await box.stop();
  const path = inRoot(box, `crashes/${dumps(box)[0]}`);
  expect((await box.zccache(["crashes"])).stdout).toContain(`SIGSEGV  ${path}\n  Segmentation fault`);
  expect(JSON.parse((await box.zccache(["crashes", "--json"])).stdout)).toEqual({
    crashes: [
      {
        path,
        cause: "SIGSEGV",
        unix: expect.any(Number),
        time: expect.stringMatching(/Z$/),
        reported: true,
        message: expect.stringContaining("Segmentation fault"),
      },
    ],
  });
  expect((await box.zccache(["crashes", "--clear"])).stdout).toBe("Removed 1 crash dump.\n");
  expect(readdirSync(inRoot(box, "crashes"))).toEqual([]);
});

test("an orderly end leaves the time of the start, and nothing to be told", async () => {
  await using box = sandbox();
  const { ended } = await serving(box);
  await box.stop();
  await ended;
  const seconds = Number(readFileSync(inRoot(box, "last_run_zccache-daemon.txt"), "utf8"));
  expect(Math.abs(Date.now() / 1000 - seconds)).toBeLessThan(60);
  const { ended: again } = await serving(box, ["--log-file", box.tree.at("log")]);
  await box.stop();
  await again;
  expect(readFileSync(box.tree.at("log"), "utf8")).not.toContain("WARN");
  expect([dumps(box), events(box, "daemon-died")]).toEqual([[], []]);
});

/** Starts twice: the first daemon says it, the second one does not. */
async function mustBeToldOnce(box: Sandbox, words: string): Promise<void> {
  const told: number[] = [];
  for (const name of ["second.log", "third.log"]) {
    const { ended } = await serving(box, ["--log-file", box.tree.at(name)]);
    await box.stop();
    await ended;
    const lines = readFileSync(box.tree.at(name), "utf8").split("\n");
    told.push(lines.filter((line) => line.includes(words)).length);
  }
  expect(told).toEqual([1, 0]);
  expect(dumps(box).length).toBe(1);
}

/** Names of the dumps; none of them may hold a value of a variable. */
function dumps(box: Sandbox): string[] {
  const directory = inRoot(box, "crashes");
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.endsWith(".txt"));
  for (const name of names) expect(readFileSync(`${directory}/${name}`, "utf8")).not.toContain(SECRET);
  return names;
}

/** Lines of all daemons that clients started. */
function spawnLogs(box: Sandbox): string[] {
  const names = readdirSync(inRoot(box, "logs")).filter((name) => name.startsWith("daemon-spawn"));
  return names.flatMap((name) => readFileSync(inRoot(box, `logs/${name}`), "utf8").split("\n"));
}
