// A program from crates.io as its authors build it: in a warm build all calls of rustc are hits but those that fail, by
// which build scripts try it out; everything is what cargo makes without zccache, and cargo finds nothing to do after it.
//
//     bun test ./test/integration/rust/cargo-projects.ts
//
// By hand: it fetches from crates.io, and twenty builds of a program take their time. Not part of `npm test`.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CratePackage, cratePackage, publishedCrate } from "../../support/crates.ts";
import { titled } from "../../support/missing.ts";
import { mustRun } from "../../support/run.ts";
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

// With macros, build scripts and crates that need others.
const DEPENDENCIES = 'thiserror = "=1.0.69"\nwalkdir = "=2.5.0"\n';
const MAIN = `#[derive(Debug, thiserror::Error)] #[error("none of {0}")] struct None(usize);
fn main() { println!("{}", None(walkdir::WalkDir::new(".").into_iter().count())); }
`;

/** A program that needs these. */
async function programOf(name: string): Promise<CratePackage> {
  return await cratePackage(`sharing-${name}`, async (directory, env) => {
    mkdirSync(join(directory, "src"));
    const head = `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n`;
    writeFileSync(join(directory, "Cargo.toml"), `${head}[dependencies]\n${DEPENDENCIES}`);
    writeFileSync(join(directory, "src/main.rs"), MAIN);
    await mustRun(["cargo", "generate-lockfile"], { cwd: directory, env });
  });
}

test.skipIf(noRust !== undefined)(titled("what two programs need of crates.io is made once", noRust), async () => {
  await using at = new CargoStage();
  const [one, two] = [await programOf("one"), await programOf("two")];
  const call = { args: ["build", "--locked"], env: { ...one.env, CARGO_INCREMENTAL: "0" } };
  at.place = "one";
  await at.take(one.directory);
  await at.expectHitsButFailures(call, await at.repeatableOracle(call));
  at.place = "two/of/them";
  await at.take(two.directory);
  const oracle = await at.repeatableOracle(call);
  at.clean();
  const before = await at.status();
  const built = await at.cached(call);
  oracle.expectSame(built);
  const after = await at.status();
  // Itself, and what cargo asks in a directory for the first time.
  expect(after.cache_misses - before.cache_misses).toBeLessThanOrEqual(3);
  expect(after.cache_hits - before.cache_hits).toBeGreaterThan(10);
});
