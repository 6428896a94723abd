import { expect, test } from "bun:test";
import { Counters } from "../../../src/daemon/counters.ts";

test("Counters.report() adds up hits, misses and refusals by reason, most frequent first", () => {
  const counters = new Counters();
  counters.countHit(120.4);
  counters.countHit(-5);
  counters.countMiss();
  counters.countRefusal("link");
  counters.countRefusal("failed-compile");
  counters.countRefusal("failed-compile");
  expect(counters.report()).toEqual({
    cache_hits: 2,
    memo_hits: 0,
    cache_misses: 1,
    non_cacheable: 3,
    total_compilations: 6,
    compile_errors: 2,
    time_saved_ms: 120,
    non_cacheable_reasons: { "failed-compile": 2, link: 1 },
  });
  expect(Object.keys(counters.report().non_cacheable_reasons)).toEqual(["failed-compile", "link"]);
  counters.reset();
  expect(counters.report().total_compilations).toBe(0);
});
