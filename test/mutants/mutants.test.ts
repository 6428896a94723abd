// Breaks a copy of the sources, one line at a time, and expects the named test to fail there.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MUTANTS } from "./mutants.ts";

const root = join(import.meta.dir, "../..");
const copy = mkdtempSync(join(tmpdir(), "zccache-mutants-"));

beforeAll(() => {
  for (const name of ["src", "test", "package.json", "tsconfig.json", "bunfig.toml"]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

// A broken one may wait for what never comes; whole ones may have a slow machine.
const BROKEN_MS = 5000;
const WHOLE_MS = 120_000;
// No time limit of bun test's ends a loop that awaits nothing, and some broken line may make one of any loop.
const HUNG_MS = 120_000;

function passes(file: string, timeoutMs: number): boolean {
  const command = [process.execPath, "test", "--bail", `--timeout=${timeoutMs}`, file]; // one failure is enough
  return Bun.spawnSync(command, {
    cwd: copy,
    stdout: "ignore",
    stderr: "ignore",
    timeout: timeoutMs + HUNG_MS,
    killSignal: "SIGKILL",
  }).success;
}

test("the tests that kill mutants pass on unbroken sources", () => {
  for (const file of new Set(MUTANTS.map((mutant) => mutant.test)))
    expect([file, passes(file, WHOLE_MS)]).toEqual([file, true]);
}, 600_000);

test.each(MUTANTS)(
  "a test notices when $what",
  (mutant) => {
    const path = join(copy, mutant.file);
    const source = readFileSync(path, "utf8");
    expect(source.split(mutant.find)).toHaveLength(2);
    writeFileSync(path, source.replace(mutant.find, mutant.replace));
    try {
      expect(passes(mutant.test, BROKEN_MS)).toBe(false);
    } finally {
      writeFileSync(path, source);
    }
  },
  600_000,
);
