import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { CallRecord } from "../../../../src/daemon/library/call-record.ts";
import { CompileJournal } from "../../../../src/daemon/library/compile-journal.ts";
import type { JournalEntry } from "../../../../src/daemon/library/journal-line.ts";
import { redactor } from "../../../../src/daemon/library/redact.ts";
import { fileTree, type TemporaryTree } from "../../../support/file-tree.ts";
import { call } from "./samples.ts";

// Longer than any test: what is written was written at the end.
const NEVER_MS = 1e9;

const PLAIN = { session: null, redact: redactor([]) };

function entry(args: readonly string[], variables = new Map<string, string>()): JournalEntry {
  const record = new CallRecord();
  record.planned(call());
  return { call: { tool: "/usr/bin/gcc", args, cwd: "/work", variables }, record, exitCode: 0, endedAt: Date.now() };
}

function linesIn(tree: TemporaryTree, name = "compile_journal.jsonl"): Record<string, unknown>[] {
  const text = readFileSync(tree.at(`logs/${name}`), "utf8");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

test("CompileJournal writes nothing at once, and everything by its end, in order", async () => {
  using tree = fileTree();
  const journal = new CompileJournal({ logs: tree.at("logs"), waitMs: NEVER_MS });
  for (let count = 0; count < 500; count += 1) journal.add(entry(["-c", `${count}.c`]), PLAIN);
  expect(readdirSync(tree.at("logs"))).toEqual([]);
  await journal[Symbol.asyncDispose]();
  expect(linesIn(tree).map(({ args }) => args)).toEqual(
    Array.from({ length: 500 }, (_, count) => ["-c", `${count}.c`]),
  );
  expect(statSync(tree.at("logs/compile_journal.jsonl")).mode & 0o777).toBe(0o600);
});

test("CompileJournal writes what waited for long enough without being asked", async () => {
  using tree = fileTree();
  const journal = new CompileJournal({ logs: tree.at("logs"), waitMs: 1 });
  for (const name of ["first", "second"]) {
    journal.add(entry([name]), PLAIN);
    while (!existsSync(tree.at("logs/compile_journal.jsonl")) || linesIn(tree).at(-1)?.["args"]?.toString() !== name)
      await Bun.sleep(1);
  }
});

test("CompileJournal has the session of a call, hides what it is told to, and has no variables", async () => {
  using tree = fileTree();
  const journal = new CompileJournal({ logs: tree.at("logs") });
  journal.add(entry(["-DX=hunter22"], new Map([["HOME", "/home/me"]])), {
    session: "s",
    redact: redactor(["hunter22"]),
  });
  await journal[Symbol.asyncDispose]();
  expect(linesIn(tree)).toMatchObject([{ session_id: "s", args: ["-DX=<redacted>"] }]);
  expect(linesIn(tree)[0]).not.toHaveProperty("env");
});

test("CompileJournal tells calls apart that have the same arguments", async () => {
  using tree = fileTree();
  const journal = new CompileJournal({ logs: tree.at("logs") });
  const first = entry(["-DX=hunter22"]);
  const redact = redactor(["hunter22"]);
  journal.add(first, PLAIN);
  journal.add(first, { session: null, redact });
  journal.add(first, PLAIN);
  journal.add({ ...first, call: { ...first.call, cwd: "/other" } }, PLAIN);
  journal.add({ ...first, call: { ...first.call, tool: "/usr/bin/clang" } }, PLAIN);
  await journal[Symbol.asyncDispose]();
  expect(linesIn(tree).map(({ compiler, args, cwd }) => [compiler, args, cwd])).toEqual([
    ["/usr/bin/gcc", ["-DX=hunter22"], "/work"],
    ["/usr/bin/gcc", ["-DX=<redacted>"], "/work"],
    ["/usr/bin/gcc", ["-DX=hunter22"], "/work"],
    ["/usr/bin/gcc", ["-DX=hunter22"], "/other"],
    ["/usr/bin/clang", ["-DX=hunter22"], "/work"],
  ]);
});

test("CompileJournal begins a new file above its size, and keeps one old one", async () => {
  using tree = fileTree();
  for (const name of ["a", "b", "c"]) {
    const journal = new CompileJournal({ logs: tree.at("logs"), rotateBytes: 1 });
    journal.add(entry([name]), PLAIN);
    await journal[Symbol.asyncDispose]();
  }
  expect(linesIn(tree).map(({ args }) => args)).toEqual([["c"]]);
  expect(linesIn(tree, "compile_journal.jsonl.1").map(({ args }) => args)).toEqual([["b"]]);
});

test("CompileJournal does without a place to write to", async () => {
  using tree = fileTree();
  writeFileSync(tree.at("logs"), "");
  const journal = new CompileJournal({ logs: tree.at("logs") });
  journal.add(entry(["lost"]), PLAIN);
  await journal[Symbol.asyncDispose]();
  expect(readFileSync(tree.at("logs"), "utf8")).toBe("");
});

test("CompileJournal does not bring back a directory that was removed", async () => {
  using tree = fileTree();
  const journal = new CompileJournal({ logs: tree.at("logs") });
  rmSync(tree.at("logs"), { recursive: true });
  journal.add(entry(["lost"]), PLAIN);
  await journal[Symbol.asyncDispose]();
  expect(existsSync(tree.at("logs"))).toBe(false);
});

test("CompileJournal ends only when a batch that is being written is on disk", async () => {
  using tree = fileTree();
  const journal = new CompileJournal({ logs: tree.at("logs"), waitMs: 0 });
  const many = 5000;
  for (let count = 0; count < many; count += 1)
    journal.add(entry([`${count}`, ...Array(50).fill("-I/some/place")]), PLAIN);
  while (!existsSync(tree.at("logs/compile_journal.jsonl"))) await new Promise((resolve) => setImmediate(resolve));
  journal.add(entry(["last"]), PLAIN);
  await journal[Symbol.asyncDispose]();
  const lines = linesIn(tree);
  expect(lines).toHaveLength(many + 1);
  expect(lines.at(-1)?.["args"]).toEqual(["last"]);
});
