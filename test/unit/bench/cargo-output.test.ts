import { expect, test } from "bun:test";
import { readFreshness, readReasons, reasonsBetween } from "../../bench/cargo-output.ts";

test("readFreshness() counts the crates that were left alone and names those that were compiled", () => {
  const printed = [
    "       Fresh cfg-if v1.0.5",
    "       Dirty zstd v0.13.4: the dependency zstd-safe was rebuilt",
    "   Compiling zstd v0.13.4",
    "     Running `rustc --crate-name Compiling`",
    "       Fresh serde v1.0.229",
    "   Compiling assorted v0.1.0 (/somewhere/package)",
    "    Finished `dev` profile [unoptimized + debuginfo] target(s) in 0.10s",
  ].join("\n");
  expect(readFreshness(printed)).toEqual({ fresh: 2, anew: ["zstd v0.13.4", "assorted v0.1.0"] });
});

test.each([
  [
    "of zccache",
    { daemon: { cache_hits: 3, non_cacheable_reasons: { "failed-compile": 3 } } },
    { "failed-compile": 3 },
  ],
  ["of sccache", { stats: { cache_hits: { counts: {} }, not_cached: { incremental: 1 } } }, { incremental: 1 }],
  ["which has none", { daemon: { cache_hits: 3 } }, {}],
])("readReasons() finds them in the statistics %s", (_, printed, reasons) => {
  expect(readReasons(JSON.stringify(printed))).toEqual(reasons);
});

test("reasonsBetween() leaves out those to which nothing came", () => {
  expect(reasonsBetween({ old: 2, grown: 1 }, { old: 2, grown: 4, born: 1 })).toEqual({ grown: 3, born: 1 });
});
