// Sessions of library clients: figures, journal, log.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dial } from "../../../src/ipc/dial.ts";
import { clientForAll, statusOf } from "./connect.ts";
import { gcc, journalOf, refusal, start } from "./requests.ts";

const { box, client } = await clientForAll();

describe("a session", () => {
  test("counts a miss and a hit, and ends with the same figures [protocol 6]", async () => {
    box.tree.write({ "six.c": "int six(void) { return 6; }\n" });
    const { session_id } = await client.ask("SessionStart", start(box));
    const compile = gcc(box, session_id, ["-c", "six.c"]);
    expect((await client.ask("Compile", compile)).cached).toBe(false);
    expect((await client.ask("Compile", compile)).cached).toBe(true);
    const { stats } = await client.ask("SessionStats", { session_id });
    const size = readFileSync(box.tree.at("six.o")).length;
    expect(stats).toMatchObject({
      compilations: 2,
      hits: 1,
      misses: 1,
      non_cacheable: 0,
      errors: 0,
      errors_cached: 0,
      unique_sources: 1,
      bytes_read: size,
      bytes_written: size,
      miss_reasons: { context_not_found: 1 },
    });
    const { phase_profile } = await statusOf(box);
    expect(stats?.phase_profile).toEqual(phase_profile);
    expect(phase_profile).toMatchObject({ hit_count: 1, miss_count: 1, cross_root_validate_ns: 0 });
    const spent = Object.entries(phase_profile).filter(([name]) => name !== "cross_root_validate_ns");
    expect(spent.filter(([, value]) => value === 0)).toEqual([]);
    const of = (...names: string[]) => names.reduce((sum, name) => sum + Number(phase_profile[`${name}_ns`]), 0);
    const inMiss = of("compiler_exec", "include_scan", "hash_all", "artifact_store");
    expect([of("write_output") < of("total_hit"), inMiss < of("total_miss")]).toEqual([true, true]);
    expect((await statusOf(box)).sessions_active).toBe(1);
    const { stats: last } = await client.ask("SessionEnd", { session_id });
    expect({ ...last, duration_ms: 0 }).toEqual({ ...stats, duration_ms: 0 });
    expect(last?.duration_ms ?? 0).toBeGreaterThanOrEqual(stats?.duration_ms ?? 1);
    expect((await client.ask("SessionEnd", { session_id })).stats).toBeUndefined();
    expect(await refusal(client.ask("SessionStats", { session_id }))).toContain("there is none");
    const { sessions_active, sessions_total } = await statusOf(box);
    expect([sessions_active, sessions_total >= 1]).toEqual([0, true]);
  });

  test("counts failed and uncacheable compiles, and says why there was no hit", async () => {
    box.tree.write({ "bad.c": "int = ;\n", "good.c": "int good;\n", "good.h": "" });
    await Bun.sleep(50); // older than the clock tick of a start
    const { session_id } = await client.ask("SessionStart", start(box, { journal_path: "why.jsonl" }));
    const { total_compilations: counted } = await statusOf(box);
    const ask = async (args: string[]) => (await client.ask("Compile", gcc(box, session_id, args))).exit_code;
    expect(await ask(["-c", "bad.c"])).toBe(1);
    expect(await ask(["-c", "good.c", "-o", "/dev/stdout"])).toBe(0);
    expect(await ask(["-include", "good.h", "-c", "good.c"])).toBe(0);
    // What is still to be stored must find its inputs as they were.
    await box.settled(counted + 1);
    box.tree.write({ "good.h": "extern int other;\n" });
    expect(await ask(["-include", "good.h", "-c", "good.c"])).toBe(0);
    const { stats } = await client.ask("SessionEnd", { session_id });
    expect(stats).toMatchObject({
      compilations: 4,
      hits: 0,
      misses: 2,
      non_cacheable: 2,
      errors: 1,
      miss_reasons: { context_not_found: 2, uncacheable_input: 1, input_fingerprint_mismatch: 1 },
    });
    const lines = journalOf(box.tree.at("why.jsonl"));
    expect(lines.map(({ outcome, exit_code, miss_reason }) => [outcome, exit_code, miss_reason])).toEqual([
      ["error", 1, undefined],
      ["miss", 0, "uncacheable_input"],
      ["miss", 0, "context_not_found"],
      ["miss", 0, "input_fingerprint_mismatch"],
    ]);
  });

  test("keeps no figures unless it was asked to", async () => {
    const { session_id } = await client.ask("SessionStart", start(box, { track_stats: false }));
    expect((await client.ask("SessionStats", { session_id })).stats).toBeUndefined();
    expect((await client.ask("SessionEnd", { session_id })).stats).toBeUndefined();
  });

  test("is asked for by a uuid: an unknown one has no figures, and anything else is an error [protocol 6]", async () => {
    const unknown = crypto.randomUUID();
    expect(await refusal(client.ask("SessionStats", { session_id: unknown }))).toContain(unknown);
    expect((await client.ask("SessionEnd", { session_id: unknown })).stats).toBeUndefined();
    const { endpoint } = await statusOf(box);
    using connection = await dial(endpoint);
    const rest = { args: [], cwd: "/", compiler: "/usr/bin/gcc" };
    for (const type of ["SessionStats", "SessionEnd", "Compile"]) {
      connection.sendMap({ type, session_id: "nonsense", ...(type === "Compile" ? rest : {}) });
      const reply = await connection.receiveMap(5000);
      expect(reply).toMatchObject({ type: "Error", message: expect.stringContaining("session_id") });
    }
  });

  test("writes one line for each compile, and only with `profile` its four keys [protocol 8]", async () => {
    box.tree.write({ "j.c": "int j;\n" });
    const KEYS = ["crate_name", "crate_type", "output_ext", "self_profile_ns"];
    for (const profile of [false, true]) {
      const name = `journal-${profile}.jsonl`;
      const started = await client.ask("SessionStart", start(box, { journal_path: name, profile, track_stats: false }));
      const { session_id, journal_path } = started;
      expect(journal_path).toBe(box.tree.at(name));
      for (let count = 0; count < 2; count += 1) await client.ask("Compile", gcc(box, session_id, ["-c", "j.c"]));
      await client.ask("SessionEnd", { session_id });
      const lines = journalOf(box.tree.at(name));
      // The line of a miss is written when its result is stored, which the hit may be told before.
      expect(lines.map(({ outcome }) => outcome).sort()).toEqual(["hit", profile ? "hit" : "miss"]);
      const line = { compiler: "/usr/bin/gcc", args: ["-c", "j.c"], exit_code: 0, session_id };
      expect(lines).toMatchObject([line, line]);
      const [{ latency_ns, env, output_ext } = {}] = lines;
      expect([Number(latency_ns) > 0, output_ext]).toEqual([true, profile ? "o" : undefined]);
      expect(Object.values(env ?? {})).toEqual(Object.keys(box.env).map(() => "<redacted>"));
      expect(lines.map((keys) => KEYS.filter((key) => key in keys))).toEqual(profile ? [KEYS, KEYS] : [[], []]);
    }
  });

  test("refuses a journal of another name, or one that cannot be written, and begins nothing [protocol 8]", async () => {
    const before = (await statusOf(box)).sessions_total;
    expect(await refusal(client.ask("SessionStart", start(box, { journal_path: "x.txt" })))).toContain(".jsonl");
    const nowhere = start(box, { journal_path: "nowhere/x.jsonl" });
    expect(await refusal(client.ask("SessionStart", nowhere))).toContain("ENOENT");
    const noLog = start(box, { log_file: "nowhere/x.log" });
    expect(await refusal(client.ask("SessionStart", noLog))).toContain("session log");
    expect(existsSync(box.tree.at("x.txt"))).toBe(false);
    expect((await statusOf(box)).sessions_total).toBe(before);
  });

  test("appends to its log what its compiles came to", async () => {
    box.tree.write({ "l.c": "int l;\n", "l.log": "before\n" });
    const { session_id } = await client.ask("SessionStart", start(box, { log_file: "l.log" }));
    await client.ask("Compile", gcc(box, session_id, ["-c", "l.c"]));
    await client.ask("SessionEnd", { session_id });
    const lines = readFileSync(box.tree.at("l.log"), "utf8").trim().split("\n");
    expect(lines[0]).toBe("before");
    expect(lines.slice(1).join("\n")).toMatch(
      new RegExp(`session ${session_id} of .*\n.*run \\(.*\\), exit code 0: .*/l\\.c\n.*${session_id} ended$`),
    );
  });

  test("need not be known for a compile [protocol 7]", async () => {
    box.tree.write({ "seven.c": "int seven;\n" });
    const result = await client.ask("Compile", gcc(box, crypto.randomUUID(), ["-c", "seven.c"]));
    expect([result.exit_code, existsSync(box.tree.at("seven.o"))]).toEqual([0, true]);
  });

  test("lives on while the cache is cleared, which makes the next equal compile a miss [protocol 7]", async () => {
    box.tree.write({ "clear.c": "int clear;\n" });
    const { session_id } = await client.ask("SessionStart", start(box));
    const compile = gcc(box, session_id, ["-c", "clear.c"]);
    const cached: boolean[] = [(await client.ask("Compile", compile)).cached];
    cached.push((await client.ask("Compile", compile)).cached);
    expect((await box.zccache(["clear"])).exitCode).toBe(0);
    cached.push((await client.ask("Compile", compile)).cached);
    expect(cached).toEqual([false, true, false]);
    expect((await client.ask("SessionEnd", { session_id })).stats).toMatchObject({ hits: 1, misses: 2 });
  });
});
