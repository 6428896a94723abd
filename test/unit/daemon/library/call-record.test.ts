import { expect, test } from "bun:test";
import { refuse } from "../../../../src/core/plan.ts";
import { CallRecord } from "../../../../src/daemon/library/call-record.ts";
import { call, PLAN } from "./samples.ts";

const NOTHING = Buffer.alloc(0);
const OUTCOME = { stdout: NOTHING, stderr: NOTHING, merged: false, streamsMissing: false };
const ENTRY = { layout: "empty", stdout: NOTHING, stderr: NOTHING, exitCode: 0, millis: 1e6 } as const;

function output(size: number) {
  return { role: "object", name: undefined, digest: "", size, check: "", executable: false } as const;
}

test("CallRecord knows what a hit gave and what that saved", () => {
  const record = new CallRecord();
  record.planned(call());
  record.given({ ...ENTRY, outputs: [output(10), output(5)] });
  expect([record.end, record.bytes, record.exitCode]).toEqual(["given", 15, 0]);
  expect(record.savedMs).toBeGreaterThan(990_000);
  expect([record.source, record.output, record.isLink]).toEqual(["/work/a.c", "out/a.o", false]);
});

test("CallRecord says that the client is answered once its tool has run, or it has its hit", () => {
  let answers = 0;
  const record = new CallRecord(() => {
    answers += 1;
  });
  record.planned(call());
  expect(answers).toBe(0);
  record.ran({ ...OUTCOME, exitCode: 3, signal: undefined });
  expect([answers, record.exitCode, record.end]).toEqual([1, 3, "not stored"]);
  record.ran({ ...OUTCOME, exitCode: 0, signal: 9 });
  expect(record.exitCode).toBe(1);
});

test("CallRecord gives the reason of a miss, which is the call itself where it cannot be cached", () => {
  const [missed, refused, early] = [new CallRecord(), new CallRecord(), new CallRecord()];
  missed.planned(call({ ...PLAN, link: true, warning: "w" }));
  missed.missed("input_fingerprint_mismatch");
  refused.planned(call(refuse("disabled", "")));
  expect([missed, refused, early].map(({ missReason }) => missReason)).toEqual([
    "input_fingerprint_mismatch",
    "uncacheable_input",
    "uncacheable_input",
  ]);
  expect([missed.isLink, missed.warning, refused.source, refused.warning]).toEqual([true, "w", undefined, undefined]);
});
