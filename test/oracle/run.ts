// The random-step oracle by hand; oracle.test.ts runs it in CI.
//
//     bun test/oracle/run.ts [--seed N] [--steps N] [--binary FILE] [--other-client FILE] [--no-watch] [--stop]
//         [--json FILE]
//
// Prints its seed first and then the report; exit code 1 if a result was wrong. The same seed gives the same steps as
// far as the clock allows: edits race with compiles. --stop ends at the first wrong result; --json keeps what was counted.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openSession } from "./session.ts";
import { report } from "./tally.ts";
import { walk } from "./walk.ts";

const DEFAULT_STEPS = 2000;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    steps: { type: "string" },
    binary: { type: "string" },
    "other-client": { type: "string" },
    "no-watch": { type: "boolean", default: false },
    json: { type: "string" },
    stop: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const steps = Number(values.steps ?? DEFAULT_STEPS);
const noWatch = values["no-watch"];
console.log(`seed ${seed}, ${steps} steps, ${noWatch ? "not watching" : "watching"}`);
await using session = await openSession({ binary: values.binary, otherClient: values["other-client"], noWatch });
const tally = await walk(session, { seed, steps, stopAtWrong: values.stop });
console.log(report(tally));
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(tally));
process.exitCode = tally.wrong.length > 0 ? 1 : 0;
