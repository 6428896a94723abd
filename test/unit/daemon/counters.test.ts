import { expect, test } from "bun:test";
import { Counters } from "../../../src/daemon/counters.ts";

test("Counters.report() adds up hits, misses and refusals by reason, most frequent first", () => {
  const counters = new Counters();
  counters.countHit(2, 122.4);
  counters.countHit(6, 1);
  counters.countRepeat();
  counters.countDelay(3);
  counters.countMiss();
  counters.countRefusal("link");
  counters.countRefusal("failed-compile");
  counters.countRefusal("failed-compile");
  expect(counters.report()).toEqual({
    cache_hits: 2,
    memo_hits: 1,
    cache_misses: 1,
    non_cacheable: 3,
    total_compilations: 6,
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
  counters.reset();
  expect(counters.report().total_compilations).toBe(0);
});
