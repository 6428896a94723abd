import { expect, test } from "bun:test";
import { showFigures } from "../../../src/cli/session-figures.ts";

const FIGURES = {
  duration_ms: 1500,
  compilations: 10,
  hits: 3,
  misses: 5,
  non_cacheable: 2,
  errors: 1,
  errors_cached: 0,
  time_saved_ms: 2500,
  unique_sources: 4,
  bytes_read: 1000,
  bytes_written: 2_000_000,
  phase_profile: undefined,
  miss_reasons: { context_not_found: 2, no_artifact_for_key: 1, input_fingerprint_mismatch: 2 },
};

test("showFigures() as JSON has rate and outcomes of look-ups beside the figures, and not the reasons themselves", () => {
  const { stdout, exitCode } = showFigures("s", FIGURES, { json: true });
  const shown = JSON.parse(stdout);
  expect(exitCode).toBe(0);
  expect(shown).toMatchObject({ status: "ok", session_id: "s", hit_rate: 0.375, phase_profile: null });
  expect(shown.lookup_outcomes).toEqual({
    depgraph_hit_artifact_hit: 3,
    depgraph_hit_artifact_miss: 1,
    depgraph_cold_skip: 2,
    depgraph_other_miss: { input_fingerprint_mismatch: 2 },
  });
  expect(shown).not.toHaveProperty("miss_reasons");
});

test("showFigures() has no rate before the first look-up", () => {
  const { stdout } = showFigures("s", { ...FIGURES, hits: 0, misses: 0 }, { json: true });
  expect(JSON.parse(stdout).hit_rate).toBeNull();
});

test("showFigures() for people says it on standard error", () => {
  const { stdout, stderr } = showFigures("s", FIGURES, { json: false });
  expect(stdout).toBe("");
  expect(stderr).toContain("3 of 8 (37.5 %)");
});

test("showFigures() says why there are none", () => {
  expect(JSON.parse(showFigures("s", "stats_not_enabled", { json: true }).stdout)).toEqual({
    status: "unavailable",
    session_id: "s",
    reason: "stats_not_enabled",
  });
  expect(showFigures("s", undefined, { json: false }).stderr).toContain("stats_unavailable");
});
