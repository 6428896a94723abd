// Errors and kills at the Nth system call of the daemon's store and delivery paths and of the client's exchange, for
// N = 1, 2, … until the run gets through untouched (or to the limit that CI has time for). strace does the injecting.

import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { missingTool, titled } from "../support/missing.ts";
import { run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";

// A call under strace takes half a second.
const LIMIT = Number(process.env["ZCCACHE_NTH_LIMIT"] ?? 2);
const COMMAND = ["gcc", "-c", "a.c", "-o", "a.o"];
const skipped = missingTool("strace");

/** Calls by which the store and delivery change the disk. */
const DISK = [
  "rename",
  "unlink",
  "mkdir",
  "chmod",
  "fchmod",
  "ftruncate",
  "pwrite64",
  "fsync",
  "copy_file_range",
] as const;

/** Calls of the exchange between client and daemon. */
const EXCHANGE = ["connect", "sendto", "sendmsg", "recvfrom", "recvmsg", "memfd_create", "getsockopt"] as const;

type Outcome = { exitCode: number; stdout: string; stderr: string; object: string | undefined };

async function compile(box: Sandbox, prefix: readonly string[]): Promise<Outcome> {
  rmSync(box.tree.at("a.o"), { force: true });
  const { exitCode, stdout, stderr } = await run([...prefix, ...COMMAND], {
    cwd: box.tree.path,
    env: box.env,
    timeout: 60_000,
  });
  return { exitCode, stdout, stderr, object: objectOf(box) };
}

function objectOf(box: Sandbox): string | undefined {
  return existsSync(box.tree.at("a.o")) ? readFileSync(box.tree.at("a.o"), "base64") : undefined;
}

/** strace counts each kind of call by itself, and each thread's apart. */
function strace(box: Sandbox, call: string, what: string): string[] {
  return ["strace", "-f", "-q", "-o", box.tree.at("calls"), "-e", `trace=${call}`, "-e", `inject=${call}:${what}`];
}

function wasInjected(box: Sandbox): boolean {
  return /INJECTED|killed by SIGKILL/.test(readFileSync(box.tree.at("calls"), "utf8"));
}

/** A daemon under strace that serves this sandbox. */
async function startDaemon(box: Sandbox, call: string, what: string): Promise<Bun.Subprocess> {
  const command = [...strace(box, call, what), "bash", "-c", `exec -a zccache-daemon "${box.binary}" --foreground`];
  const daemon = Bun.spawn(command, { cwd: box.tree.path, env: box.env, stdio: ["ignore", "ignore", "ignore"] });
  for (let waited = 0; waited < 5000 && daemon.exitCode === null && daemon.signalCode === null; waited += 50) {
    if ((await box.zccache(["status", "--json"])).exitCode === 0) break;
    await Bun.sleep(50);
  }
  return daemon;
}

function prepare(): Sandbox {
  const box = sandbox();
  box.tree.write({ "a.c": "#warning said\nint f(void) { return 1; }\n" });
  return box;
}

/** Runs `attempt` for N = 1, 2, … until nothing was injected any more. */
async function forEachN(attempt: (when: string) => Promise<Sandbox>): Promise<void> {
  for (let n = 1; n <= LIMIT; n++) {
    await using box = await attempt(`when=${n}`);
    if (!wasInjected(box)) return;
    injections += 1;
  }
}

let injections = 0;

afterAll(() => {
  console.log(`nth-system-call: ${injections} injections, N up to ${LIMIT}; ZCCACHE_NTH_LIMIT=100 for all`);
});

const DAEMON_WAYS = DISK.flatMap((call) =>
  ["signal=KILL", "error=ENOSPC", "error=EIO"].map((way) => [call, way] as const),
);
const CLIENT_WAYS = EXCHANGE.flatMap((call) => ["error=ECONNRESET", "error=ENOMEM"].map((way) => [call, way] as const));

describe.skipIf(skipped !== undefined)(titled("the Nth system call", skipped), () => {
  test.each(DAEMON_WAYS)(
    "C1 D1 D4 %s of a daemon, with %s, changes nothing for the build",
    async (call, way) => {
      await forEachN(async (when) => {
        const box = prepare();
        const bare = await compile(box, []);
        const daemon = await startDaemon(box, call, `${way}:${when}`);
        for (let turn = 0; turn < 2; turn++) expect(await compile(box, [box.binary])).toEqual(bare);
        daemon.kill("SIGKILL");
        for (const pid of box.daemons()) process.kill(pid, "SIGKILL");
        await daemon.exited;
        expect(await compile(box, [box.binary])).toEqual(bare);
        return box;
      });
    },
    600_000,
  );

  test.each(CLIENT_WAYS)(
    "%s of a client, with %s, changes nothing for the build",
    async (call, way) => {
      await forEachN(async (when) => {
        const box = prepare();
        const bare = await compile(box, []);
        await box.zccache(["start"]);
        const prefix = [...strace(box, call, `${way}:${when}`), box.binary];
        for (let turn = 0; turn < 2; turn++) expect(await compile(box, prefix)).toEqual(bare);
        return box;
      });
    },
    600_000,
  );

  test.each(EXCHANGE)(
    "C3 %s of a client, with a kill, leaves no partial output",
    async (call) => {
      await forEachN(async (when) => {
        const box = prepare();
        const bare = await compile(box, []);
        await box.zccache(["start"]);
        const killed = await compile(box, [...strace(box, call, `signal=KILL:${when}`), box.binary]);
        expect([undefined, bare.object]).toContain(killed.object);
        expect(await compile(box, [box.binary])).toEqual(bare);
        return box;
      });
    },
    600_000,
  );

  test("is met at all", () => {
    expect(injections).toBeGreaterThan(20);
  });
});
