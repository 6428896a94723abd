// Sessions with a daemon of their own: whom it must be for, who keeps it alive, and variables that nobody sees.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "../../../src/client/client.ts";
import { rawFromString } from "../../../src/core/raw-text.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { connect, statusOf } from "./connect.ts";
import { gcc, journalOf, ownDaemon, refusal, start } from "./requests.ts";

const SECRET = "correct-horse-battery";

describe("a private session", () => {
  let box: Sandbox;
  let client: Client;
  beforeAll(async () => {
    box = sandbox();
    Object.assign(box.env, { RUST_LOG: "trace", ZCC_OF_DAEMON: "daemon", MAKEFLAGS: "-j --jobserver-auth=3,4" });
    client = await connect(box);
  });
  afterAll(async () => {
    client[Symbol.dispose]();
    await box[Symbol.asyncDispose]();
  });

  test("must be with the daemon and the cache that it means, and registers nothing otherwise [protocol 9]", async () => {
    const elsewhere = { endpoint: rawFromString(box.tree.at("other.sock")) };
    const otherCache = { cache_dir: rawFromString(box.tree.path) };
    for (const wrong of [elsewhere, otherCache]) {
      const message = await refusal(client.ask("SessionStart", start(box, { private_daemon: ownDaemon(wrong) })));
      expect(message).toContain("Cannot start a private session");
    }
    const { private_daemon, sessions_total } = await statusOf(box);
    expect([private_daemon, sessions_total]).toEqual([{ enabled: false, owners: [], private_env_keys: [] }, 0]);
  });

  test("takes either form of the cache's root, and counts its owners [protocol 9]", async () => {
    const { endpoint, cache_dir } = await statusOf(box);
    const ids: string[] = [];
    const owners = async () => (await statusOf(box)).private_daemon.owners;
    for (const root of [box.cache, cache_dir]) {
      const own = ownDaemon({ endpoint: rawFromString(endpoint), cache_dir: rawFromString(root) });
      ids.push((await client.ask("SessionStart", start(box, { private_daemon: own }))).session_id);
      expect(await owners()).toEqual([{ pid: process.pid, ref_count: ids.length }]);
    }
    await client.ask("SessionEnd", { session_id: ids[0] ?? "" });
    expect(await owners()).toEqual([{ pid: process.pid, ref_count: 1 }]);
    const two = ownDaemon({ owner_pids: [process.pid, process.ppid] });
    const { session_id } = await client.ask("SessionStart", start(box, { private_daemon: two }));
    const both = [process.pid, process.ppid].sort((a, b) => a - b);
    expect(await owners()).toEqual(both.map((pid) => ({ pid, ref_count: pid === process.pid ? 2 : 1 })));
    await client.ask("SessionEnd", { session_id });
  });

  test("lays its variables over the client's, and over the daemon's own [protocol 10]", async () => {
    const env: [string, string][] = [
      ["ZCC_MARK", "private"],
      ["ZCC_RAW", "\xff\xfe"],
    ];
    const own = ownDaemon({ env });
    const { session_id } = await client.ask("SessionStart", start(box, { private_daemon: own }));
    const say = { ...gcc(box, session_id, []), compiler: await sayer(box) };
    const given = await client.ask("Compile", {
      ...say,
      env: [
        ["ZCC_MARK", "client"],
        ["ZCC_ONLY", "x"],
      ],
    });
    expect(variablesIn(given.stdout)).toMatchObject({ ZCC_MARK: "private", ZCC_ONLY: "x" });
    expect(variablesIn(given.stdout)).not.toHaveProperty("ZCC_OF_DAEMON");
    expect(Buffer.from(given.stdout).toString("latin1")).toContain("ZCC_RAW=\xff\xfe\n");
    const inherited = await client.ask("Compile", { ...say, env: undefined });
    expect(variablesIn(inherited.stdout)).toMatchObject({ ZCC_MARK: "private", ZCC_OF_DAEMON: "daemon" });
    expect(variablesIn(inherited.stdout)).not.toHaveProperty("MAKEFLAGS");
    await client.ask("SessionEnd", { session_id });
  });

  test("its variables are part of what a result depends on", async () => {
    box.tree.write({ "v.c": '#include "v.h"\n', "one/v.h": "int one;\n", "two/v.h": "int two_;\n" });
    const objects: Buffer[] = [];
    const cached: boolean[] = [];
    for (const directory of ["one", "two", "one"]) {
      const own = ownDaemon({ env: [["CPATH", rawFromString(box.tree.at(directory))]] });
      const { session_id } = await client.ask("SessionStart", start(box, { private_daemon: own }));
      cached.push((await client.ask("Compile", gcc(box, session_id, ["-c", "v.c"]))).cached);
      objects.push(readFileSync(box.tree.at("v.o")));
      await client.ask("SessionEnd", { session_id });
    }
    expect(cached).toEqual([false, false, true]);
    expect([
      objects[0]?.equals(objects[1] ?? Buffer.alloc(0)),
      objects[0]?.equals(objects[2] ?? Buffer.alloc(0)),
    ]).toEqual([false, true]);
  });

  test("shows names of its variables only: no status, log or journal has a value [protocol 9]", async () => {
    const own = ownDaemon({ env: [["ZCC_SECRET", SECRET]] });
    const { session_id } = await client.ask(
      "SessionStart",
      start(box, { private_daemon: own, journal_path: "secret.jsonl", log_file: "secret.log" }),
    );
    box.tree.write({ "s.c": "int s;\n" });
    const ask = (args: string[]) => client.ask("Compile", gcc(box, session_id, args));
    await ask(["-c", "s.c", `-DKEY="${SECRET}"`]);
    await ask(["-c", "s.c", `-fno-such-option-${SECRET}`]);
    await ask(["-c", "s.c", "-o", `/dev/${SECRET}`]);
    await ask(["-c", `${SECRET}.c`]);
    await ask(["-c", "s.c", "-DAPI_TOKEN=never-to-be-seen"]);
    await refusal(client.ask("Compile", { ...gcc(box, session_id, []), compiler: `/nowhere/${SECRET}` }));
    const { private_daemon } = await statusOf(box);
    expect(private_daemon.private_env_keys).toEqual(["ZCC_SECRET"]);
    await client.ask("SessionEnd", { session_id });
    while (writtenOf(box, session_id) < 6) await Bun.sleep(10);
    const files = [box.tree.at("secret.jsonl"), box.tree.at("secret.log"), ...logsBelow(box.cache)];
    expect(files.some((file) => file.includes("daemon-spawn"))).toBe(true);
    const status = JSON.stringify(await statusOf(box));
    const texts = [status, ...files.map((file) => readFileSync(file, "latin1"))];
    for (const secret of [SECRET, "never-to-be-seen"]) {
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    }
    expect(journalOf(box.tree.at("secret.jsonl"))).toHaveLength(6);
    expect(readFileSync(box.tree.at("secret.jsonl"), "utf8")).toContain("<redacted>");
  });
});

/** Lines about a session in the journal of all calls, which are written when there is time. */
function writtenOf(box: Sandbox, session: string): number {
  const [journal] = logsBelow(box.cache).filter((file) => file.endsWith("compile_journal.jsonl"));
  return journal === undefined ? 0 : journalOf(journal).filter(({ session_id }) => session_id === session).length;
}

describe("a private daemon", () => {
  test("stays while an owner lives and ends when the last has died [daemon 19]", async () => {
    await using box = sandbox();
    Object.assign(box.env, { ZCCACHE_IDLE_TIMEOUT_SECS: "0" });
    const owner = Bun.spawn(["/bin/sleep", "600"]);
    const other = Bun.spawn(["/bin/sleep", "600"]);
    using client = await connect(box);
    const own = ownDaemon({ owner_pids: [owner.pid, other.pid] });
    await client.ask("SessionStart", start(box, { private_daemon: own }));
    other.kill();
    await other.exited;
    const owners = async () => (await statusOf(box)).private_daemon.owners;
    await until(async () => (await owners()).length === 1, "the daemon to look at its owners", 100);
    expect(await owners()).toEqual([{ pid: owner.pid, ref_count: 1 }]);
    expect(box.daemons()).toHaveLength(1);
    owner.kill();
    await owner.exited;
    await until(() => box.daemons().length === 0, "the daemon to end", 100);
    const events = logsBelow(box.cache)
      .filter((file) => file.includes("daemon-lifecycle"))
      .flatMap(journalOf);
    expect(events.map(({ event }) => event)).toEqual(["spawn-attempt", "spawn", "died-private-owner-exit"]);
    expect(events[2]).toMatchObject({ reason: "private-owner-pids-exited", removed_pids: [owner.pid] });
  }, 600_000);
});

/** Writes a program that says its variables, under a name that is no compiler's. */
async function sayer(box: Sandbox): Promise<string> {
  const path = box.tree.at("say-variables");
  await Bun.write(path, "#!/bin/sh\n/usr/bin/env\n");
  await Bun.$`chmod +x ${path}`;
  return rawFromString(path);
}

function variablesIn(stdout: Uint8Array): Record<string, string> {
  const lines = Buffer.from(stdout).toString().trim().split("\n");
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

/** Log files, crash dumps and the like: all that is for people to read. */
function logsBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\/(?:logs|crashes)$/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name));
}
