// The random-step oracle in CI: two long walks side by side, with the daemon watching and not, and a short one for each
// thing that keeps hits right, taken out. `bun test/oracle/run.ts --seed N --steps N` repeats one by hand.

import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CLIENTS } from "../integration/client/clients.ts";
import { builtBinary, repository } from "../support/built-binary.ts";
import { fileTree } from "../support/file-tree.ts";
import { missingTool, titled } from "../support/missing.ts";
import { type Mutation, mutatedBinary } from "../support/mutated-binary.ts";
import { run } from "../support/run.ts";
import { TELLING_KINDS } from "./edits.ts";
import { MUTATIONS } from "./mutations.ts";
import { CLANG_MISSING } from "./options.ts";
import { openSession } from "./session.ts";
import { newTally, percentOfHits, report, sumOf, type Tally, wentBothWays } from "./tally.ts";
import { walk } from "./walk.ts";

setDefaultTimeout(600_000);

const STEPS = 2000;
const STEPS_TO_NOTICE = 500;
/** As many walks at a time as there are cores in CI. */
const LANES = 2;
/** A walk of so many steps notices most mutations nine times of ten, and the rarest two times of three. */
const MOST_WALKS = 8;
const LOWEST_PERCENT = 95;
const LOWEST_PERCENT_OF_FEW = 75;

const noGcc = missingTool("gcc", "g++", "as");
const otherClient = CLIENTS.find(([name]) => name === "TypeScript")?.[1];

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
  test.skipIf(CLANG_MISSING !== undefined)(titled("compares clang too", CLANG_MISSING), () => {
    expect(tally.byKind["repeat of clang -c"]?.hits ?? 0).toBeGreaterThan(0);
  });
  test("compares links too", () => {
    const kinds = Object.entries(tally.byKind).filter(([kind]) =>
      /^repeat of (?:ar|g\+\+|gcc|ld) (?!-[^r])/.test(kind),
    );
    expect(kinds.filter(([, { hits }]) => hits > 0).length).toBeGreaterThan(5);
  });
  test("can compare nearly every step", () => {
    expect(tally.unsteady).toBeLessThan(STEPS / 50);
    expect(tally.refused).toBeLessThan(STEPS / 10);
    expect(tally.failed).toBeLessThan(STEPS / 3);
  });
  test("sees unchanged repeats hit", () => {
    expect(tally.repeats.hits).toBeGreaterThan(STEPS / 20);
    expect(percentOfHits(tally.repeats)).toBeGreaterThanOrEqual(LOWEST_PERCENT);
  });
  test.each([...TELLING_KINDS, "variable"])("sees hits and misses after %s", (kind) => {
    expect(wentBothWays(tally, kind)).toBe(true);
  });
  test("sees hits after a touch", () => {
    expect(percentOfHits(tally.byKind["touched"] ?? { hits: 0, misses: 0 })).toBeGreaterThan(LOWEST_PERCENT_OF_FEW);
  });
});

describe.skipIf(noGcc !== undefined)(
  titled(`the oracle notices within ${STEPS_TO_NOTICE} steps a cache without`, noGcc),
  () => {
    const noticed = new Set<Mutation>();
    beforeAll(async () => {
      const waiting = [...MUTATIONS];
      const lane = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const { what, mutation } = next;
          if (await isNoticed(what, await mutatedBinary(mutation))) noticed.add(mutation);
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
    });
    test.each(MUTATIONS)("$what", ({ mutation }) => {
      expect(noticed.has(mutation)).toBe(true);
    });
  },
);

/** Walks until one notices. */
async function isNoticed(what: string, binary: string): Promise<boolean> {
  for (let round = 0; round < MOST_WALKS; round++) {
    const seed = (Date.now() + round) % 1_000_000;
    await using session = await openSession({ binary, noWatch: false });
    const { wrong, compared } = await walk(session, { seed, steps: STEPS_TO_NOTICE, stopAtWrong: true });
    console.log(`without ${what}, seed ${seed}: ${wrong.length} wrong of ${compared} compiles`);
    if (wrong.length > 0) return true;
  }
  return false;
}

/** Half of the steps in a process of its own. */
async function walkApart(seed: number, flags: readonly string[]): Promise<Tally> {
  using tree = fileTree();
  const clients = [
    `--binary=${builtBinary()}`,
    ...(otherClient === undefined ? [] : [`--other-client=${otherClient}`]),
  ];
  const program = [process.execPath, join(repository, "test/oracle/run.ts")];
  const options = [`--seed=${seed}`, `--steps=${STEPS / 2}`, `--json=${tree.at("tally.json")}`, "--all-kinds"];
  const { stdout, stderr } = await run([...program, ...options, ...clients, ...flags]);
  console.log(`${stdout.split("\n", 1)[0]} ${stderr}`);
  return JSON.parse(readFileSync(tree.at("tally.json"), "utf8"));
}
