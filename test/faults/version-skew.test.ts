// Two versions of zccache with different protocols on one machine, as after an upgrade: by default they never meet, and
// where somebody makes them meet (one ZCCACHE_ENDPOINT for both) the client runs the real tool and harms no daemon.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROTOCOL, VERSION } from "../../src/core/version.ts";
import { CLIENTS } from "../integration/client/clients.ts";
import { repository } from "../support/built-binary.ts";
import { type Environment, mustRun, run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";

setDefaultTimeout(600_000);

// Nobody waits for an answer that does not come; the rest is for the compiler.
const MOST_SECONDS = 3;
const NEXT_VERSION = "99.0.0";

const tree = mkdtempSync(join(tmpdir(), "zcc-next-"));
const next = join(tree, "dist/zccache");
const newer = join(tree, "newer/zccache");

/** The same program as it would be with the next protocol number, and with the same one in a later version. */
beforeAll(async () => {
  for (const name of ["src", "build.ts", "package.json"])
    cpSync(join(repository, name), join(tree, name), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(tree, "node_modules"));
  replace("package.json", `"version": "${VERSION}"`, `"version": "${NEXT_VERSION}"`);
  await mustRun([process.execPath, "build.ts", `--to=${join(tree, "newer")}`], { cwd: tree });
  replace("src/core/version.ts", `PROTOCOL = ${PROTOCOL};`, `PROTOCOL = ${PROTOCOL + 1};`);
  await mustRun([process.execPath, "build.ts"], { cwd: tree });
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe("one endpoint for two versions (F9)", () => {
  const meetings: [string, string, string][] = [
    ...CLIENTS.map(([name, binary]): [string, string, string] => [`${name} client and the next daemon`, binary, next]),
    ["the next client and this daemon", next, CLIENTS[0]?.[1] ?? ""],
  ];
  test.each(meetings)("%s: the real tool runs, and the daemon goes on [protocol 3]", async (_title, client, server) => {
    await using box = await scene();
    const env = { ...box.env, ZCCACHE_ENDPOINT: box.tree.at("run/sock") };
    const started = await mustRun([server, "start"], { env });
    try {
      const times: number[] = [];
      for (let call = 0; call < 3; call++) times.push(await compile(box, client, env));
      expect(Math.min(...times)).toBeLessThan(MOST_SECONDS);
      expect(box.counter.take().cc1).toBe(3);
      await compile(box, server, env);
      await compile(box, server, env);
      expect(box.counter.take().cc1).toBe(1);
      expect(mismatchesIn(box, server)).toEqual([1, 2, 3].map(() => mismatchOf(server)));
      const said = await run([client, "status"], { env });
      for (const part of [`protocol ${PROTOCOL}`, `protocol ${PROTOCOL + 1}`, "zccache stop"]) {
        expect(said.stdout + said.stderr).toContain(part);
      }
      expect(mismatchesIn(box, server)).toHaveLength(4);
      const again = await run([server, "start"], { env });
      expect(processIn(again.stdout)).toBe(processIn(started.stdout));
      // What the message advises works, whichever of the two is called.
      expect(await run([client, "stop"], { env })).toMatchObject({ exitCode: 0, stderr: "" });
      expect(await run([server, "stop"], { env })).toMatchObject({ stdout: "No daemon is running.\n" });
    } finally {
      await run([server, "stop"], { env });
    }
  });
});

describe("one protocol in two versions", () => {
  test("the newer one's start replaces the older daemon, and the other way round it is used [protocol 3]", async () => {
    await using box = await scene();
    const env = { ...box.env, ZCCACHE_ENDPOINT: box.tree.at("run/sock") };
    try {
      const older = processIn((await mustRun([box.binary, "start"], { env })).stdout);
      for (const probe of ["status", "status"]) await run([newer, probe], { env });
      for (let call = 0; call < 2; call++) await compile(box, newer, env);
      expect(box.counter.take().cc1).toBe(1);
      expect(processIn((await mustRun([box.binary, "start"], { env })).stdout)).toBe(older);
      const started = await mustRun([newer, "start"], { env });
      expect(started.stdout).toContain("Started the daemon");
      expect(processIn(started.stdout)).not.toBe(older);
      const attempts = eventsIn(box, NEXT_VERSION).filter(({ event }) => event === "spawn-attempt");
      expect(attempts.map(({ reason }) => reason)).toEqual(["replaced-stale-version"]);
      expect((await mustRun([newer, "start"], { env })).stdout).toContain("runs already");
      const used = await mustRun([box.binary, "start"], { env });
      expect(processIn(used.stdout)).toBe(processIn(started.stdout));
      await compile(box, box.binary, env);
      await compile(box, box.binary, env);
      expect(box.counter.take().cc1).toBe(1);
    } finally {
      await run([newer, "stop"], { env });
    }
  });
});

test("two versions with one cache directory have a daemon each, and both serve hits (F8)", async () => {
  await using box = await scene();
  const binaries = [box.binary, next];
  try {
    for (const binary of binaries) for (let call = 0; call < 2; call++) await compile(box, binary, box.env);
    expect(box.counter.take().cc1).toBe(2);
    const pids = await Promise.all(
      binaries.map(async (binary) => processIn((await run([binary, "start"], { env: box.env })).stdout)),
    );
    expect(new Set(pids).size).toBe(2);
  } finally {
    await run([next, "stop"], { env: box.env });
  }
});

async function scene(): Promise<Sandbox> {
  const box = sandbox();
  box.tree.write({ "a.c": "int a;\n" });
  await mustRun(["gcc", "-c", "a.c", "-o", "bare.o"], { cwd: box.tree.path });
  return box;
}

/** @returns the seconds that it took. */
async function compile(box: Sandbox, binary: string, env: Environment): Promise<number> {
  const result = await run([binary, "gcc", "-c", "a.c", "-o", "a.o"], { cwd: box.tree.path, env });
  expect(result).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  expect(box.tree.read("a.o").equals(box.tree.read("bare.o"))).toBe(true);
  return result.seconds;
}

/** What the daemon of `server` has written of clients with another protocol. */
function mismatchesIn(box: Sandbox, server: string): unknown[] {
  return eventsIn(box, server === next ? NEXT_VERSION : VERSION)
    .filter(({ event }) => event === "version_mismatch")
    .map(({ ts_ms: _time, pid: _pid, daemon_namespace: _namespace, ...fields }) => fields);
}

function eventsIn(box: Sandbox, version: string): Record<string, unknown>[] {
  const lines = box.tree.read(`cache/v${version}/logs/daemon-lifecycle.log`).toString().trim().split("\n");
  return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

function mismatchOf(server: string): unknown {
  return {
    event: "version_mismatch",
    daemon_crate_version: server === next ? NEXT_VERSION : VERSION,
    daemon_protocol_version: server === next ? PROTOCOL + 1 : PROTOCOL,
    client_protocol_version: server === next ? PROTOCOL : PROTOCOL + 1,
    reason: "client-protocol-differs",
  };
}

function processIn(text: string): string | undefined {
  return /process (\d+)/.exec(text)?.[1];
}

function replace(name: string, old: string, wanted: string): void {
  const path = join(tree, name);
  const text = readFileSync(path, "utf8");
  if (!text.includes(old)) throw new Error(`Cannot make the next version: no "${old}" in ${name}`);
  writeFileSync(path, text.replace(old, wanted));
}
