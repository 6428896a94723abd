// What a traced tool is told about the terminal.

import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { fileTree } from "../../support/file-tree.ts";
import { bareRun, traceRun } from "../../support/trace-run.ts";

setDefaultTimeout(600_000);

const WARNS = 'int f(int x) { return x == 1 ? "no" : 0; }\n';
const ESCAPE = "\x1b[";

const source = join(import.meta.dirname, "programs/terminal.c");

test("isatty() tells the truth without ZCC_TTY, and the question is recorded", () => {
  using tree = fileTree({ "a.c": WARNS });
  const { outcome, records } = traceRun(["gcc", "-c", "a.c"], { cwd: tree.path });
  expect(outcome.stderr).not.toContain(ESCAPE);
  const asked = records.filter(({ kind, flags }) => kind === "terminal" && flags === 2);
  expect(asked.map(({ error }) => error === 0)).toContain(false);
});

test("gcc colours its warnings when ZCC_TTY names descriptor 2", () => {
  using tree = fileTree({ "a.c": WARNS });
  const env = { ZCC_TTY: "2", TERM: "xterm" };
  const { outcome } = traceRun(["gcc", "-c", "a.c"], { cwd: tree.path, env });
  expect(outcome.stderr).toContain(ESCAPE);
  expect(bareRun(["gcc", "-c", "a.c"], { cwd: tree.path, env: { TERM: "xterm" } }).stderr).not.toContain(ESCAPE);
});

test.each([
  ["", "0 0 -"],
  ["1", "1 0 -"],
  ["2", "0 1 -"],
  ["12", "1 1 -"],
  ["12,80x24", "1 1 80x24"],
])("isatty(1), isatty(2) and the window of 2 for ZCC_TTY=%s are %s", (variable, answer) => {
  using tree = fileTree();
  bareRun(["gcc", source, "-o", "terminal"], { cwd: tree.path });
  const env = variable === "" ? {} : { ZCC_TTY: variable };
  expect(traceRun(["./terminal"], { cwd: tree.path, env }).outcome.stdout).toBe(`${answer}\n`);
});

test("a child whose stderr leads elsewhere is told the truth, one with the captured one is told that it is a terminal", () => {
  using tree = fileTree();
  bareRun(["gcc", source, "-o", "terminal"], { cwd: tree.path });
  const env = { ZCC_TTY: "2" };
  const run = (command: string): string => traceRun(["sh", "-c", command], { cwd: tree.path, env }).outcome.stdout;
  expect(run("./terminal 2>file")).toBe("0 0 -\n");
  expect(run("./terminal 2>/dev/null; ./terminal")).toBe("0 0 -\n0 1 -\n");
});
