// ReleaseWorktreeHandles: the daemon lets go of a directory, so that it can be deleted.

import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { rawFromString } from "../../../src/core/raw-text.ts";
import { clientForAll, statusOf } from "./connect.ts";
import { gcc, refusal, start } from "./requests.ts";

const { box, client } = await clientForAll();

/** Begins a session in a directory below the sandbox. @returns its name. */
async function sessionIn(directory: string, spelled = directory): Promise<string> {
  mkdirSync(box.tree.at(directory), { recursive: true });
  const settings = { working_dir: rawFromString(`${box.tree.path}/${spelled}`), journal_path: "journal.jsonl" };
  return (await client.ask("SessionStart", start(box, settings))).session_id;
}

async function release(path: string) {
  const { type: _, ...reply } = await client.ask("ReleaseWorktreeHandles", { path: rawFromString(path) });
  return reply;
}

test("ends sessions below the path and tells which, siblings stay [protocol 15]", async () => {
  const [top, below, behindLink] = [
    await sessionIn("tree"),
    await sessionIn("tree/deep/er"),
    await (async () => {
      symlinkSync(box.tree.at("tree"), box.tree.at("link"));
      return await sessionIn("tree/x", "link/x");
    })(),
  ];
  const [sibling, longer] = [await sessionIn("other"), await sessionIn("tree-2")];
  const released = await release(box.tree.at("tree"));
  expect({ ...released, sessions_dropped: released.sessions_dropped.sort() }).toEqual({
    inspected: 5,
    released: 3,
    sessions_dropped: [top, below, behindLink].sort(),
    unreleased: [],
  });
  rmSync(box.tree.at("tree"), { recursive: true });
  expect((await statusOf(box)).sessions_active).toBe(2);
  for (const session_id of [sibling, longer]) {
    expect((await client.ask("SessionEnd", { session_id })).stats).toBeDefined();
  }
});

test("a later compile with an ended session is an error; its end is none [protocol 15]", async () => {
  const session_id = await sessionIn("gone");
  box.tree.write({ "late.c": "int late;\n" });
  await release(box.tree.at("gone"));
  expect(await refusal(client.ask("Compile", gcc(box, session_id, ["-c", "late.c"])))).toContain(session_id);
  expect((await client.ask("SessionEnd", { session_id })).stats).toBeUndefined();
});

test("refuses the cache, what it is in, and all spellings of these, and ends nothing [protocol 15]", async () => {
  const session_id = await sessionIn("kept");
  const { cache_dir } = await statusOf(box);
  symlinkSync(box.tree.path, box.tree.at("all"));
  symlinkSync(box.cache, box.tree.at("cache-link"));
  const spellings = [
    box.cache,
    cache_dir,
    `${box.cache}/`,
    box.tree.path,
    dirname(box.tree.path),
    "/",
    `${box.cache}/../cache`,
    `${box.tree.path}/kept/..`,
    box.tree.at("all"),
    box.tree.at("cache-link"),
    `${box.tree.path}/all/kept/../cache`,
  ];
  for (const path of spellings)
    expect([path, await refusal(release(path))]).toEqual([path, expect.stringContaining("the cache is in it")]);
  expect(await refusal(release("kept"))).toContain("not absolute");
  expect(await refusal(release(""))).toContain("not absolute");
  expect((await client.ask("SessionEnd", { session_id })).stats).toBeDefined();
});

test("a path that is not there is compared as it is spelled [protocol 15]", async () => {
  const session_id = await sessionIn("missing");
  rmSync(box.tree.at("missing"), { recursive: true });
  const released = await release(`${box.tree.at("missing")}/`);
  expect([released.released, released.sessions_dropped]).toEqual([1, [session_id]]);
});

test("where nothing is held nothing is released [protocol 15]", async () => {
  mkdirSync(box.tree.at("free"));
  expect(await release(box.tree.at("free"))).toEqual({
    inspected: 0,
    released: 0,
    sessions_dropped: [],
    unreleased: [],
  });
});

test("the daemon holds no file of a session's directory open, the journal included", async () => {
  const session_id = await sessionIn("open");
  box.tree.write({ "open/o.c": "int o;\n" });
  const request = gcc(box, session_id, ["-c", "o.c"]);
  await client.ask("Compile", { ...request, cwd: rawFromString(box.tree.at("open")) });
  // What is still to be stored is written down afterwards.
  await client.ask("SessionStats", { session_id });
  expect(readFileSync(box.tree.at("open/journal.jsonl"), "utf8")).toContain("o.c");
  const [daemon = 0] = box.daemons();
  const targets = await Bun.$`readlink /proc/${daemon}/cwd /proc/${daemon}/fd/*`.nothrow().text();
  expect(targets.split("\n").filter((path) => path.startsWith(box.tree.at("open")))).toEqual([]);
  await client.ask("SessionEnd", { session_id });
});

test("`release-handles` says what was released, and fails where that is refused", async () => {
  const session_id = await sessionIn("verb");
  const json = await box.zccache(["release-handles", "--json", "--path", "verb"], { cwd: box.tree.path });
  expect(JSON.parse(json.stdout)).toEqual({
    status: "ok",
    path: box.tree.at("verb"),
    inspected: 1,
    released: 1,
    sessions_dropped: [session_id],
    unreleased: [],
  });
  const text = await box.zccache(["release-handles", "--path", box.tree.at("verb")]);
  expect([text.exitCode, text.stdout]).toEqual([0, `Ended 0 of 0 sessions for "${box.tree.at("verb")}".\n`]);
  const refused = await box.zccache(["release-handles", "--path", box.cache]);
  expect([refused.exitCode, refused.stdout]).toEqual([1, ""]);
  const spelled = await box.zccache(["release-handles", "--path", "cache-link/.."], { cwd: box.tree.path });
  expect([spelled.exitCode, spelled.stdout]).toEqual([1, ""]);
  expect(refused.stderr).toContain("the cache is in it");
});
