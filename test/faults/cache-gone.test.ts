// A cache directory that fills up, becomes read-only or goes away under a running daemon: builds don't notice.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { titled } from "../support/missing.ts";
import { type Environment, run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";
import { until } from "../support/until.ts";

setDefaultTimeout(600_000);

// Nobody waits for an answer that does not come; the rest is for the compiler.
const MOST_SECONDS = 3;
const UNITS = 6;

const mounts = spawnSync("unshare", ["-m", "true"]).status === 0 ? undefined : "no mount namespaces";

/** A sandbox with sources and their objects as bare gcc makes them. */
async function scene(): Promise<Sandbox> {
  const box = sandbox();
  for (let n = 0; n < UNITS; n++) {
    box.tree.write({ [`unit${n}.c`]: `const char data${n}[300000] = { ${n}, 1 };\n` });
    await run(["gcc", "-c", `unit${n}.c`, "-o", `bare${n}.o`], { cwd: box.tree.path });
  }
  return box;
}

/** Compiles everything and compares it with what bare gcc made. */
async function buildAll(box: Sandbox, env: Environment = box.env): Promise<void> {
  let quickest = Number.POSITIVE_INFINITY;
  for (let n = 0; n < UNITS; n++) {
    const result = await run([box.binary, "gcc", "-c", `unit${n}.c`, "-o", "out.o"], { cwd: box.tree.path, env });
    expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    expect(box.tree.read("out.o").equals(box.tree.read(`bare${n}.o`))).toBe(true);
    quickest = Math.min(quickest, result.seconds);
  }
  expect(quickest).toBeLessThan(MOST_SECONDS);
}

/** Starts of cc1 in one more build. */
async function missesOf(box: Sandbox, env: Environment = box.env): Promise<number> {
  box.counter.take();
  await buildAll(box, env);
  return box.counter.take().cc1;
}

describe("a cache directory that is (D9)", () => {
  const ways: [string, (path: string) => void | Promise<void>][] = [
    ["deleted", remove],
    ["moved away", (path) => renameSync(path, `${path}.old`)],
    [
      "replaced by a file",
      async (path) => {
        await remove(path);
        writeFileSync(path, "");
      },
    ],
  ];
  /** As `rm -rf` does, while the daemon may still be putting the last result away. */
  async function remove(path: string): Promise<void> {
    const gone = () => {
      try {
        rmSync(path, { recursive: true });
      } catch {
        // Something was put in or taken out meanwhile.
      }
      return !existsSync(path);
    };
    await until(gone, "the cache to be removed");
  }

  test.each(ways)("%s while its daemon runs: builds go on, and that daemon ends", async (title, harm) => {
    await using box = await scene();
    await buildAll(box);
    const before = box.daemons();
    await harm(box.cache);
    await buildAll(box);
    expect(await missesOf(box)).toBe(title === "replaced by a file" ? UNITS : 0);
    await until(() => !box.daemons().some((pid) => before.includes(pid)), "the daemon of the lost directory to end");
    expect(box.daemons().length).toBeLessThanOrEqual(1);
  });

  test.each(ways)("%s while its daemon listens elsewhere: builds go on", async (_title, harm) => {
    await using box = await scene();
    const env = { ...box.env, ZCCACHE_ENDPOINT: box.tree.at("run/sock") };
    try {
      await buildAll(box, env);
      await until(() => existsSync(box.cache), "the cache to be there");
      await harm(box.cache);
      await buildAll(box, env);
      await buildAll(box, env);
    } finally {
      await run([box.binary, "stop"], { env });
    }
  });
});

describe("a cache on a disk of its own that is", () => {
  /** Runs shell lines in a mount namespace with `$Z` as the client; daemons of it end at its end. */
  async function inNamespace(box: Sandbox, lines: string): Promise<{ stdout: string }> {
    const script = `Z=${box.binary}; C=${box.cache}; mkdir -p $C
build() { for n in 0 1 2 3 4 5; do $Z gcc -c unit$n.c -o out.o && cmp out.o bare$n.o || echo failed $n; done; }
${lines}
$Z stop >/dev/null 2>&1 || true`;
    const result = await run(["unshare", "-m", "/bin/sh", "-c", script], { cwd: box.tree.path, env: box.env });
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    return result;
  }

  test.skipIf(mounts !== undefined)(
    titled("full: every build is right and silent, and what fitted in is served (D1)", mounts),
    async () => {
      await using box = await scene();
      const { stdout } = await inNamespace(box, "mount -t tmpfs -o size=1m,mode=700 none $C; build; build; build");
      expect(stdout).toBe("");
      expect(box.counter.take().cc1).toBeLessThan(3 * UNITS);
    },
  );

  test.skipIf(mounts !== undefined)(
    titled("made read-only between two daemons: every build is right and silent (D3)", mounts),
    async () => {
      await using box = await scene();
      const { stdout } = await inNamespace(
        box,
        `mount -t tmpfs -o size=64m,mode=700 none $C; build; $Z stop >/dev/null
while ! mount -o remount,ro $C 2>/dev/null; do sleep 0.1; done; build; build`,
      );
      expect(stdout).toBe("");
    },
  );

  test.skipIf(mounts !== undefined)(
    titled("read-only from the start: every build is right and silent (D3)", mounts),
    async () => {
      await using box = await scene();
      const { stdout } = await inNamespace(box, "mount -t tmpfs -o ro,size=1m none $C; build; build");
      expect(stdout).toBe("");
    },
  );
});
