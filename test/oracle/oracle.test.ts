// The random-step oracle in CI: two long walks side by side, with the daemon watching and not, and a short one for each
// thing that keeps hits right, taken out. `bun test/oracle/run.ts --seed N --steps N` repeats one by hand.

import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CLIENTS } from "../integration/client/clients.ts";
import { builtBinary, repository } from "../support/built-binary.ts";
import { fileTree } from "../support/file-tree.ts";
import { missingTool, titled } from "../support/missing.ts";
import { mutatedBinary } from "../support/mutated-binary.ts";
import { run } from "../support/run.ts";
import { EDIT_KINDS } from "./edits.ts";
import { MUTATIONS } from "./mutations.ts";
import { openSession } from "./session.ts";
import { newTally, percentOfHits, report, sumOf, type Tally } from "./tally.ts";
import { walk } from "./walk.ts";

setDefaultTimeout(600_000);

const STEPS = 2000;
const STEPS_TO_NOTICE = 500;
const LOWEST_PERCENT = 95;
const LOWEST_PERCENT_OF_FEW = 75;

const noGcc = missingTool("gcc", "g++", "as");
const otherClient = CLIENTS.find(([name]) => name === "TypeScript")?.[1];

/** Kinds of edits that must have had both effects. A touch has no bearing on a compile, unless it shows its time. */
const BOTH_WAYS = [...EDIT_KINDS.filter((kind) => kind !== "touched"), "variable"];
/** Fewer may by chance all be the same. */
const TELLING = 25;

describe.skipIf(noGcc !== undefined)(titled(`the oracle, in ${STEPS} random steps,`, noGcc), () => {
  let tally: Tally = newTally();
  beforeAll(async () => {
    const seed = Date.now() % 1_000_000;
    tally = sumOf(await Promise.all([walkApart(seed, ["--no-watch"]), walkApart(seed + 1, [])]));
    console.log(report(tally));
  });
  test("finds nothing wrong", () => {
    expect(tally.wrong).toEqual([]);
    expect(tally.compared).toBeGreaterThan(STEPS * 0.98);
  });
  test("can compare nearly every step", () => {
    expect(tally.unsteady).toBeLessThan(STEPS / 50);
    expect(tally.refused).toBeLessThan(STEPS / 10);
    expect(tally.failed).toBeLessThan(STEPS / 3);
  });
  test("sees unchanged repeats hit", () => {
    expect(tally.repeats.hits).toBeGreaterThan(STEPS / 10);
    expect(percentOfHits(tally.repeats)).toBeGreaterThanOrEqual(LOWEST_PERCENT);
  });
  test.each(BOTH_WAYS)("sees hits and misses after %s", (kind) => {
    const { hits, misses } = tally.byKind[kind] ?? { hits: 0, misses: 0 };
    expect(hits + misses).toBeGreaterThan(0);
    if (hits + misses >= TELLING) expect(Math.min(hits, misses)).toBeGreaterThan(0);
  });
  test("sees hits after a touch", () => {
    expect(percentOfHits(tally.byKind["touched"] ?? { hits: 0, misses: 0 })).toBeGreaterThan(LOWEST_PERCENT_OF_FEW);
  });
});

describe.skipIf(noGcc !== undefined)(
  titled(`the oracle notices within ${STEPS_TO_NOTICE} steps a cache without`, noGcc),
  () => {
    test.each(MUTATIONS)("$what", async ({ mutation }) => {
      const seed = Date.now() % 1_000_000;
      await using session = await openSession({ binary: mutatedBinary(mutation), noWatch: false });
      const { wrong, compared } = await walk(session, { seed, steps: STEPS_TO_NOTICE, stopAtWrong: true });
      console.log(`seed ${seed}: noticed after ${compared} compiles`);
      expect(wrong).not.toEqual([]);
    });
  },
);

/** Half of the steps in a process of its own. */
async function walkApart(seed: number, flags: readonly string[]): Promise<Tally> {
  using tree = fileTree();
  const clients = [
    `--binary=${builtBinary()}`,
    ...(otherClient === undefined ? [] : [`--other-client=${otherClient}`]),
  ];
  const program = [process.execPath, join(repository, "test/oracle/run.ts")];
  const options = [`--seed=${seed}`, `--steps=${STEPS / 2}`, `--json=${tree.at("tally.json")}`];
  const { stdout, stderr } = await run([...program, ...options, ...clients, ...flags]);
  console.log(`${stdout.split("\n", 1)[0]} ${stderr}`);
  return JSON.parse(readFileSync(tree.at("tally.json"), "utf8"));
}
