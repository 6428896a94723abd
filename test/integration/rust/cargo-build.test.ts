// A warm build of a deleted target directory starts no rustc, is what cargo makes without zccache, and cargo goes on
// from it.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { titled } from "../../support/missing.ts";
import { noRust } from "../../support/rust-tools.ts";
import { CLIENTS } from "../client/clients.ts";
import { CargoStage } from "./cargo-stage.ts";

setDefaultTimeout(600_000);

const DEV = { args: ["build"] };

const CALLS: [title: string, args: string[], env?: Record<string, string>][] = [
  ["cargo build", DEV.args],
  ["cargo build --release", ["build", "--release"]],
  ["cargo build without incremental compilation", ["build"], { CARGO_INCREMENTAL: "0" }],
  ["cargo check", ["check"]],
  ["cargo test --no-run", ["test", "--no-run"], { CARGO_INCREMENTAL: "0" }],
  [
    "cargo build of debug information in files of its own",
    ["build"],
    { CARGO_INCREMENTAL: "0", CARGO_PROFILE_DEV_SPLIT_DEBUGINFO: "packed" },
  ],
];

describe.skipIf(noRust !== undefined)(titled("through the cache,", noRust), () => {
  let at: CargoStage;
  beforeAll(() => {
    at = new CargoStage();
  });
  afterAll(async () => await at?.[Symbol.asyncDispose]());

  test.each(CALLS)("%s makes what it makes without, and the next one is all fresh", async (_, args, env = {}) => {
    const call = { args, env };
    await at.lay();
    const oracle = await at.oracle(call);
    at.clean();
    const cold = await at.cached(call);
    oracle.expectSame(cold);
    expect(cold.starts).toBeGreaterThan(0);
    const warm = await at.expectHits(call, oracle);
    // Metadata and what was made without incremental compilation are the same in each build.
    const exact = [...oracle.built.artifacts.keys()].filter((path) => !oracle.differing.has(path));
    expect(exact.some((path) => path.endsWith(".rmeta"))).toBe(true);
    if (env["CARGO_INCREMENTAL"] === "0" || args.includes("--release")) expect(oracle.differing.size).toBe(0);
    for (const next of [await at.cached(call), await at.bare(call)]) {
      expect(next.said.join("\n")).not.toMatch(/Compiling|Checking/);
      expect(next.artifacts).toEqual(warm.artifacts);
    }
    at.clean();
    expect((await at.cached(call)).artifacts).toEqual(warm.artifacts);
  });

  test("cargo's questions to rustc before a build are answered too", async () => {
    await at.lay("rm -r made says app capi; sed -i 's/members.*/members = [\"util\"]/' Cargo.toml");
    const oracle = await at.oracle(DEV);
    // Besides the one crate: -vV and --print.
    expect(oracle.built.starts).toBeGreaterThan(2);
    await at.expectHits(DEV, oracle);
  });

  test("a check after a build takes build scripts and macros from it, and only checks each crate anew", async () => {
    const env = { CARGO_INCREMENTAL: "0" };
    await at.lay();
    // As members the macros are built once more, with debug information.
    const build = { args: ["build", "-p", "app"], env };
    const check = { args: ["check", "-p", "app"], env };
    const oracle = await at.oracle(check);
    await at.expectHits(build, await at.oracle(build));
    at.clean();
    const checked = await at.cached(check);
    oracle.expectSame(checked);
    // The metadata of a check hold no code, so they are none of a build's: one call at most for each of three crates,
    // of which another test may have checked some.
    expect(checked.starts).toBeLessThanOrEqual(3);
    expect(oracle.built.starts).toBeGreaterThan(4);
  });

  test("an incremental build goes on after hits, and comes back to them", async () => {
    await at.lay();
    await at.expectHits(DEV, await at.oracle(DEV));
    for (const value of [5, 6, 7]) {
      await at.edit(`sed -i 's/u32 { [0-9]* }/u32 { ${value} }/' util/src/lib.rs`);
      const built = await at.cached(DEV);
      expect(built.starts).toBeGreaterThan(0);
      expect(built.program).toStartWith(`${value} part 8\n`);
    }
    // The first edit met no directory of an earlier run, the next ones did.
    expect((await at.reasons())["incremental"]).toBeGreaterThan(0);
    expect((await at.bare(DEV)).said.join("\n")).not.toContain("Compiling");
    await at.edit("sed -i 's/u32 { 7 }/u32 { 1 }/' util/src/lib.rs");
    expect((await at.cached(DEV)).program).toStartWith("1 part 8\n");
    await at.expectHits(DEV, await at.oracle(DEV));
  });

  test("a failing build fails as it does without, and a mended one works", async () => {
    await at.lay("echo 'fn wrong( {}' >>util/src/lib.rs");
    const call = { args: ["build", "-p", "util"] };
    const [bare, cached] = [await at.bare(call).catch(textOf), await at.cached(call).catch(textOf)];
    expect(bare).toContain("wrong(");
    expect(cached).toBe(bare);
    expect(await at.cached(call).catch(textOf)).toBe(bare);
    await at.edit("sed -i '/wrong/d' util/src/lib.rs");
    expect((await at.cached(DEV)).program).toStartWith("1 part 8\n");
  });
});

describe.skipIf(noRust !== undefined)(titled("cargo's wrapper", noRust), () => {
  test.each(CLIENTS)("may be the %s client", async (_, binary) => {
    await using at = new CargoStage(binary);
    await at.lay();
    const oracle = await at.oracle(DEV);
    await at.cached(DEV);
    await at.expectHits(DEV, oracle);
  });
});

function textOf(error: unknown): string {
  return String(error).replace(/ in \d.*/g, "");
}
