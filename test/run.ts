// npm test: builds dist/zccache, runs all tests and ends with one line, `N passed, N failed, N skipped`. Skipped tests
// are named above it with their reason. Exit code 1 if a test failed, if none ran, or, with CI=true, if one was skipped.
//
//     npm test -- [--only unit|property|integration|faults|mutants|oracle|tree] [FILE...]
//
// Tests that only compute share one process; the others, which start daemons and builds, get one each. These run two at
// once, their words printed when a file is through. The shared one runs after them, and the oracle, which has two walks
// at a time itself.
// A file whose claims depend on time is run once more, alone, if it fails: another one, or the machine, may have kept it
// waiting. That it did is said at the end.

import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { build, repository } from "./support/built-binary.ts";
import { type Failure, type Results, readResults } from "./support/test-results.ts";

const SHARED = ["tree", "unit", "property"];
const ALONE = ["integration", "faults", "mutants", "oracle"];
const PAIRED = /^test\/(faults|integration|mutants)\//;
const AT_ONCE = 2;
// Begun first, so that none of them is left over for one process while the other has nothing to do.
const LONG = /^test\/(mutants|integration\/projects)\//;
// How long calls may take and what ends within which time: true of a machine that runs us. In the others no budget is near
// its limit.
const TIMED = /^test\/(faults|integration\/(broker|client|daemon|library|lifecycle))\//;
const SLOWEST = 15;
const MESSAGE_CHARACTERS = 800;
const TEN_MINUTES = 600_000;

const scratch = mkdtempSync(join(tmpdir(), "zcc-test-"));
const total: { passed: number; failed: Failure[]; skipped: string[] } = { passed: 0, failed: [], skipped: [] };
const failedOnce: Failure[] = [];
const toRunAgain: (readonly string[])[] = [];
const durations: { readonly files: readonly string[]; readonly seconds: number }[] = [];
try {
  await main();
} catch (error) {
  console.error(error);
  total.failed.push({ name: "test/run.ts", message: String(error) });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
report();

async function main(): Promise<void> {
  const batches = chosenBatches(process.argv.slice(2));
  build();
  const paired = batches
    .filter(([file = ""]) => PAIRED.test(file))
    .sort(([one = ""], [other = ""]) => Number(LONG.test(other)) - Number(LONG.test(one)));
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (let files = paired.shift(); files !== undefined; files = paired.shift()) await runBatch(files, "kept");
  });
  await Promise.all(lanes);
  for (const files of toRunAgain) add(await tryBatch(files, "shown"));
  for (const files of batches.filter(([file = ""]) => !PAIRED.test(file))) await runBatch(files, "shown");
}

/** Files by process. */
function chosenBatches(args: string[]): string[][] {
  const option = args.indexOf("--only");
  const only = option < 0 ? undefined : args[option + 1];
  const named = args.filter((_, index) => option < 0 || (index !== option && index !== option + 1));
  const known = [...SHARED, ...ALONE];
  if (option >= 0 && !known.includes(only ?? ""))
    throw new Error(`Cannot run only "${only}": choose of ${known.join(", ")}`);
  const files = [...new Bun.Glob("**/*.test.ts").scanSync({ cwd: join(repository, "test") })].sort();
  const chosen = files
    .map((file) => ({ file: join("test", file), group: file.includes("/") ? (file.split("/")[0] ?? "") : "tree" }))
    .filter(({ group }) => only === undefined || group === only)
    .filter(({ file }) => named.length === 0 || named.some((name) => file.includes(name)));
  const shared = chosen.filter(({ group }) => !ALONE.includes(group)).map(({ file }) => file);
  const alone = chosen.filter(({ group }) => ALONE.includes(group)).map(({ file }) => [file]);
  return shared.length === 0 ? alone : [shared, ...alone];
}

async function runBatch(files: readonly string[], words: "kept" | "shown"): Promise<void> {
  const results = await tryBatch(files, words);
  if (results.failed.length === 0 || !files.every((file) => TIMED.test(file))) return add(results);
  failedOnce.push(...results.failed);
  toRunAgain.push(files);
}

/** Words that are `kept` are printed in one piece at the end, so that those of two processes do not mix. */
async function tryBatch(files: readonly string[], words: "kept" | "shown"): Promise<Results> {
  const home = mkdtempSync(join(scratch, "home-"));
  const [report, log] = [`${home}.xml`, `${home}.log`];
  const began = performance.now();
  const output = words === "kept" ? openSync(log, "w") : "inherit";
  const child = Bun.spawn(
    [
      process.execPath,
      "test",
      `--timeout=${TEN_MINUTES}`,
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${file}`),
    ],
    {
      cwd: repository,
      stdio: ["ignore", output, output],
      env: cleanEnvironment(home),
      timeout: 2 * TEN_MINUTES,
      killSignal: "SIGKILL",
    },
  );
  const status = await child.exited;
  if (output !== "inherit") {
    closeSync(output);
    process.stdout.write(readFileSync(log));
  }
  durations.push({ files, seconds: (performance.now() - began) / 1000 });
  return readResults(report, { files, succeeded: status === 0 });
}

/** The user's settings of zccache and Bun must not reach the tests, nor tests the user's cache. */
function cleanEnvironment(home: string): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]): [string, string][] => {
    const ours = /^(ZCCACHE_(?!TEST_)|BUN_)/.test(name);
    return ours || value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(entries), HOME: home };
}

function add(results: Results): void {
  total.passed += results.passed;
  total.failed.push(...results.failed);
  total.skipped.push(...results.skipped);
}

function report(): void {
  const skippedInCi = process.env["CI"] === "true" && total.skipped.length > 0;
  const ran = total.passed + total.failed.length > 0;
  console.log("");
  for (const { files, seconds } of durations.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST)) {
    const name = files.length === 1 ? files[0] : `${files.length} files that share a process`;
    console.log(`${seconds.toFixed(1).padStart(6)} s  ${name}`);
  }
  for (const name of total.skipped) console.log(`skipped: ${name}`);
  for (const { name, message } of failedOnce) tell("failed once, its file was run again", name, message);
  for (const { name, message } of total.failed) tell("failed", name, message);
  if (skippedInCi) console.log("CI must not skip tests: install what the skipped ones name");
  if (!ran)
    console.log(
      `no test ran (files are looked for below ${relative(process.cwd(), join(repository, "test")) || "test"})`,
    );
  console.log(`${total.passed} passed, ${total.failed.length} failed, ${total.skipped.length} skipped`);
  process.exitCode = total.failed.length > 0 || skippedInCi || !ran ? 1 : 0;
}

function tell(what: string, name: string, message: string): void {
  console.log(`${what}: ${name}\n${indented(message)}`.trimEnd());
}

function indented(message: string): string {
  return message.slice(0, MESSAGE_CHARACTERS).replace(/^(?=.)/gm, "    ");
}
