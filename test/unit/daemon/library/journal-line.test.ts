import { expect, test } from "bun:test";
import { CallPhases } from "../../../../src/daemon/call-phases.ts";
import { CallRecord } from "../../../../src/daemon/library/call-record.ts";
import { journalLine } from "../../../../src/daemon/library/journal-line.ts";
import { redactor } from "../../../../src/daemon/library/redact.ts";
import { call, PLAN } from "./samples.ts";

const CALL = { tool: "/usr/bin/gcc", args: ["-c", "a.c"], cwd: "/work", variables: new Map([["A", "value"]]) };
const OPTIONS = { session: "s", profile: false, names: true, redact: redactor([]) };
const WHEN = { exitCode: 0, endedAt: Date.UTC(2026, 1, 3) };
const ENTRY = { layout: "empty", stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), exitCode: 0, millis: 1 } as const;

function record(end: "given" | "stored" | "not stored", plan = PLAN): CallRecord {
  const made = new CallRecord();
  made.planned(call(plan));
  if (end === "given") made.given({ ...ENTRY, outputs: [] });
  else made.missed("context_not_found");
  if (end === "stored") made.stored([]);
  return made;
}

test.each([
  ["given", 0, "hit"],
  ["stored", 0, "miss"],
  ["not stored", 0, "miss"],
  ["not stored", 1, "error"],
  ["given", 1, "cached_error"],
  ["given", 0, "link_hit"],
  ["stored", 0, "link_miss"],
  ["not stored", null, "miss"],
] as const)("journalLine() of a result that is %s, exit code %p, has the outcome %s", (end, exitCode, outcome) => {
  const plan = outcome.startsWith("link") ? { ...PLAN, link: true } : PLAN;
  const line = JSON.parse(journalLine({ call: CALL, record: record(end, plan), ...WHEN, exitCode }, OPTIONS));
  expect(line).toMatchObject({
    ts: "2026-02-03T00:00:00.000Z",
    outcome,
    exit_code: exitCode,
    session_id: "s",
    compiler: "/usr/bin/gcc",
    cwd: "/work",
  });
  expect(line.miss_reason).toBe(outcome.endsWith("miss") ? "context_not_found" : undefined);
});

test("journalLine() has names of variables, and secrets nowhere", () => {
  const args = ["-DX=hunter22", "-DTOKEN=t"];
  const options = { ...OPTIONS, redact: redactor(["hunter22"]) };
  const line = journalLine({ call: { ...CALL, args }, record: record("stored"), ...WHEN }, options);
  expect(JSON.parse(line)).toMatchObject({ args: ["-DX=<redacted>", "-DTOKEN=<redacted>"], env: { A: "<redacted>" } });
  expect(line).not.toContain("value");
});

test("journalLine() has more with `profile`", () => {
  const args = ["--crate-name", "demo", "--crate-type=lib", "a.rs"];
  const entry = { call: { ...CALL, args }, record: record("given"), ...WHEN };
  const line = JSON.parse(journalLine(entry, { ...OPTIONS, profile: true }));
  expect(line).toMatchObject({ crate_name: "demo", crate_type: "lib", output_ext: "o" });
  expect(Object.keys(line.self_profile_ns)).toEqual(["hash_inputs", "lookup", "decompress", "store"]);
});

test("journalLine() makes each time of the profile of those that belong to it", () => {
  let now = 0;
  const made = record("stored");
  const phases = new CallPhases(() => now);
  Object.defineProperty(made, "phases", { value: phases });
  for (const phase of PHASES) {
    now += 2 ** PHASES.indexOf(phase);
    phases.ended(phase);
  }
  const line = JSON.parse(journalLine({ call: CALL, record: made, ...WHEN }, { ...OPTIONS, profile: true }));
  expect(line.self_profile_ns).toEqual({ hash_inputs: 3e6, lookup: 28e6, decompress: 96e6, store: 384e6 });
});

const PHASES = [
  "hash_source",
  "build_context",
  "request_cache_lookup",
  "depgraph_check",
  "hash_headers",
  "artifact_lookup",
  "write_output",
  "hash_all",
  "artifact_store",
] as const;

test("journalLine() leaves the names of variables out where they are not wanted", () => {
  const line = journalLine({ call: CALL, record: record("given"), ...WHEN }, { ...OPTIONS, names: false });
  expect(JSON.parse(line)).not.toHaveProperty("env");
});

test("journalLine() says why nothing was stored", () => {
  const refused = record("not stored");
  refused.refused("date");
  expect(JSON.parse(journalLine({ call: CALL, record: refused, ...WHEN }, OPTIONS)).non_cacheable_reason).toBe("date");
  const given = journalLine({ call: CALL, record: record("given"), ...WHEN }, OPTIONS);
  expect(JSON.parse(given)).not.toHaveProperty("non_cacheable_reason");
});

test("journalLine() lists what changed, twenty things at most, and no secret among them", () => {
  const dependency = { kind: "dependency", path: "hunter22/a.h", was: "absent", now: "file" } as const;
  const changes = [
    { kind: "argument", added: ["-DTOKEN=t"], removed: ["-O1"] } as const,
    { kind: "variable", name: "CPATH" } as const,
    ...Array.from({ length: 30 }, () => dependency),
  ];
  const options = { ...OPTIONS, redact: redactor(["hunter22"]) };
  const line = JSON.parse(journalLine({ call: CALL, record: record("stored"), ...WHEN, changes }, options));
  expect(line.miss_diff).toHaveLength(21);
  expect(line.miss_diff.slice(0, 3)).toEqual([
    { kind: "argument", added: ["-DTOKEN=<redacted>"], removed: ["-O1"] },
    { kind: "variable", name: "CPATH" },
    { kind: "dependency", path: "<redacted>/a.h", was: "absent", now: "file" },
  ]);
  expect(line.miss_diff[20]).toEqual({ kind: "more", count: 12 });
});
