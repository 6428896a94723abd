// Callers that see another file system than the daemon: mount namespaces, chroots, containers. Paths mean other files
// there, so the daemon touches none of theirs, and they run the tool that they themselves find.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { CLIENTS } from "../integration/client/clients.ts";
import { quickest } from "../support/in-time.ts";
import { titled } from "../support/missing.ts";
import { type Environment, type Finished, mustRun, run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";

setDefaultTimeout(600_000);

// A second of silence, and time for the compiler.
const MOST_MS = 3000;

const mounts = spawnSync("unshare", ["-m", "true"]).status === 0 ? undefined : "no mount namespaces";
const users = spawnSync("unshare", ["-Ur", "true"]).status === 0 ? undefined : "no user namespaces";

/** A sandbox with sources, and a daemon that serves a hit for `main.c`. */
async function scene(): Promise<Sandbox> {
  const box = sandbox();
  box.tree.write({ "main.c": "int main(void) { return 0; }\n", "other.c": "int other = 1;\n" });
  await mustRun(["gcc", "-c", "main.c", "-o", "bare.o"], { cwd: box.tree.path, env: box.env });
  await compile(box);
  await compile(box);
  return box;
}

async function compile(box: Sandbox, ...prefix: string[]): Promise<void> {
  const command = [...prefix, box.binary, "gcc", "-c", "main.c", "-o", "main.o"];
  silent(await run(command, { cwd: box.tree.path, env: box.env }));
  expect(box.tree.read("main.o").equals(box.tree.read("bare.o"))).toBe(true);
}

function silent(result: Finished): void {
  expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
}

/** Nobody waits for an answer that does not come. */
async function expectInTime(call: () => Promise<unknown>): Promise<void> {
  expect(await quickest(MOST_MS, call, 5)).toBeLessThanOrEqual(MOST_MS);
}

function chrootEnv(box: Sandbox): Environment {
  return { ...box.env, ZCCACHE_CACHE_DIR: "/cache", PATH: "/tools:/usr/sbin:/usr/bin:/sbin:/bin" };
}

/** Calls that were left alone because their caller sees other files. */
async function strangers(box: Sandbox): Promise<number> {
  const { daemon } = JSON.parse((await box.zccache(["status", "--json"])).stdout);
  return daemon.non_cacheable_reasons.namespace ?? 0;
}

describe("a client with mounts of its own", () => {
  test.skipIf(mounts !== undefined)(
    titled("is not served from the daemon's view of the same path, and status says why", mounts),
    async () => {
      await using box = await scene();
      const script = `mount --bind other.c main.c && exec ${box.binary} gcc -c main.c -o main.o`;
      const call = () => run(["unshare", "-m", "/bin/sh", "-c", script], { cwd: box.tree.path, env: box.env });
      silent(await call());
      expect((await run(["nm", "main.o"], { cwd: box.tree.path })).stdout).toContain("other");
      expect(await strangers(box)).toBe(1);
      await compile(box);
      await expectInTime(call);
    },
  );
});

describe.each(CLIENTS)("the %s client in a chroot that has the daemon's socket in it", (name, binary) => {
  /** A root directory with this client and two compilers in it: the one that its PATH finds, and one where ours is. */
  async function prepareRoot(box: Sandbox): Promise<void> {
    for (const tool of ["tools/gcc", "usr/bin/gcc"]) {
      box.tree.write({ "tool.c": `#include <stdio.h>\nint main(void) { puts("${tool}"); return 7; }\n` });
      mkdirSync(dirname(box.tree.at(tool)), { recursive: true });
      await mustRun(["gcc", "-static", "tool.c", "-o", tool], { cwd: box.tree.path });
    }
    mkdirSync(box.tree.at("proc"));
    copyFileSync(binary, box.tree.at("zccache"));
    const { stdout } = await mustRun(["ldd", CLIENTS[1]?.[1] ?? binary]);
    for (const [library] of stdout.matchAll(/\/\S+/g)) {
      mkdirSync(dirname(box.tree.at(library.slice(1))), { recursive: true });
      copyFileSync(library, box.tree.at(library.slice(1)));
    }
  }

  test.skipIf(mounts !== undefined)(
    titled("is left alone, reason `namespace`, and runs the tool of its own root", mounts),
    async () => {
      await using box = await scene();
      await prepareRoot(box);
      const chroot = `exec chroot "${box.tree.path}" /zccache gcc -c main.c`;
      const withProc = `mount --bind /proc "${box.tree.path}/proc" && ${chroot}`;
      // The stub can do without /proc, the runtime can't.
      const ways = name === "stub" ? [["/bin/sh", "-c", chroot]] : [];
      ways.push(["unshare", "-m", "/bin/sh", "-c", withProc]);
      for (const way of ways) {
        const result = await run(way, { env: chrootEnv(box) });
        expect(result).toMatchObject({ exitCode: 7, stdout: "tools/gcc\n", stderr: "" });
      }
      expect(await strangers(box)).toBe(ways.length);
      await compile(box);
      for (const way of ways) await expectInTime(() => run(way, { env: chrootEnv(box) }));
    },
  );
});

describe("in a container", () => {
  const CONTAINER = ["unshare", "-Urmpf", "--mount-proc"];

  test.skipIf(users !== undefined)(
    titled("with a uid 0 that is somebody else's outside: calls are cached inside", users),
    async () => {
      await using box = await scene();
      const env = { ...box.env, ZCCACHE_CACHE_DIR: box.tree.at("inner") };
      const script = `Z=${box.binary}; for n in 1 2 3; do $Z gcc -c main.c -o $n.o && cmp $n.o bare.o; done
$Z stop >/dev/null`;
      box.counter.take();
      silent(await run([...CONTAINER, "/bin/sh", "-c", script], { cwd: box.tree.path, env }));
      expect(box.counter.take().cc1).toBe(1);
    },
  );

  test.skipIf(users !== undefined)(
    titled("with the daemon outside: left alone, reason `namespace`", users),
    async () => {
      await using box = await scene();
      await compile(box, ...CONTAINER);
      expect(await strangers(box)).toBe(1);
      await expectInTime(() => compile(box, ...CONTAINER));
    },
  );

  test.skipIf(users !== undefined)(
    titled("of a user without a name or number: the real tool runs", users),
    async () => {
      await using box = await scene();
      await compile(box, "unshare", "-U");
      await compile(box, "unshare", "-U");
    },
  );
});
