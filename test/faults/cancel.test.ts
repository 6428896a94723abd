// Clients that are killed or signalled while their tool runs: nothing of the run is left, neither processes nor results.

import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { CLIENTS } from "../integration/client/clients.ts";
import { mustRun, run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";
import { until } from "../support/until.ts";
import { type Job, processesWith, startJob, stateOf } from "./job.ts";

setDefaultTimeout(600_000);

const PROMISED_MS = 250;

// A machine that stalls breaks the promise now and then, a fault of ours each time.
const TURNS = 10;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** Writes half of its output; its child, which nobody has heard of until then, writes the rest. */
const FORKS = `#include <fcntl.h>
#include <unistd.h>
static void append(const char *text, int length, int flags) {
  int file = open("left.o", O_WRONLY | flags, 0644);
  if (write(file, text, length) != length) _exit(1);
  close(file);
}
int main(void) {
  append("early\\n", 6, O_CREAT | O_TRUNC);
  if (fork() > 0) return 0;
  for (int fd = 0; fd < 3; fd++) close(fd);
  usleep(300000);
  append("late\\n", 5, O_APPEND);
  return 0;
}
`;

let box: Sandbox;
let jobs = 0;

/** cc1 waits in it for a writer that never comes. */
const HEADER = "endless.h";

async function prepare(binary: string): Promise<void> {
  box = sandbox(binary);
  box.tree.write({ "main.c": `#include "${HEADER}"\nint main(void) { return 0; }\n`, "fine.c": "int fine;\n" });
  spawnSync("mkfifo", [box.tree.at(HEADER)]);
  await box.zccache(["gcc", "-c", "fine.c", "-o", "fine.o"], { cwd: box.tree.path });
  for (let tries = 0; (await metadataEntries()) === 0 && tries < TURNS; tries++) await Bun.sleep(100);
}

async function start(compiler: readonly string[], object: string): Promise<Job> {
  jobs += 1;
  const directory = box.tree.at(`job${jobs}`);
  const command = [...compiler, "-c", box.tree.at("main.c"), "-o", box.tree.at(object)];
  return await startJob(command, { env: box.env, cwd: box.tree.path, directory });
}

/** Starts a cached compile until the daemon takes part: where it said nothing for a second, the bare tool runs. */
async function startTraced(object: string): Promise<Job> {
  for (let turn = 0; turn < TURNS; turn++) {
    const job = await start([box.binary, "gcc"], object);
    const cc1 = await compilerOfJob();
    if (environmentOf(cc1).includes("\0ZCC_TRACE=")) return job;
    endJobs();
    await job.ended;
    await Bun.sleep(1000);
  }
  throw new Error("Cannot test: the daemon takes no call");
}

/** cc1 of the only job, once it runs. */
async function compilerOfJob(): Promise<number> {
  const found = () => processesWith(box.tree.at("main.c")).find((pid) => commandOf(pid).endsWith("cc1"));
  await until(() => found() !== undefined, "cc1");
  return found() ?? 0;
}

/** Kills what runs of the jobs, and lets the shells note it that wait for them. */
function endJobs(): void {
  const jobs = processesWith(box.tree.at("main.c")).filter((pid) => !commandOf(pid).endsWith("/bash"));
  for (const pid of jobs) process.kill(pid, "SIGKILL");
}

function environmentOf(pid: number): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, "latin1")}`;
  } catch {
    return "";
  }
}

function directoryOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

function commandOf(pid: number): string {
  return spawnSync("readlink", [`/proc/${pid}/exe`], { encoding: "utf8" }).stdout.trim();
}

async function metadataEntries(): Promise<number> {
  const status = JSON.parse((await box.zccache(["status", "--json"])).stdout) as { metadata_entries: number };
  return status.metadata_entries;
}

describe.each(CLIENTS)("the %s client whose tool runs", (_name, binary) => {
  beforeAll(() => prepare(binary));

  afterEach(endJobs);

  afterAll(() => box[Symbol.asyncDispose]());

  test("SIGKILL of the client alone ends all processes of the run, and nothing is stored (H8) [ipc 16]", async () => {
    const before = await metadataEntries();
    const times: number[] = [];
    while (times.length < TURNS && (times.length < 3 || Math.min(...times) >= PROMISED_MS)) {
      const job = await startTraced("killed.o");
      process.kill(job.pid, "SIGKILL");
      times.push(await until(() => processesWith(box.tree.at("main.c")).length === 0, "the end of gcc and cc1"));
      expect((await job.ended).exitCode).toBe(137);
      expect(existsSync(box.tree.at("killed.o"))).toBe(false);
    }
    expect(Math.min(...times)).toBeLessThan(PROMISED_MS);
    expect(await metadataEntries()).toBe(before);
    expect(box.daemons()).toHaveLength(1);
  });

  for (const signal of SIGNALS) {
    for (const whole of [false, true]) {
      test(`${signal} to ${whole ? "its group" : "it alone"}: ends as the bare tool does, and so do its processes (X2)`, async () => {
        const before = await metadataEntries();
        const bare = await signalled(await start(["gcc"], "bare.o"), "bare.o", { signal, whole });
        endJobs();
        const cached = await signalled(await startTraced("cached.o"), "cached.o", { signal, whole });
        await until(() => processesWith(box.tree.at("main.c")).length === 0, "the end of all processes");
        expect(cached).toEqual(bare);
        expect(await metadataEntries()).toBe(before);
        expect(cached.exitCode).toBe(128 + constants.signals[signal]);
      });
    }
  }

  test("SIGTSTP to its group stops client and tool, and SIGCONT lets both go on (X2)", async () => {
    const job = await startTraced("stopped.o");
    const cc1 = await compilerOfJob();
    job.signalGroup("SIGTSTP");
    await until(() => stateOf(job.pid) === "T" && stateOf(cc1) === "T", "both to stop");
    job.signalGroup("SIGCONT");
    await until(() => stateOf(cc1) !== "T", "cc1 to go on");
    expect((await run(["/bin/sh", "-c", `echo 'int x;' > ${box.tree.at(HEADER)}`])).exitCode).toBe(0);
    expect(await job.ended).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(existsSync(box.tree.at("stopped.o"))).toBe(true);
  });
});

describe.each(CLIENTS)("a tool behind the %s client that leaves a process behind", (name, binary) => {
  beforeAll(() => prepare(binary));

  afterAll(() => box[Symbol.asyncDispose]());

  async function compileWith(script: string): Promise<{ seconds: number; object: string }> {
    box.tree.write({ "tools/gcc": `#!/bin/sh\n${script}\n` });
    chmodSync(box.tree.at("tools/gcc"), 0o755);
    return await compile();
  }

  async function compile(): Promise<{ seconds: number; object: string }> {
    const env = { ...box.env, PATH: `${box.tree.at("tools")}:${box.env["PATH"]}` };
    const command = [box.binary, "gcc", "-c", "fine.c", "-o", "left.o"];
    const result = await run(command, { cwd: box.tree.path, env });
    expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    return { seconds: result.seconds, object: box.tree.read("left.o").toString() };
  }

  test("its output is taken only when that has ended: no half of it is ever served", async () => {
    const script = "echo early > left.o; (sleep 0.3; echo late >> left.o) >/dev/null 2>&1 </dev/null &";
    await compileWith(script);
    await Bun.sleep(600);
    rmSync(box.tree.at("left.o"));
    await compileWith(script);
    await Bun.sleep(600);
    expect(box.tree.read("left.o").toString()).toBe("early\nlate\n");
  });

  test("a child that has done nothing yet is waited for as well", async () => {
    box.tree.write({ "forks.c": FORKS });
    rmSync(box.tree.at("tools"), { recursive: true, force: true });
    box.tree.write({ "tools/.keep": "" });
    await mustRun(["gcc", box.tree.at("forks.c"), "-o", box.tree.at("tools/gcc")], { env: box.env });
    // A result of the clock tick in which the tool was made would not be stored.
    await Bun.sleep(50);
    await compile();
    await Bun.sleep(600);
    let hit = "early\n";
    for (let turn = 0; turn < TURNS && hit === "early\n"; turn++) {
      rmSync(box.tree.at("left.o"));
      hit = (await compile()).object;
      if (hit === "early\n") await Bun.sleep(600);
    }
    expect(hit).toBe("early\nlate\n");
    await Bun.sleep(600);
    expect(box.tree.read("left.o").toString(), "nothing runs any more").toBe("early\nlate\n");
  });

  test("one that stays costs one call a moment, and is not killed", async () => {
    const mark = `60.2${name.length}`;
    // Those of this tool: an earlier run of the tests may have left some.
    const left = () => processesWith(mark).filter((pid) => directoryOf(pid) === box.tree.path);
    const script = `echo object > left.o; sleep ${mark} >/dev/null 2>&1 </dev/null &`;
    expect((await compileWith(script)).seconds).toBeLessThan(50);
    expect(left().length).toBe(1);
    const later: number[] = [];
    while (later.length < TURNS && Math.min(...later) >= 0.8) {
      const again = await compileWith(script);
      expect(again.object).toBe("object\n");
      later.push(again.seconds);
    }
    expect(Math.min(...later), "seconds of a later call").toBeLessThan(0.8);
    // One for each call, the last of which may only be starting.
    await until(() => left().length === later.length + 1, "the last process that is left");
    for (const pid of left()) process.kill(pid, "SIGKILL");
  });
});

type Signalling = { readonly signal: NodeJS.Signals; readonly whole: boolean };

/** How the compile of `object` ends that is signalled while cc1 runs, and whether the object is there then. */
async function signalled(job: Job, object: string, { signal, whole }: Signalling) {
  await compilerOfJob();
  if (whole) job.signalGroup(signal);
  else process.kill(job.pid, signal);
  const end = await job.ended;
  const left = readdirSync(box.tree.path).includes(object);
  rmSync(box.tree.at(object), { force: true });
  return { ...end, left };
}
