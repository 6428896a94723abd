// The journal of all calls of a daemon, as a build leaves it.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { VERSION } from "../../../src/core/version.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { connect } from "../library/connect.ts";
import { gcc, journalOf, start } from "../library/requests.ts";

// Stands in everything that must not be written down.
const CANARY = "canary-93f1";

let box: Sandbox;
let journal: string;
beforeAll(() => {
  box = sandbox();
  journal = `${box.cache}/v${VERSION}/logs/compile_journal.jsonl`;
  box.tree.write({ "a.c": '#include "a.h"\nint a;\n', "a.h": "", "b.c": "int b;\n" });
});
afterAll(async () => await box[Symbol.asyncDispose]());

let calls = 0;

/** Runs gcc through the cache, and waits until all is done for it. */
async function compile(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<void> {
  await Bun.sleep(50); // an input is to be older than the clock tick of a start
  await box.zccache(["gcc", ...args], { cwd: box.tree.path, env: { ...box.env, ...variables } });
  calls += 1;
  await box.settled(calls);
}

test("has a line for each call of a build, and says why one was no hit", async () => {
  await compile(["-c", "a.c"]);
  await compile(["-c", "a.c"]);
  box.tree.write({ "a.h": "extern int other;\n" });
  await compile(["-c", "a.c"]);
  await compile(["-O1", "-c", "a.c"]);
  await compile(["-O1", "-c", "a.c"], { LANG: "de_DE" });
  await compile(["-O1", "-c", "a.c"], { LANG: "de_DE", CPATH: "/nowhere" });
  await compile(["-E", "a.c", "-o", "/dev/stdout"]);
  await compile(["-c", "b.c", `-DAPI_TOKEN=${CANARY}`, `-DX=${CANARY}`], { GITHUB_TOKEN: CANARY });
  const client = await connect(box);
  const { session_id } = await client.ask("SessionStart", start(box));
  await client.ask("Compile", gcc(box, session_id, ["-c", "b.c"]));
  client[Symbol.dispose]();
  await box.stop();
  const lines = journalOf(journal);
  expect(lines.map(({ outcome, miss_reason, miss_diff }) => [outcome, miss_reason, miss_diff])).toEqual([
    ["miss", "context_not_found", undefined],
    ["hit", undefined, undefined],
    ["miss", "input_fingerprint_mismatch", [{ kind: "dependency", path: "a.h", was: "file", now: "file" }]],
    ["miss", "context_not_found", [{ kind: "argument", added: ["-O1"], removed: [] }]],
    ["miss", "context_not_found", [{ kind: "variable", name: "LANG" }]],
    ["miss", "input_fingerprint_mismatch", expect.arrayContaining([{ kind: "variable", name: "CPATH" }])],
    ["miss", "uncacheable_input", undefined],
    ["miss", "context_not_found", undefined],
    ["miss", "context_not_found", expect.arrayContaining([expect.objectContaining({ kind: "argument" })])],
  ]);
  expect(lines.map((line) => line["session_id"])).toEqual([...Array(8).fill(null), session_id]);
  expect(lines.at(6)).toMatchObject({ exit_code: null, non_cacheable_reason: expect.any(String) });
  expect(lines[1]).toMatchObject({
    compiler: "/usr/bin/gcc",
    args: ["-c", "a.c"],
    cwd: box.tree.path,
    exit_code: 0,
    output_ext: "o",
    latency_ns: expect.any(Number),
  });
  expect(readFileSync(journal, "utf8")).not.toContain(CANARY);
  expect(statSync(journal).mode & 0o777).toBe(0o600);
});

test("is what `analyze` reads", async () => {
  const { stdout } = await box.zccache(["analyze", journal, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    status: "ok",
    line_count: 9,
    parsed_count: 9,
    hit_count: 1,
    miss_count: 8,
  });
});
