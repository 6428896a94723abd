// A daemon that hangs or cannot start: the bare tool's result, in time, and nothing said.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { builtBinary } from "../support/built-binary.ts";
import { quickest } from "../support/in-time.ts";
import { titled } from "../support/missing.ts";
import type { Environment } from "../support/run.ts";
import { run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";
import { until } from "../support/until.ts";

setDefaultTimeout(600_000);

// A second of silence, and 20 ms for those that come after; the rest is for the compiler.
const FIRST_MS = 3000;
const NEXT_MS = 1000;
// A try that a stall lengthens is made again.
const TRIES = 5;

const mounts = spawnSync("unshare", ["-m", "true"]).status === 0 ? undefined : "no mount namespaces";
const asRoot = process.getuid?.() === 0 ? undefined : "not root";

/** A sandbox with sources and the object that bare gcc makes of `main.c`. */
async function scene(): Promise<Sandbox> {
  const box = sandbox(builtBinary(), 1);
  box.tree.write({ "main.c": "int main(void) { return 0; }\n", "other.c": "int other = 1;\n" });
  await run(["gcc", "-c", "main.c", "-o", "bare.o"], { cwd: box.tree.path, env: box.env });
  return box;
}

/** @returns the milliseconds that it took. */
async function compile(box: Sandbox, env: Environment = box.env): Promise<number> {
  const result = await run([box.binary, "gcc", "-c", "main.c", "-o", "main.o"], { cwd: box.tree.path, env });
  expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  expect(box.tree.read("main.o").equals(box.tree.read("bare.o"))).toBe(true);
  return 1000 * result.seconds;
}

/** The first call may lose what a hanging daemon may cost, those that come after nothing. */
async function expectInTime(box: Sandbox, env: Environment = box.env): Promise<void> {
  const first = async () => {
    forgetSuspects(box);
    return await compile(box, env);
  };
  expect(await quickest(FIRST_MS, first, TRIES)).toBeLessThanOrEqual(FIRST_MS);
  expect(await quickest(NEXT_MS, () => compile(box, env), TRIES)).toBeLessThanOrEqual(NEXT_MS);
}

/** As if no client had waited in vain yet. */
function forgetSuspects(box: Sandbox): void {
  const marks = new Bun.Glob("**/*.suspect").scanSync({ cwd: box.tree.path, absolute: true, dot: true });
  for (const mark of [...marks]) rmSync(mark);
}

function daemonOf(box: Sandbox): number {
  const [daemon] = box.daemons();
  if (daemon === undefined) throw new Error("Cannot stop the daemon: none runs");
  return daemon;
}

/** Hits again after a while: what it had to do when it was stopped comes first. */
async function expectServed(box: Sandbox): Promise<void> {
  const hits = async () => {
    box.counter.take();
    await compile(box);
    return box.counter.take().cc1 === 0;
  };
  await until(hits, "the daemon to serve again", 100);
}

describe("a daemon stopped by SIGSTOP (H1)", () => {
  test("before it accepts: the real tool runs, and after SIGCONT the daemon serves again", async () => {
    await using box = await scene();
    await compile(box);
    const daemon = daemonOf(box);
    process.kill(daemon, "SIGSTOP");
    try {
      await expectInTime(box);
    } finally {
      process.kill(daemon, "SIGCONT");
    }
    await expectServed(box);
    expect(box.daemons()).toEqual([daemon]);
  });

  test("with a full queue in front of it: nobody starts another daemon, and it serves again", async () => {
    await using box = await scene();
    await compile(box);
    const [daemon, endpoint] = [daemonOf(box), await endpointOf(box)];
    process.kill(daemon, "SIGSTOP");
    const waiting = await fillQueue(endpoint);
    expect(waiting.length).toBeGreaterThan(100);
    try {
      await expectInTime(box);
      expect(box.daemons()).toEqual([daemon]);
    } finally {
      process.kill(daemon, "SIGCONT");
      for (const socket of waiting) socket.terminate();
    }
    await expectServed(box);
    expect(box.daemons()).toEqual([daemon]);
  });

  test("in the middle of a request that its socket cannot take whole", async () => {
    await using box = await scene();
    await compile(box);
    const large = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`LARGE${n}`, "x".repeat(100_000)]));
    const daemon = daemonOf(box);
    process.kill(daemon, "SIGSTOP");
    try {
      await expectInTime(box, { ...box.env, ...large });
    } finally {
      process.kill(daemon, "SIGCONT");
    }
  });

  test("at any time while it works and replies with megabytes", async () => {
    await using box = await scene();
    box.tree.write({ "bin/gcc": "#!/bin/sh\nhead -c 6000000 /dev/zero\necho object > main.o\n" });
    chmodSync(box.tree.at("bin/gcc"), 0o755);
    const env = { ...box.env, PATH: `${box.tree.at("bin")}:${box.env["PATH"]}` };
    const call = () => run([box.binary, "gcc", "-c", "main.c", "-o", "main.o"], { cwd: box.tree.path, env });
    const bare = await run(["gcc", "-c", "main.c", "-o", "main.o"], { cwd: box.tree.path, env });
    expect(bare.stdout).toHaveLength(6_000_000);
    const stoppedAfter = async (delay: number) => {
      await call();
      const daemon = daemonOf(box);
      const stopping = Bun.sleep(delay).then(() => process.kill(daemon, "SIGSTOP"));
      const result = await call();
      await stopping;
      process.kill(daemon, "SIGCONT");
      expect(result).toMatchObject({ exitCode: 0, stderr: "" });
      expect(result.stdout === bare.stdout).toBe(true);
      return 1000 * result.seconds;
    };
    for (const delay of [0, 10, 20, 30, 40, 60]) {
      expect(await quickest(FIRST_MS, () => stoppedAfter(delay), TRIES)).toBeLessThanOrEqual(FIRST_MS);
    }
  });
});

describe("a daemon that cannot start (L8)", () => {
  const cases: [string, (box: Sandbox) => Environment][] = [
    ["the cache directory is a file", (box) => ({ ...box.env, ZCCACHE_CACHE_DIR: box.tree.at("main.c") })],
    ["the cache directory lies below a file", (box) => ({ ...box.env, ZCCACHE_CACHE_DIR: box.tree.at("main.c/x") })],
    ["the cache directory cannot be made", (box) => ({ ...box.env, ZCCACHE_CACHE_DIR: "/proc/no/cache" })],
    ["HOME is missing", ({ env }) => without(env, "HOME")],
    ["HOME leads nowhere and there is no other place", (box) => homeOnly(box.env, box.tree.at("main.c/home"))],
    ["HOME is read-only and there is no other place", ({ env }) => homeOnly(env, "/proc")],
    ["the runtime directory is not there", (box) => ({ ...box.env, XDG_RUNTIME_DIR: box.tree.at("nowhere") })],
    ["the socket's directory is a file", (box) => ({ ...box.env, ZCCACHE_ENDPOINT: box.tree.at("main.c/sock") })],
    ["the socket's place is taken by a directory", (box) => ({ ...box.env, ZCCACHE_ENDPOINT: box.tree.at("home") })],
  ];
  test.each(cases)("%s: the real tool runs", async (_title, environment) => {
    await using box = await scene();
    const env = environment(box);
    await expectInTime(box, env);
    await run([box.binary, "stop"], { env });
  });

  const endings: [string, (binary: string) => void][] = [
    ["lost its exec bit", (binary) => chmodSync(binary, 0o600)],
    ["been removed", (binary) => rmSync(binary)],
  ];
  test.each(endings)("our executable has %s since the client was started: the real tool runs", async (_title, harm) => {
    await using box = await scene();
    mkdirSync(box.tree.at("own"));
    const own = box.tree.at("own/zccache");
    const harmed = async () => {
      rmSync(own, { force: true });
      copyFileSync(box.binary, own);
      const command = [own, "gcc", "-c", "main.c", "-o", "main.o"];
      const result = await run(command, { cwd: box.tree.path, env: box.env, started: () => harm(own) });
      expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
      expect(box.tree.read("main.o").equals(box.tree.read("bare.o"))).toBe(true);
      return 1000 * result.seconds;
    };
    expect(await quickest(FIRST_MS, harmed, TRIES)).toBeLessThanOrEqual(FIRST_MS);
    expect(box.daemons()).toEqual([]);
  });

  test.skipIf(asRoot !== undefined)(
    titled("a cache, or a socket's directory, of another user: the real tool runs (S2)", asRoot),
    async () => {
      await using box = await scene();
      mkdirSync(box.tree.at("foreign"), { mode: 0o777 });
      chownSync(box.tree.at("foreign"), 65534, 65534);
      await expectInTime(box, { ...box.env, ZCCACHE_CACHE_DIR: box.tree.at("foreign") });
      await expectInTime(box, { ...box.env, ZCCACHE_ENDPOINT: box.tree.at("foreign/sock") });
    },
  );

  test.skipIf(mounts !== undefined)(
    titled("nothing may be executed where the tracer could be unpacked: the real tool runs (M9)", mounts),
    async () => {
      await using box = await scene();
      // The executable under test may itself be below /tmp.
      const script = `D=/dev/shm/zcc-$$; mkdir $D; cp ${box.binary} $D/zccache; Z=$D/zccache
for d in /tmp ${box.tree.path}; do mount --bind $d $d; mount -o remount,bind,noexec $d; done; cd ${box.tree.path}
$Z gcc -c main.c -o main.o; $Z gcc -c main.c -o again.o; $Z stop >/dev/null 2>&1
rm -r $D; cmp main.o bare.o && cmp again.o bare.o`;
      const { COMPILER_PATH: _, ...env } = box.env;
      const twice = async () => {
        const result = await run(["unshare", "-m", "/bin/sh", "-c", script], { cwd: box.tree.path, env });
        expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
        return 1000 * result.seconds;
      };
      expect(await quickest(2 * FIRST_MS, twice, TRIES)).toBeLessThanOrEqual(2 * FIRST_MS);
    },
  );
});

async function endpointOf(box: Sandbox): Promise<string> {
  return JSON.parse((await box.zccache(["status", "--json"])).stdout).endpoint;
}

/** Connects until the kernel takes no more for a listener that does not accept (EAGAIN of connect(2)). */
async function fillQueue(endpoint: string): Promise<Bun.Socket[]> {
  const waiting: Bun.Socket[] = [];
  for (;;) {
    try {
      waiting.push(await Bun.connect({ unix: endpoint, socket: { data: () => {} } }));
    } catch {
      return waiting;
    }
  }
}

function without(env: Environment, name: string): Environment {
  return Object.fromEntries(Object.entries(env).filter(([key]) => key !== name));
}

/** Nothing but HOME says where the cache is. */
function homeOnly(env: Environment, home: string): Environment {
  return { ...without(without(env, "ZCCACHE_CACHE_DIR"), "XDG_RUNTIME_DIR"), HOME: home };
}
