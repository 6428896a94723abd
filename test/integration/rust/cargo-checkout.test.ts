// The same workspace at another path: what a build there makes without zccache is what it makes with results of the first
// one, and where no path gets into what is made rustc is not started again.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { titled } from "../../support/missing.ts";
import type { Environment } from "../../support/run.ts";
import { noRust } from "../../support/rust-tools.ts";
import { CargoStage } from "./cargo-stage.ts";

setDefaultTimeout(300_000);

const FIRST = "first/checkout";
const OTHER = "other/place/of/it";
/** Nothing of the directory stands in what is made. */
const REPLACED: Environment = { RUSTFLAGS: "--remap-path-prefix=PLACE=.", CARGO_INCREMENTAL: "0" };
const PLAIN: Environment = { CARGO_INCREMENTAL: "0" };
// `says` is a macro that reads its package's directory, `made` has a file of its build script.
const SMALL = 'rm -r made says app; sed -i \'s/members.*/members = ["util", "capi", "alone"]/\' Cargo.toml';
/** A program of its own with a build script, and tests. */
const ALONE = `${SMALL}
mkdir -p alone/src
printf '[package]\\nname = "alone"\\nversion = "1.2.3"\\nedition = "2021"\\n' >alone/Cargo.toml
echo 'fn main() { println!("cargo:rerun-if-changed=build.rs"); }' >alone/build.rs
echo 'fn main() { let unused = 1; println!("{}", line!()); panic!("{}", file!()) } #[test] fn one() {}' >alone/src/main.rs`;

type Build = {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Environment;
  readonly edit: string;
  /** How many calls of rustc are left in the other place, at most. */
  readonly starts: number;
};

const BUILDS: readonly Build[] = [
  { name: "build, the directory replaced", args: ["build"], env: REPLACED, edit: ALONE, starts: 0 },
  { name: "build --release, replaced", args: ["build", "--release"], env: REPLACED, edit: ALONE, starts: 0 },
  { name: "check of all targets, replaced", args: ["check", "--all-targets"], env: REPLACED, edit: ALONE, starts: 0 },
  { name: "test --no-run, replaced", args: ["test", "--no-run"], env: REPLACED, edit: ALONE, starts: 0 },
  {
    name: "build --release of a program",
    args: ["build", "--release", "-p", "alone"],
    env: PLAIN,
    edit: ALONE,
    starts: 0,
  },
  {
    name: "check of a program and its tests",
    args: ["check", "--all-targets", "-p", "alone"],
    env: PLAIN,
    edit: ALONE,
    starts: 0,
  },
  // Its debug information names the directory; its build script has none.
  { name: "build of a program for debugging", args: ["build", "-p", "alone"], env: PLAIN, edit: ALONE, starts: 1 },
  // Libraries name it.
  { name: "build --release of everything", args: ["build", "--release"], env: PLAIN, edit: ":", starts: 20 },
  { name: "build of everything, replaced", args: ["build"], env: REPLACED, edit: ":", starts: 20 },
];

describe.skipIf(noRust !== undefined)(titled("in another checkout, cargo", noRust), () => {
  let at: CargoStage;
  beforeAll(() => {
    at = new CargoStage();
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  test.each(BUILDS.map((each) => [each.name, each] as const))("%s", async (_, { args, env, edit, starts }) => {
    const call = { args, env };
    for (const place of [FIRST, OTHER]) {
      at.place = place;
      await at.lay(edit);
    }
    const there = await at.repeatableOracle(call);
    // What it asks rustc before a build is answered for each directory.
    for (let round = 0; round < 2; round++) {
      await at.cached({ args: ["clean", "-p", "util"], env });
      await Bun.sleep(500);
    }
    at.place = FIRST;
    await at.expectHits(call, await at.repeatableOracle(call));
    // Whatever the first one was made of is not looked at any more.
    rmSync(at.box.tree.at("first"), { recursive: true });
    at.place = OTHER;
    at.clean();
    const built = await at.cached(call);
    there.expectSame(built);
    expect(built.starts).toBeLessThanOrEqual(starts);
    expect(there.built.starts).toBeGreaterThan(starts === 20 ? 0 : starts);
    await at.expectHits(call, there);
  });
});
