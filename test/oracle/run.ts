// The random-step oracle by hand; oracle.test.ts runs it in CI.
//
//     bun test/oracle/run.ts [--seed N] [--steps N] [--binary FILE] [--other-client FILE] [--no-watch] [--stop]
//         [--json FILE] [--seconds N] [--all-kinds]
//
// Prints its seed first and then the report; exit code 1 if a result was wrong. The same seed gives the same steps as
// far as the clock allows: edits race with compiles. --stop ends at the first wrong result; --json keeps what was counted.
// --seconds ends the walk early, with the report of what was walked. --all-kinds goes on until every kind of edit has been
// followed by a hit and by a miss, and touches by some of either.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { CLANG_MISSING } from "./options.ts";
import { openSession } from "./session.ts";
import { report } from "./tally.ts";
import { walk } from "./walk.ts";

const DEFAULT_STEPS = 2000;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    steps: { type: "string" },
    binary: { type: "string" },
    "all-kinds": { type: "boolean", default: false },
    "other-client": { type: "string" },
    "no-watch": { type: "boolean", default: false },
    json: { type: "string" },
    seconds: { type: "string" },
    stop: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const steps = Number(values.steps ?? DEFAULT_STEPS);
const noWatch = values["no-watch"];
const signal = values.seconds === undefined ? undefined : AbortSignal.timeout(Number(values.seconds) * 1000);
console.log(`seed ${seed}, ${steps} steps, ${noWatch ? "not watching" : "watching"}`);
if (CLANG_MISSING !== undefined) console.log(`NOT TESTED: clang, since ${CLANG_MISSING}`);
await using session = await openSession({ binary: values.binary, otherClient: values["other-client"], noWatch });
const tally = await walk(session, { seed, steps, stopAtWrong: values.stop, allKinds: values["all-kinds"], signal });
console.log(report(tally));
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(tally));
process.exitCode = tally.wrong.length > 0 ? 1 : 0;
