import { expect, test } from "bun:test";
import { type CompilePlan, refuse } from "../../../src/core/plan.ts";
import { CallPhases } from "../../../src/daemon/call-phases.ts";
import { Counters } from "../../../src/daemon/counters.ts";

const PLAN: CompilePlan = {
  kind: "compile",
  source: "a.c",
  keyArguments: [],
  outputs: [],
  sideOutputs: false,
  cwdInKey: false,
};

test("Counters.report() adds up hits, misses and refusals by reason, most frequent first", () => {
  const counters = new Counters();
  counters.countHit(PLAN, { tookMs: 2, runMs: 122.4 });
  counters.countHit(PLAN, { tookMs: 6, runMs: 1 });
  counters.countHit({ ...PLAN, link: true, warning: "w" }, { tookMs: 1, runMs: 1 });
  counters.countRepeat();
  counters.countDelay(3);
  counters.countVerification(PLAN, "equal");
  counters.countVerification(PLAN, "different");
  counters.countVerification({ ...PLAN, link: true }, "unclear");
  counters.countMiss(PLAN);
  counters.countMiss({ ...PLAN, link: true, warning: "w" });
  counters.countRefusal("link", { ...PLAN, link: true });
  counters.countRefusal("failed-compile", PLAN);
  counters.countRefusal("failed-compile", refuse("failed-compile", ""));
  expect(counters.report()).toEqual({
    cache_hits: 2,
    memo_hits: 1,
    cache_misses: 1,
    non_cacheable: 2,
    total_compilations: 7,
    total_links: 4,
    link_hits: 1,
    link_misses: 1,
    link_non_cacheable: 1,
    verified: 1,
    verify_differences: 1,
    verify_unclear: 1,
    warnings: { w: 2 },
    compile_errors: 2,
    time_saved_ms: 120,
    hit_us_p50: expect.closeTo(2000, -2),
    hit_us_p99: expect.closeTo(6000, -2),
    hit_us_max: 6000,
    loop_delay_us_p50: expect.closeTo(3000, -2),
    loop_delay_us_p99: expect.closeTo(3000, -2),
    loop_delay_us_max: 3000,
    non_cacheable_reasons: { "failed-compile": 2, link: 1 },
  });
  expect(Object.keys(counters.report().non_cacheable_reasons)).toEqual(["failed-compile", "link"]);
  counters.phases.addHit(new CallPhases());
  counters.reset();
  expect(counters.phases.report().hit_count).toBe(0);
  const { total_compilations, total_links, verified, warnings } = counters.report();
  expect([total_compilations, total_links, verified, warnings]).toEqual([0, 0, 0, {}]);
});
