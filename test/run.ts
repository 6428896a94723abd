// npm test: builds dist/zccache, runs all tests and ends with one line, `N passed, N failed, N skipped`. Skipped tests
// are named above it with their reason. Exit code 1 if a test failed, if none ran, or, with CI=true, if one was skipped.
//
//     npm test -- [--only unit|property|integration|faults|mutants|oracle|tree] [FILE...]
//
// Tests that only compute share one process; the others, which start daemons and builds, get one each, one after
// another: two cores are soon full.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { build, repository } from "./support/built-binary.ts";
import { type Results, readResults } from "./support/test-results.ts";

const SHARED = ["tree", "unit", "property"];
const ALONE = ["integration", "faults", "mutants", "oracle"];
const TEN_MINUTES = 600_000;

const scratch = mkdtempSync(join(tmpdir(), "zcc-test-"));
const total: { passed: number; failed: string[]; skipped: string[] } = { passed: 0, failed: [], skipped: [] };
try {
  main();
} catch (error) {
  console.error(error);
  total.failed.push("test/run.ts");
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
report();

function main(): void {
  const batches = chosenBatches(process.argv.slice(2));
  build();
  for (const files of batches) add(runBatch(files));
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

function runBatch(files: readonly string[]): Results {
  const home = mkdtempSync(join(scratch, "home-"));
  const report = join(scratch, "report.xml");
  rmSync(report, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [
      "test",
      `--timeout=${TEN_MINUTES}`,
      "--reporter=junit",
      `--reporter-outfile=${report}`,
      ...files.map((file) => `./${file}`),
    ],
    {
      cwd: repository,
      stdio: ["ignore", "inherit", "inherit"],
      env: cleanEnvironment(home),
      timeout: 2 * TEN_MINUTES,
      killSignal: "SIGKILL",
    },
  );
  return readResults(report, { files, succeeded: status === 0 });
}

/** The user's settings of zccache and Bun must not reach the tests, nor tests the user's cache. */
function cleanEnvironment(home: string): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]): [string, string][] => {
    const ours = /^(ZCCACHE_|BUN_)/.test(name) && name !== "ZCCACHE_TEST_BINARY";
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
  for (const name of total.skipped) console.log(`skipped: ${name}`);
  for (const name of total.failed) console.log(`failed: ${name}`);
  if (skippedInCi) console.log("CI must not skip tests: install what the skipped ones name");
  if (!ran)
    console.log(
      `no test ran (files are looked for below ${relative(process.cwd(), join(repository, "test")) || "test"})`,
    );
  console.log(`${total.passed} passed, ${total.failed.length} failed, ${total.skipped.length} skipped`);
  process.exitCode = total.failed.length > 0 || skippedInCi || !ran ? 1 : 0;
}
