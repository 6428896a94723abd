import { expect, test } from "bun:test";
import { CallPhases, noTimes, type Phase } from "../../../src/daemon/call-phases.ts";
import { PhaseProfile } from "../../../src/daemon/phase-profile.ts";
import { PHASE_MEANINGS } from "../../../src/ipc/schemas/phase-descriptions.ts";

const EVERY = Object.keys(noTimes()) as Phase[];

/** A call in which the phases last 1, 2, 3 … ms, and a millisecond more belongs to none. */
function call(): CallPhases {
  let now = 100;
  const phases = new CallPhases(() => now);
  for (const [at, phase] of EVERY.entries()) {
    now += at + 1;
    phases.ended(phase);
  }
  now += 1;
  phases.skip();
  return phases;
}

test("CallPhases gives the time since the last end to the phase that ends, and adds up one that comes again", () => {
  let now = 5;
  const phases = new CallPhases(() => now);
  now = 7;
  phases.ended("hash_headers");
  now = 10;
  phases.skip();
  now = 14;
  phases.ended("hash_headers");
  expect(phases.times).toEqual({ ...noTimes(), hash_headers: 6 });
  expect([phases.started, phases.elapsed()]).toEqual([5, 9]);
});

test("PhaseProfile.report() has of a hit the phases of hits, and of a miss those of misses", () => {
  const [hits, misses] = [new PhaseProfile(), new PhaseProfile()];
  hits.addHit(call());
  hits.addHit(call());
  misses.addMiss(call());
  const none = { ...hits.report(), ...Object.fromEntries(Object.keys(hits.report()).map((name) => [name, 0])) };
  expect(hits.report()).toEqual({
    ...none,
    hit_count: 2,
    parse_args_ns: 2e6,
    build_context_ns: 4e6,
    hash_source_ns: 6e6,
    hash_headers_ns: 8e6,
    depgraph_check_ns: 10e6,
    request_cache_lookup_ns: 12e6,
    artifact_lookup_ns: 14e6,
    write_output_ns: 16e6,
    bookkeeping_ns: 18e6,
    total_hit_ns: 184e6,
  });
  expect(misses.report()).toEqual({
    ...none,
    miss_count: 1,
    compiler_exec_ns: 10e6,
    include_scan_ns: 11e6,
    hash_all_ns: (12 + 3 + 4) * 1e6,
    artifact_store_ns: 13e6,
    total_miss_ns: 92e6,
  });
});

test("PhaseProfile.reset() begins again at zero", () => {
  const profile = new PhaseProfile();
  profile.addHit(call());
  profile.addMiss(call());
  profile.reset();
  expect(profile.report()).toEqual(new PhaseProfile().report());
});

test("every number of a profile is explained, in the order in which it is sent", () => {
  expect(Object.keys(PHASE_MEANINGS)).toEqual(Object.keys(new PhaseProfile().report()));
});
