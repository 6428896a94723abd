// A program from crates.io as its authors build it: in a warm build all calls of rustc are hits but those that fail, by
// which build scripts try it out; everything is what cargo makes without zccache, and cargo finds nothing to do after it.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type CratePackage, publishedCrate } from "../../support/crates.ts";
import { titled } from "../../support/missing.ts";
import { noRust } from "../../support/rust-tools.ts";
import { CargoStage } from "./cargo-stage.ts";

setDefaultTimeout(1_800_000);

const WITHOUT_INCREMENTAL = { CARGO_INCREMENTAL: "0" };
const CALLS: [title: string, args: string[], env?: Record<string, string>][] = [
  ["build", ["build"]],
  ["build without incremental compilation", ["build"], WITHOUT_INCREMENTAL],
  ["build --release", ["build", "--release"]],
];

describe.skipIf(noRust !== undefined)(titled("ripgrep:", noRust), () => {
  let at: CargoStage;
  let ripgrep: CratePackage;
  beforeAll(async () => {
    if (noRust !== undefined) return;
    ripgrep = await publishedCrate("ripgrep", "14.1.1");
    at = new CargoStage();
    await at.take(ripgrep.directory);
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  test.each(CALLS)("cargo %s", async (_, args, env = {}) => {
    const call = { args: [...args, "--locked"], env: { ...ripgrep.env, ...env } };
    const oracle = await at.oracle(call);
    expect(oracle.built.starts).toBeGreaterThan(40);
    if (env === WITHOUT_INCREMENTAL || args.includes("--release")) expect([...oracle.differing]).toEqual([]);
    at.clean();
    const cold = await at.cached(call);
    oracle.expectSame(cold);
    const next = await at.cached(call);
    expect(next.said.join("\n")).not.toContain("Compiling");
    expect(next.artifacts).toEqual(cold.artifacts);
    const warm = await at.expectHitsButFailures(call, oracle);
    expect(warm.hits / oracle.built.starts).toBeGreaterThan(0.9);
    for (const again of [await at.cached(call), await at.bare(call)]) {
      expect(again.said.join("\n")).not.toContain("Compiling");
      expect(again.artifacts).toEqual(warm.artifacts);
    }
  });
});
