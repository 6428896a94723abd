// Every named place of src/sys/fault.ts is made to fail, die and hang, in client, delivery and store. Whatever happens,
// the build gets what the compiler alone would have given, and afterwards the cache works.

import { expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { builtBinary } from "../support/built-binary.ts";
import { faultyBinary } from "../support/faulty-binary.ts";
import { run } from "../support/run.ts";
import { type Sandbox, sandbox } from "../support/sandbox.ts";
import { until } from "../support/until.ts";

const SOURCE = '#include "a.h"\n#warning said\nint f(void) { return A; }\n';
const COMMAND = ["gcc", "-c", "a.c", "-MD", "-o", "a.o"];

type Outcome = { exitCode: number; stderr: string; object: string | undefined; depfile: string | undefined };

async function compile(box: Sandbox, prefix: readonly string[], fault?: string): Promise<Outcome> {
  for (const name of ["a.o", "a.d"]) rmSync(box.tree.at(name), { force: true });
  const env = fault === undefined ? box.env : { ...box.env, ZCCACHE_FAULT: fault };
  const { exitCode, stderr } = await run([...prefix, ...COMMAND], { cwd: box.tree.path, env, timeout: 60_000 });
  return { exitCode, stderr, object: contentOf(box, "a.o"), depfile: contentOf(box, "a.d") };
}

function contentOf(box: Sandbox, name: string): string | undefined {
  const path = box.tree.at(name);
  return existsSync(path) ? readFileSync(path, "base64") : undefined;
}

function prepare(): Sandbox {
  const box = sandbox(faultyBinary(), 1);
  box.tree.write({ "a.c": SOURCE, "a.h": "#define A 1\n" });
  return box;
}

/** Ends daemons that may be stopped or about to die. */
async function killDaemons(box: Sandbox): Promise<void> {
  for (const pid of box.daemons()) process.kill(pid, "SIGKILL");
  while (box.daemons().length > 0) await Bun.sleep(10);
  // A daemon that hung is not asked for five seconds, which this file need not wait for.
  for (const mark of new Bun.Glob("**/*.suspect").scanSync({ cwd: box.cache, absolute: true })) rmSync(mark);
}

/** A daemon of its own, which no fault is told of. */
async function expectRecovery(box: Sandbox, bare: Outcome): Promise<void> {
  await killDaemons(box);
  rmSync(box.tree.at("a.o"), { force: true });
  expect(await compile(box, [box.binary])).toEqual(bare);
  box.counter.take();
  // An entry is filed behind the caller's back.
  const hits = async () => {
    expect(await compile(box, [box.binary])).toEqual(bare);
    return box.counter.take().cc1 === 0;
  };
  await until(hits, "a hit", 100);
}

const DAEMON_POINTS = [
  "daemon.planned",
  "daemon.exec",
  "store.stage",
  "store.place",
  "store.index",
  "daemon.release",
  "deliver.publish",
  "deliver.unlinked",
  "daemon.delivered",
];
const DAEMON_FAULTS = DAEMON_POINTS.flatMap((point) => ["kill", "stop", "ENOSPC"].map((what) => `${point}=${what}`));

const CLIENT_FAULTS = ["client.asked=throw", "client.reported=throw"];

test.each([...DAEMON_FAULTS, ...CLIENT_FAULTS])(
  "C1 C5 D1 H1 a failure at %s changes nothing for the build",
  async (fault) => {
    await using box = prepare();
    const bare = await compile(box, []);
    for (let call = 0; call < 2; call++) expect(await compile(box, [box.binary], fault)).toEqual(bare);
    await expectRecovery(box, bare);
  },
  600_000,
);

test.each(["client.asked=kill", "client.ran=kill", "client.reported=kill"])(
  "C3 a client that dies at %s leaves no partial output",
  async (fault) => {
    await using box = prepare();
    const bare = await compile(box, []);
    const killed = await compile(box, [box.binary], fault);
    expect([undefined, bare.object]).toContain(killed.object);
    await expectRecovery(box, bare);
  },
  600_000,
);

test("releases have no such places", () => {
  expect(readFileSync(builtBinary()).includes("ZCCACHE_FAULT")).toBe(false);
  expect(readFileSync(faultyBinary()).includes("ZCCACHE_FAULT")).toBe(true);
});
