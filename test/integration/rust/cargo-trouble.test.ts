// Several builds at once, and a daemon that dies under one.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Snapshot } from "../../support/compare-trees.ts";
import { titled } from "../../support/missing.ts";
import { noRust } from "../../support/rust-tools.ts";
import { CargoStage } from "./cargo-stage.ts";

setDefaultTimeout(600_000);

const CALL = { args: ["build", "--keep-going"], env: { CARGO_INCREMENTAL: "0" } };
const TARGETS = ["one", "two"];

describe.skipIf(noRust !== undefined)(titled("cargo", noRust), () => {
  test("builds into two target directories at once what it builds there one after the other", async () => {
    await using at = new CargoStage();
    await at.lay();
    const alone = [];
    for (const target of TARGETS) alone.push(await at.bare(CALL, target));
    for (const round of ["cold", "warm", "warm again"]) {
      for (const target of TARGETS) at.clean(target);
      const both = await Promise.all(TARGETS.map((target) => at.cached(CALL, target)));
      expect(both.map(({ artifacts, program }) => [round, artifacts, program])).toEqual(
        alone.map(({ artifacts, program }) => [round, artifacts, program]),
      );
    }
    for (const target of TARGETS) {
      at.clean(target);
      expect((await at.cached(CALL, target)).starts).toBe(0);
    }
  });

  test.each(["cold", "warm"])("builds what it would when the daemon is killed in a %s build", async (round) => {
    await using at = new CargoStage();
    await at.lay();
    const oracle = await at.repeatableOracle(CALL);
    if (round === "warm") await at.expectHits(CALL, oracle);
    at.clean();
    const killed: number[] = [];
    const [built] = await Promise.all([at.cached(CALL), killOnce(at, killed)]);
    expect(killed).toHaveLength(1);
    oracle.expectSame({ ...built, artifacts: withoutStaged(built.artifacts) });
    expect((await at.cached(CALL)).said.join("\n")).not.toContain("Compiling");
    await at.expectHits(CALL, oracle);
    expect(at.box.daemons()).toHaveLength(1);
  });

  test("builds on when the daemon is killed between two incremental builds", async () => {
    await using at = new CargoStage();
    const dev = { args: ["build"] };
    await at.lay();
    await at.cached(dev);
    for (const value of [2, 3]) {
      for (const pid of at.box.daemons()) process.kill(pid, "SIGKILL");
      await at.edit(`sed -i 's/u32 { [0-9]* }/u32 { ${value} }/' util/src/lib.rs`);
      expect((await at.cached(dev)).program).toStartWith(`${value} part 8\n`);
    }
  });
});

/** Kills the daemon as soon as the first crate is there, while others are being made. */
async function killOnce(at: CargoStage, killed: number[]): Promise<void> {
  const mark = at.box.tree.at("work/target/debug/deps");
  for (let waited = 0; waited < 60_000 && !existsSync(mark); waited += 2) await Bun.sleep(2);
  while (at.box.daemons().length === 0) await Bun.sleep(2);
  await Bun.sleep(100);
  for (const pid of at.box.daemons()) {
    process.kill(pid, "SIGKILL");
    killed.push(pid);
  }
}

/** A delivery that was cut short leaves what it had not yet put in its place, under a name of its own. */
function withoutStaged(artifacts: Snapshot): Snapshot {
  return new Map([...artifacts].filter(([path]) => !path.includes("/.zccache-")));
}
