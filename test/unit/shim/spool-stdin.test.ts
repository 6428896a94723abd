import { expect, test } from "bun:test";
import { join } from "node:path";
import { fileTree } from "../../support/file-tree.ts";

const MODULE = join(import.meta.dir, "../../../src/shim/spool-stdin.ts");

/** Runs a program that has the module as `spool`, in place of the word RUN of a shell's line. */
function ran(line: string, program: string, cwd: string): number {
  const code = `const spool = await import(${JSON.stringify(MODULE)}); ${program}`;
  const script = line.replace("RUN", '"$0" -e "$1"');
  return Bun.spawnSync(["sh", "-c", script, process.execPath, code], { cwd, stdin: "ignore" }).exitCode;
}

test.each([
  ["RUN <file", true],
  ["cat file | RUN", true],
  ["RUN </dev/null", true],
  ["{ read -r line; RUN; } <file", false],
  ["RUN <.", false],
  ["RUN 0>file", false],
  ["RUN 0>>file", false],
])("canBeSpooled() in `%s` is %p", (line, expected) => {
  using tree = fileTree({ file: "one\ntwo\n" });
  expect(ran(line, "process.exit(spool.canBeSpooled() ? 10 : 11)", tree.path)).toBe(expected ? 10 : 11);
});

test("spoolStandardInput() copies everything, and keeps it for a tool where the daemon can't have it", () => {
  using tree = fileTree({ file: "x".repeat(300_000) });
  const copied = 'const client = {}; spool.spoolStandardInput(client, "spool"); process.exit(12)';
  expect(ran("cat file | RUN", copied, tree.path)).toBe(12);
  expect(tree.read("spool").equals(tree.read("file"))).toBe(true);
  const kept = `const client = {};
try { spool.spoolStandardInput(client, "/nonexistent/spool"); } catch {}
process.exit((await Bun.file(client.stdin).text()).length === 300000 ? 13 : 14)`;
  expect(ran("RUN <file", kept, tree.path)).toBe(13);
});
