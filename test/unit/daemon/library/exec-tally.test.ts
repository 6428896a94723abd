import { expect, test } from "bun:test";
import { ExecTally } from "../../../../src/daemon/library/exec-tally.ts";

test("ExecTally.report() has hits, runs, and the others by reason, the most frequent first", () => {
  const tally = new ExecTally();
  tally.countHit();
  for (const end of ["stored", "not wanted", "date", "network", "network"] as const) tally.countRun(end);
  const report = tally.report();
  expect(report).toEqual({ hits: 1, misses: 5, not_stored: { network: 2, date: 1 } });
  expect(Object.keys(report.not_stored)).toEqual(["network", "date"]);
});
