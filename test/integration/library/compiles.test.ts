// Compiles and links that the daemon runs for library clients: what they make is what the tool makes alone.

import { describe, expect, test } from "bun:test";
import { chmodSync, closeSync, existsSync, openSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { rawFromString, showRaw } from "../../../src/core/raw-text.ts";
import { isRunning } from "../../../src/sys/process-kill.ts";
import { quickest } from "../../support/in-time.ts";
import { run } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { bare, said, throughDaemon } from "./bare.ts";
import { clientForAll, connect, pairsOf, startDaemon, statusOf } from "./connect.ts";
import { gcc, refusal } from "./requests.ts";

const GONE_MS = 250;
const NO_STDIN = new Uint8Array();
const { box, client } = await clientForAll();

/** An executable script below the sandbox. */
function script(name: string, text: string): string {
  box.tree.write({ [name]: `#!/bin/sh\n${text}\n` });
  chmodSync(box.tree.at(name), 0o755);
  return rawFromString(box.tree.at(name));
}

function compile(compiler: string, args: string[], more: { env?: [string, string][]; stdin?: Uint8Array } = {}) {
  const cwd = rawFromString(box.tree.path);
  const { env = pairsOf(box.env), stdin = NO_STDIN } = more;
  return { client_pid: process.pid, working_dir: cwd, compiler, args, cwd, env, stdin };
}

describe("Compile", () => {
  test.each([
    { args: ["-c", "a.c"], cached: true },
    { args: ["-g", "-O2", "-MMD", "-c", "a.c", "-o", "deep.o"], cached: true },
    { args: ["-S", "a.c"], cached: true },
    { args: ["-E", "a.c"], cached: true },
    { args: ["-c", "-x", "c", "-", "-o", "in.o"], stdin: "int from_stdin;\n", cached: true },
    { args: ["a.c", "main.c", "-o", "program"], cached: true },
    { args: ["-c", "bad.c"], cached: false },
    { args: ["-c", "missing.c"], cached: false },
    { args: ["--version"], cached: false },
  ])("of gcc $args is the same bare, cold and warm", async ({ args, stdin = "", cached }) => {
    const input = Buffer.from(stdin);
    const alone = await bare(box, ["/usr/bin/gcc", ...args], input);
    const through: boolean[] = [];
    const run = () =>
      throughDaemon(box, async (cwd) => {
        const request = { ...gcc(box, crypto.randomUUID(), [...args]), cwd, stdin: input };
        const result = await client.ask("Compile", request);
        through.push(result.cached);
        return result;
      });
    expect(await run()).toEqual(alone);
    expect(await run()).toEqual(alone);
    expect(through).toEqual([false, cached]);
  });

  test("shares results with stand-ins", async () => {
    box.tree.write({ "shared.c": "int shared;\n" });
    const request = gcc(box, crypto.randomUUID(), ["-c", "shared.c"]);
    expect((await client.ask("Compile", request)).cached).toBe(false);
    const before = (await statusOf(box)).cache_hits;
    await box.zccache(["/usr/bin/gcc", "-c", "shared.c"], { cwd: box.tree.path });
    expect((await statusOf(box)).cache_hits).toBe(before + 1);
  });

  test("of a stand-in is one of the tool that it stands for", async () => {
    box.tree.write({ "stands.c": "int stands;\n", "stand-ins/.keep": "" });
    symlinkSync(box.binary, box.tree.at("stand-ins/gcc"));
    const request = gcc(box, crypto.randomUUID(), ["-c", "stands.c"]);
    const standIn = rawFromString(box.tree.at("stand-ins/gcc"));
    expect(await client.ask("Compile", { ...request, compiler: standIn })).toMatchObject({
      exit_code: 0,
      cached: false,
    });
    expect(await client.ask("Compile", request)).toMatchObject({ exit_code: 0, cached: true });
  });

  test("takes names and arguments that are no UTF-8", async () => {
    const name = rawFromString("\u00e9").slice(0, 1);
    await Bun.$`printf 'int x;' > "$(printf 'n\303.c')"`.cwd(box.tree.path);
    const request = gcc(box, crypto.randomUUID(), ["-c", `n${name}.c`, "-o", `o${name}.o`]);
    expect(await client.ask("Compile", request)).toMatchObject({ exit_code: 0, cached: false });
    expect(await client.ask("Compile", request)).toMatchObject({ exit_code: 0, cached: true });
  });

  test("gives a tool the end of its standard input where there is none, and all of 5 MiB [protocol 11]", async () => {
    const count = script("count", "wc -c; readlink /proc/$$/fd/0 >&2");
    const none = said(await client.ask("CompileEphemeral", compile(count, [])));
    expect([none.stdout.trim(), none.stderr.trim()]).toEqual(["0", "/dev/null"]);
    const stdin = Buffer.alloc(5 << 20, "int x;\n");
    expect(said(await client.ask("CompileEphemeral", compile(count, [], { stdin }))).stdout.trim()).toBe(
      String(stdin.length),
    );
    const source = Buffer.concat([Buffer.from("int end;/*"), Buffer.alloc(5 << 20, "x"), Buffer.from("*/int last;\n")]);
    const args = ["-c", "-x", "c", "-", "-o", "large.o"];
    expect((await client.ask("CompileEphemeral", compile("/usr/bin/gcc", args, { stdin: source }))).exit_code).toBe(0);
    expect((await Bun.$`nm large.o`.cwd(box.tree.path).text()).match(/\w+$/gm)).toEqual(["end", "last"]);
  });

  test("makes files with the mode that the daemon's umask leaves, cold and warm", async () => {
    await using strict = sandbox();
    await run(["/bin/sh", "-c", `umask 027; ${strict.binary} start`], { env: strict.env });
    using asking = await connect(strict);
    strict.tree.write({ "mode.c": "int mode;\n" });
    const modes: number[] = [];
    for (const cached of [false, true]) {
      rmSync(strict.tree.at("mode.o"), { force: true });
      const request = gcc(strict, crypto.randomUUID(), ["-c", "mode.c"]);
      expect((await asking.ask("Compile", request)).cached).toBe(cached);
      modes.push(statSync(strict.tree.at("mode.o")).mode & 0o777);
    }
    expect(modes).toEqual([0o640, 0o640]);
  });

  test("tells the signal that killed a tool, with exit code 1", async () => {
    const result = await client.ask("CompileEphemeral", compile(script("dies", "kill -9 $$"), []));
    expect([result.exit_code, result.signal]).toEqual([1, 9]);
  });

  test("leaves streams in files that are too large for a message", async () => {
    const talks = script("talks", "head -c 20000000 /dev/zero; echo said >&2; exit 4");
    const result = await client.ask("CompileEphemeral", compile(talks, []));
    expect([result.exit_code, result.stdout.length, result.stderr.length]).toEqual([4, 0, 0]);
    const files = [result.stdout_file, result.stderr_file].map((path) => showRaw(path ?? ""));
    expect(files.map((path) => readFileSync(path).length)).toEqual([20_000_000, 5]);
    for (const path of files) rmSync(path);
  });

  test.each([
    ["/nowhere/gcc", "/", 'Cannot start "/nowhere/gcc": there is no such file'],
    ["/usr/bin/gcc", "/nowhere", 'Cannot start "/usr/bin/gcc": "/nowhere" is no directory'],
    ["gcc", "/", 'the tool "gcc" is not absolute'],
    ["/usr/bin/gcc", "here", 'the directory "here" is not absolute'],
  ])("of %s in %s is an error that names it, and the next one works", async (compiler, cwd, message) => {
    box.tree.write({ "next.c": "int next;\n" });
    const asked = client.ask("CompileEphemeral", { ...compile(compiler, ["-c", "next.c"]), cwd });
    expect(await refusal(asked)).toContain(message);
    const next = await client.ask("CompileEphemeral", compile("/usr/bin/gcc", ["-c", "next.c"]));
    expect(next.exit_code).toBe(0);
  });

  test("refuses what no program can be given", async () => {
    for (const wrong of [
      compile("/bin/echo", ["a\0b"]),
      compile("/bin/echo", [], { env: [["A=B", "c"]] }),
      compile("/bin/echo", [], { env: [["A", "b\0c"]] }),
    ]) {
      expect(await refusal(client.ask("CompileEphemeral", wrong))).toMatch(/NUL|variable/);
    }
  });

  test("gives a tool exactly the client's variables but for the job server's, and the lineage [links 17]", async () => {
    const say = script("say", "/usr/bin/env");
    const [daemon = 0] = box.daemons();
    const variables = async (env: [string, string][]) => {
      const { stdout } = said(await client.ask("CompileEphemeral", compile(say, [], { env })));
      return Object.fromEntries(
        stdout
          .trim()
          .split("\n")
          .map((line) => line.split(/=(.*)/s).slice(0, 2)),
      );
    };
    const given = await variables([
      ["PATH", "/usr/bin:/client"],
      ["MAKEFLAGS", "-j --jobserver-auth=3,4"],
      ["CARGO_MAKEFLAGS", "-j --jobserver-fds=3,4"],
      ["MFLAGS", "-j --jobserver-auth=3,4"],
      ["ZCCACHE_LINEAGE", "10>20"],
      ["RUNNING_PROCESS_ORIGINATOR", "ide:1"],
    ]);
    const lineage = {
      ZCCACHE_CLIENT_PID: String(process.pid),
      ZCCACHE_PARENT_PID: String(daemon),
      ZCCACHE_DAEMON_PID: String(daemon),
      ZCCACHE_DEPTH: "1",
    };
    expect({ ...given, _: "", PWD: "", SHLVL: "" }).toEqual({
      PATH: "/usr/bin:/client",
      ...lineage,
      ZCCACHE_LINEAGE: `10>20>${process.pid}>${daemon}`,
      RUNNING_PROCESS_ORIGINATOR: "ide:1",
      _: "",
      PWD: "",
      SHLVL: "",
    });
    expect(await variables([["ZCCACHE_LINEAGE", ""]])).toMatchObject({
      ZCCACHE_LINEAGE: `${process.pid}>${daemon}`,
      RUNNING_PROCESS_ORIGINATOR: `zccache:${daemon}`,
    });
  });

  test("runs at most as many tools at once as there are processors", async () => {
    const log = box.tree.at("at-once");
    closeSync(openSync(log, "w"));
    const atOnce = availableParallelism();
    // The first ones wait for each other.
    const met = `while [ $(grep -c in ${log}) -lt ${atOnce} ]; do sleep 0.02; done`;
    const tool = script("step", `echo in >> ${log}; ${met}; sleep 0.2; echo out >> ${log}`);
    const many = atOnce + 2;
    const clients = await Promise.all(Array.from({ length: many }, () => connect(box)));
    await Promise.all(clients.map((one) => one.ask("CompileEphemeral", compile(tool, []))));
    for (const one of clients) one[Symbol.dispose]();
    const steps = readFileSync(log, "utf8").trim().split("\n");
    expect(steps).toHaveLength(2 * many);
    let running = 0;
    const levels = steps.map((step) => {
      running += step === "in" ? 1 : -1;
      return running;
    });
    expect(Math.max(...levels)).toBe(atOnce);
  });

  test("of a client that is killed ends within 250 ms with its whole process group, and nothing is stored", async () => {
    box.tree.write({ "killed.c": "int killed;\n" });
    const pids = box.tree.at("pids");
    // A compiler for all that the cache knows, which is traced and takes its time.
    const slow = script("slow/gcc", `sleep 600 & echo $$ $! > ${pids}; wait; exec /usr/bin/gcc "$@"`);
    const before = await statusOf(box);
    const caller = [process.execPath, join(import.meta.dir, "compile-child.ts"), await startDaemon(box), slow];
    const killAndWait = async () => {
      rmSync(pids, { force: true });
      const child = Bun.spawn([...caller, box.tree.path, "-c", "killed.c"], { stdio: ["ignore", "ignore", "inherit"] });
      await until(() => existsSync(pids) && readFileSync(pids, "utf8").trim() !== "", "the tool to start");
      const group = readFileSync(pids, "utf8").trim().split(" ");
      child.kill("SIGKILL");
      return await until(() => !group.some(runs), "the end of its processes");
    };
    expect(await quickest(GONE_MS, killAndWait)).toBeLessThanOrEqual(GONE_MS);
    await Bun.sleep(500);
    const { artifact_count, cache_misses } = await statusOf(box);
    expect([artifact_count, cache_misses]).toEqual([before.artifact_count, before.cache_misses]);
    expect(existsSync(box.tree.at("killed.o"))).toBe(false);
  });

  test("of a client that goes away is taken over by one that waits for the same", async () => {
    box.tree.write({ "over.c": "int over;\n" });
    const runs = box.tree.at("runs");
    const go = box.tree.at("over/go");
    const slow = script(
      "over/gcc",
      `echo run >> ${runs}; while [ ! -e ${go} ]; do sleep 0.02; done; exec /usr/bin/gcc "$@"`,
    );
    const request = compile(slow, ["-c", "over.c"]);
    const first = await connect(box);
    const left = refusal(first.ask("CompileEphemeral", request));
    await until(() => existsSync(runs), "the first call");
    const second = client.ask("CompileEphemeral", request);
    await Bun.sleep(100);
    first[Symbol.dispose]();
    closeSync(openSync(go, "w"));
    expect(await left).toContain("went away");
    expect(await second).toMatchObject({ exit_code: 0 });
    expect([readFileSync(runs, "utf8"), existsSync(box.tree.at("over.o"))]).toEqual(["run\nrun\n", true]);
  });
});

function runs(pid: string): boolean {
  return isRunning(Number(pid));
}
