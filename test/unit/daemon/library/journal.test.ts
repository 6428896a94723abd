import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { CallRecord } from "../../../../src/daemon/library/call-record.ts";
import { addLine, journalLine, openLines } from "../../../../src/daemon/library/journal.ts";
import { redactor } from "../../../../src/daemon/library/redact.ts";
import { fileTree } from "../../../support/file-tree.ts";
import { call, PLAN } from "./samples.ts";

const CALL = { tool: "/usr/bin/gcc", args: ["-c", "a.c"], cwd: "/work", variables: new Map([["A", "value"]]) };
const OPTIONS = { session: "s", profile: false, redact: redactor([]) };
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
  const line = JSON.parse(journalLine({ call: CALL, record: record(end, plan), exitCode }, OPTIONS));
  expect(line).toMatchObject({
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
  const line = journalLine({ call: { ...CALL, args }, record: record("stored"), exitCode: 0 }, options);
  expect(JSON.parse(line)).toMatchObject({ args: ["-DX=<redacted>", "-DTOKEN=<redacted>"], env: { A: "<redacted>" } });
  expect(line).not.toContain("value");
});

test("journalLine() has more with `profile`", () => {
  const args = ["--crate-name", "demo", "--crate-type=lib", "a.rs"];
  const entry = { call: { ...CALL, args }, record: record("given"), exitCode: 0 };
  const line = JSON.parse(journalLine(entry, { ...OPTIONS, profile: true }));
  expect(line).toMatchObject({ crate_name: "demo", crate_type: "lib", output_ext: "o" });
  expect(Object.keys(line.self_profile_ns)).toEqual(["hash_inputs", "lookup", "decompress", "store"]);
  expect(line.self_profile_ns.decompress).toBeGreaterThan(0);
});

test("openLines() refuses what cannot be written; addLine() never fails", () => {
  using tree = fileTree({ "j.jsonl": "first\n" });
  openLines("journal", tree.at("j.jsonl"));
  addLine(tree.at("j.jsonl"), "second");
  expect(readFileSync(tree.at("j.jsonl"), "utf8")).toBe("first\nsecond\n");
  const missing = tree.at("nowhere/j.jsonl");
  expect(() => openLines("journal", missing)).toThrow(`Cannot write the journal "${missing}": ENOENT`);
  addLine(missing, "lost");
});
