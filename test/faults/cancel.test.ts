// Clients that are killed or signalled while their tool runs: nothing of the run is left, neither processes nor results.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { CLIENTS } from "../integration/client/clients.ts";
import { mustRun, run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";
import { type Job, processesWith, startJob, stateOf, until } from "./job.ts";

setDefaultTimeout(60_000);

const PROMISED_MS = 250;

// The promise, and time for two slow processors that all tests share.
const GONE_MS = 1000;

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
}

async function start(compiler: readonly string[], object: string): Promise<Job> {
  jobs += 1;
  const directory = box.tree.at(`job${jobs}`);
  const command = [...compiler, "-c", box.tree.at("main.c"), "-o", box.tree.at(object)];
  return await startJob(command, { env: box.env, cwd: box.tree.path, directory });
}

/** cc1 of the job whose output is `object`. */
function compilersOf(object: string): number[] {
  const mark = ` ${box.tree.at("main.c")} `;
  return processesWith(mark.trim()).filter(
    (pid) => stateOf(pid) !== "X" && commandOf(pid).endsWith("cc1") && object !== "",
  );
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

  afterAll(() => box[Symbol.asyncDispose]());

  test("SIGKILL of the client alone ends all processes of the run, and nothing is stored (H8) [ipc 16]", async () => {
    const before = await metadataEntries();
    const times: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const job = await start([box.binary, "gcc"], "killed.o");
      await until(() => compilersOf("killed.o").length === 1, "cc1");
      process.kill(job.pid, "SIGKILL");
      times.push(await until(() => processesWith(box.tree.at("main.c")).length === 0, "the end of gcc and cc1"));
      expect((await job.ended).exitCode).toBe(137);
      expect(existsSync(box.tree.at("killed.o"))).toBe(false);
    }
    expect(Math.min(...times)).toBeLessThan(PROMISED_MS);
    expect(Math.max(...times)).toBeLessThan(GONE_MS);
    expect(await metadataEntries()).toBe(before);
    expect(box.daemons()).toHaveLength(1);
  });

  for (const signal of SIGNALS) {
    for (const whole of [false, true]) {
      test(`${signal} to ${whole ? "its group" : "it alone"}: ends as the bare tool does, and so do its processes (X2)`, async () => {
        const before = await metadataEntries();
        const bare = await signalled(["gcc"], "bare.o", { signal, whole });
        for (const pid of processesWith(box.tree.at("main.c"))) process.kill(pid, "SIGKILL");
        const cached = await signalled([box.binary, "gcc"], "cached.o", { signal, whole });
        const took = await until(() => processesWith(box.tree.at("main.c")).length === 0, "the end of all processes");
        expect(took).toBeLessThan(GONE_MS);
        expect(cached).toEqual(bare);
        expect(await metadataEntries()).toBe(before);
        expect(cached.exitCode).toBe(128 + constants.signals[signal]);
      });
    }
  }

  test("SIGTSTP to its group stops client and tool, and SIGCONT lets both go on (X2)", async () => {
    const job = await start([box.binary, "gcc"], "stopped.o");
    await until(() => compilersOf("stopped.o").length === 1, "cc1");
    const [cc1 = 0] = compilersOf("stopped.o");
    job.signalGroup("SIGTSTP");
    await until(() => stateOf(job.pid) === "T" && stateOf(cc1) === "T", "both to stop");
    job.signalGroup("SIGCONT");
    await until(() => stateOf(cc1) !== "T", "cc1 to go on");
    expect((await run(["/bin/sh", "-c", `echo 'int x;' > ${box.tree.at(HEADER)}`])).exitCode).toBe(0);
    expect(await job.ended).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(existsSync(box.tree.at("stopped.o"))).toBe(true);
  });
});

describe.each(CLIENTS)("a tool behind the %s client that leaves a process behind", (_name, binary) => {
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
    rmSync(box.tree.at("left.o"));
    const hit = await compile();
    expect(hit.object).toBe("early\nlate\n");
    await Bun.sleep(600);
    expect(box.tree.read("left.o").toString(), "nothing runs any more").toBe("early\nlate\n");
  });

  test("one that stays costs one call a moment, and is not killed", async () => {
    const script = "echo object > left.o; sleep 3.21 >/dev/null 2>&1 </dev/null &";
    expect((await compileWith(script)).seconds).toBeLessThan(3);
    expect(processesWith("3.21").length).toBe(1);
    const again = await compileWith(script);
    expect(again.object).toBe("object\n");
    expect(again.seconds).toBeLessThan(0.8);
  });
});

type Signalling = { readonly signal: NodeJS.Signals; readonly whole: boolean };

/** How a compile ends that is signalled while cc1 runs, and whether an object is there then. */
async function signalled(compiler: readonly string[], object: string, { signal, whole }: Signalling) {
  const job = await start(compiler, object);
  await until(() => compilersOf(object).length === 1, "cc1");
  if (whole) job.signalGroup(signal);
  else process.kill(job.pid, signal);
  const end = await job.ended;
  const left = readdirSync(box.tree.path).includes(object);
  rmSync(box.tree.at(object), { force: true });
  return { ...end, left };
}
