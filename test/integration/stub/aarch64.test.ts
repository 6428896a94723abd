// The stub for AArch64: cross-compiled, put into a program that stands for the runtime, and run by an emulator. The tools
// that it starts are this machine's own.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMAND_NAMES } from "../../../src/cli/command-names.ts";
import { compileStub, type StubCompiler } from "../../../src/stub/compile.ts";
import { injectStub } from "../../../src/stub/inject.ts";
import { TemporaryTree } from "../../support/file-tree.ts";
import { missingTool, titled } from "../../support/missing.ts";
import { type Finished, mustRun, run } from "../../support/run.ts";
import { type Behaviour, FakeDaemon } from "../client/fake-daemon.ts";
import { bytes, delivered, execOf } from "../client/scene.ts";

setDefaultTimeout(600_000);

const COMPILER: StubCompiler = { command: "aarch64-linux-gnu-gcc", architecture: "arm64" };
const EMULATOR = "qemu-aarch64";
const LIBRARIES = "/usr/aarch64-linux-gnu";

const reason =
  missingTool(EMULATOR, COMPILER.command) ??
  (existsSync(`${LIBRARIES}/lib/libc.so.6`) ? undefined : "the C library for AArch64 is not installed");

describe.skipIf(reason !== undefined)(titled("the stub for AArch64", reason), () => {
  const tree = new TemporaryTree();
  const env = {
    PATH: `${tree.at("tools")}:/usr/bin:/bin`,
    MARK: "m",
    ZCCACHE_ENDPOINT: tree.at("daemon.sock"),
  };

  beforeAll(async () => {
    // Where the runtime is, and for the largest pages that a kernel may have.
    const place = ["-no-pie", "-Wl,-Ttext-segment=0x200000", "-Wl,-z,max-page-size=65536"];
    const source = join(import.meta.dir, "aarch64-runtime.c");
    await mustRun([COMPILER.command, ...place, source, "-o", tree.at("runtime")]);
    const stub = compileStub(COMMAND_NAMES, ["-Werror"], COMPILER);
    tree.write({ gcc: injectStub(readFileSync(tree.at("runtime")), stub), source: "int stdin;\n" });
    tree.write({ "tools/gcc": '#!/bin/sh\necho "$0 $* $GIVEN $ZCCACHE_DEPTH"; cat; echo said >&2; eval "$END"\n' });
    for (const name of ["gcc", "tools/gcc"]) chmodSync(tree.at(name), 0o755);
  });
  afterAll(() => tree[Symbol.dispose]());

  function call(args: readonly string[], more: Record<string, string> = {}): Promise<Finished> {
    const command = [EMULATOR, "-L", LIBRARIES, "-0", "gcc", tree.at("gcc"), ...args];
    const script = 'exec "$@" <source';
    return run(["sh", "-c", script, "sh", ...command], { env: { ...env, ...more }, cwd: tree.path, timeout: 20_000 });
  }

  const daemon = (behave: Behaviour): FakeDaemon => new FakeDaemon(env.ZCCACHE_ENDPOINT, behave);
  const tool = tree.at("tools/gcc");

  test("starts the runtime where no daemon runs, without the runtime's switches", async () => {
    const { exitCode, stdout, stderr } = await call(["-c", "a b"], { BUN_OPTIONS: "--x", BUN_BE_BUN: "1" });
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 9, stdout: "runtime: -c a b - m\n", stderr: "" });
  });

  test("runs the real tool itself where it is told to leave the cache alone", async () => {
    const { exitCode, stdout } = await call(["-c"], { ZCCACHE_DISABLE: "1", END: "exit 4" });
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: `${tool} -c  1\nint stdin;\n` });
  });

  test("passes on what is Delivered, having asked in full", async () => {
    const out = "o".repeat(100_000);
    using server = daemon(({ reply }) => reply(delivered(42, out, "err")));
    const { exitCode, stdout, stderr } = await call(["-c", "a.c"]);
    expect([exitCode, stdout === out, stderr]).toEqual([42, true, "err"]);
    const asked = server.first("Invoke");
    expect([asked["argv"], asked["cwd"]]).toEqual([bytes("gcc\0-c\0a.c\0"), bytes(tree.path)]);
    expect(String(asked["env"])).toContain("MARK=m\0");
  });

  test.each([
    ["exit 7", 7, { exit_code: 7 }],
    ["kill -TERM $$", 143, { exit_code: 0, signal: 15 }],
  ])("runs the tool of an Exec that ends by `%s`, and reports", async (end, exitCode, reported) => {
    const exec = execOf(tool, { set_env: [[bytes("GIVEN"), bytes("given")]] });
    using server = daemon(({ message, reply }) => {
      if (message["type"] === "Invoke") return reply(exec);
      reply({ type: "Working" });
      reply({ type: "Released" });
    });
    const stdout = `${tool} -c given 1\nint stdin;\n`;
    expect(await call(["-c"], { END: end })).toMatchObject({ exitCode, stdout, stderr: "said\n" });
    const report = { ...reported, job: 7, stdout: bytes(stdout), stderr: bytes("said\n") };
    expect(server.first("ExecDone")).toMatchObject(report);
  });

  test("becomes the tool of a Bypass", async () => {
    using _server = daemon(({ reply }) => reply({ type: "Bypass", path: bytes(tool), skip: 1, reason: "link" }));
    const { exitCode, stdout, stderr } = await call(["x", ""], { END: "exit 3" });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 3,
      stdout: `${tool} x   1\nint stdin;\n`,
      stderr: "said\n",
    });
  });

  test("hands standard input over where a daemon needs it, and to the tool", async () => {
    const spool = tree.at("spool");
    using server = daemon(({ message, reply }) => {
      if (message["type"] !== "Invoke") return reply({ type: "Released" });
      if (message["stdin_file"] === undefined) return reply({ type: "NeedStdin", path: bytes(spool) });
      return reply(execOf(tool));
    });
    expect(await call(["-"])).toMatchObject({ exitCode: 0, stdout: `${tool} -  1\nint stdin;\n` });
    expect(readFileSync(spool, "utf8")).toBe("int stdin;\n");
    expect(server.all("Invoke").map((asked) => asked["stdin_file"])).toEqual([undefined, bytes(spool)]);
  });
});
