import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { CallRecord } from "../../../../src/daemon/library/call-record.ts";
import { CompileJournal } from "../../../../src/daemon/library/compile-journal.ts";
import { EndedCalls } from "../../../../src/daemon/library/ended-calls.ts";
import type { Session } from "../../../../src/daemon/library/session.ts";
import { Sessions } from "../../../../src/daemon/library/sessions.ts";
import { fileTree } from "../../../support/file-tree.ts";
import { call, PLAN, settings } from "./samples.ts";

type End = "given" | "stored" | "not stored";

const ENTRY = { layout: "empty", stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), exitCode: 0, millis: 1 } as const;
const CALL = { tool: "/usr/bin/gcc", args: [], cwd: "/work", variables: new Map<string, string>() };

function recordOf(end: End, keyArguments: readonly string[], output = "out/a.o"): CallRecord {
  const record = new CallRecord();
  record.planned(call({ ...PLAN, keyArguments, outputs: [{ role: "object", path: output }] }));
  record.missed("context_not_found");
  if (end === "given") record.given({ ...ENTRY, outputs: [] });
  if (end === "stored") record.stored([]);
  return record;
}

test("EndedCalls hides the secrets of both calls that it compares", async () => {
  using tree = fileTree();
  const journal = new CompileJournal({ logs: tree.at("logs") });
  const ended = new EndedCalls(journal);
  const session = new Sessions().start(settings({ environment: [["MINE", "swordfish"]] }));
  const tell = (argument: string, variables: Record<string, string>, of?: Session) =>
    ended.tell(
      {
        call: { ...CALL, variables: new Map(Object.entries(variables)) },
        record: recordOf("stored", [argument]),
        exitCode: 0,
      },
      of,
    );
  tell("-DX=hunter22", { GITHUB_TOKEN: "hunter22" });
  tell("-DY=swordfish", {}, session);
  tell("-DZ=open", {});
  await journal[Symbol.asyncDispose]();
  const text = readFileSync(tree.at("logs/compile_journal.jsonl"), "utf8");
  expect(text.match(/-D[XYZ]=[^"]*/g)).toEqual(["-DY=<redacted>", "-DX=<redacted>", "-DZ=open", "-DY=<redacted>"]);
});

/** `miss_diff` of calls that end one after the other. */
async function diffs(records: readonly CallRecord[]): Promise<unknown[]> {
  using tree = fileTree();
  const journal = new CompileJournal({ logs: tree.at("logs") });
  const ended = new EndedCalls(journal);
  for (const record of records) ended.tell({ call: CALL, record, exitCode: 0 }, undefined);
  await journal[Symbol.asyncDispose]();
  const lines = readFileSync(tree.at("logs/compile_journal.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line).miss_diff);
}

test("EndedCalls compares a miss with the last call that gave or left the same output", async () => {
  const changed = [{ kind: "argument", added: ["-O2"], removed: ["-O1"] }];
  for (const end of ["given", "stored"] as const) {
    expect(await diffs([recordOf(end, ["-O1"]), recordOf("stored", ["-O2"])])).toEqual([undefined, changed]);
  }
});

test("EndedCalls has nothing to say of another output, a hit, or after a call that left nothing", async () => {
  expect(await diffs([recordOf("stored", ["-O1"]), recordOf("stored", ["-O2"], "b.o")])).toEqual([
    undefined,
    undefined,
  ]);
  expect(await diffs([recordOf("stored", ["-O1"]), recordOf("given", ["-O2"])])).toEqual([undefined, undefined]);
  expect(await diffs([recordOf("not stored", ["-O1"]), recordOf("stored", ["-O2"])])).toEqual([undefined, undefined]);
});

test("EndedCalls tells the session, too", () => {
  using tree = fileTree();
  const session = new Sessions().start(settings({ journal: tree.at("s.jsonl") }));
  const journal = new CompileJournal({ logs: tree.at("logs") });
  new EndedCalls(journal).tell({ call: CALL, record: recordOf("given", []), exitCode: 0 }, session);
  expect(JSON.parse(readFileSync(tree.at("s.jsonl"), "utf8"))).toMatchObject({
    outcome: "hit",
    session_id: session.settings.id,
  });
});
