// npm run check: formatting, lint and types of the whole tree. Prints "check passed" or what is wrong, and then ends
// with 1. `npm run check -- --write` repairs what can be repaired.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repository } from "./built-binary.ts";

const write = process.argv.includes("--write") ? ["--write"] : [];
const checks: readonly (readonly [string, readonly string[]])[] = [
  ["biome", ["check", "--config-path=.biome.json", "--error-on-warnings", ...write]],
  ["tsc", ["--noEmit"]],
];

const failed = checks.filter(([name, args]) => {
  const { status, error } = spawnSync(join(repository, "node_modules/.bin", name), args, {
    cwd: repository,
    stdio: "inherit",
  });
  if (error !== undefined) throw new Error(`Cannot run ${name}: ${error.message}`, { cause: error });
  return status !== 0;
});

if (failed.length > 0) console.error(`check failed: ${failed.map(([name]) => name).join(", ")}`);
else console.log("check passed");
process.exitCode = failed.length > 0 ? 1 : 0;
