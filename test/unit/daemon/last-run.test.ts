import { expect, test } from "bun:test";
import { appendFileSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { VERSION } from "../../../src/core/version.ts";
import { beginRun, endRun, lastWords, unendedRun } from "../../../src/daemon/last-run.ts";
import { fileTree } from "../../support/file-tree.ts";

const LAST_WORDS = `============================================================
Bun v1.4.5 (a7733435c) Linux x64
Args: "zccache" "daemon-run"
Elapsed: 1999ms | User: 39ms | Sys: 39ms

panic(main thread): Bus error at address 0x958
oh no: Bun has crashed. This indicates a bug in Bun, not your code.

 https://bun.report/1.4.5/l_1a773343k
`;

test("unendedRun() is the daemon whose note is still there", () => {
  using tree = fileTree();
  expect(unendedRun(tree.path)).toBeUndefined();
  beginRun(tree.path, undefined);
  expect(unendedRun(tree.path)).toEqual({ pid: process.pid, version: VERSION, crash: undefined });
  endRun(tree.path);
  expect(unendedRun(tree.path)).toBeUndefined();
  const started = Number(readFileSync(tree.at("last_run_zccache-daemon.txt"), "utf8"));
  expect(Math.abs(Date.now() / 1000 - started)).toBeLessThan(10);
});

test("endRun() leaves the note of another daemon alone, and fails nobody", () => {
  using tree = fileTree();
  beginRun(tree.path, undefined);
  const path = tree.at("running_zccache-daemon.json");
  writeFileSync(path, readFileSync(path, "utf8").replace(`"pid":${process.pid}`, '"pid":1'));
  endRun(tree.path);
  expect(unendedRun(tree.path)?.pid).toBe(1);
  writeFileSync(path, "{");
  expect(unendedRun(tree.path)).toBeUndefined();
  expect(() => endRun(tree.at("none"))).not.toThrow();
});

test("unendedRun() finds the last words in what the log has got since the start, and no earlier ones", () => {
  using tree = fileTree({ log: LAST_WORDS });
  beginRun(tree.path, tree.at("log"));
  expect(unendedRun(tree.path)?.crash).toBeUndefined();
  appendFileSync(tree.at("log"), LAST_WORDS.replace("Bus error", "Segmentation fault"));
  utimesSync(tree.at("log"), 1234, 1234);
  expect(unendedRun(tree.path)?.crash).toMatchObject({ cause: "SIGSEGV", unixSeconds: 1234 });
  beginRun(tree.path, tree.at("none"));
  expect(unendedRun(tree.path)?.crash).toBeUndefined();
});

test.each([
  ["Segmentation fault at address 0x0", "SIGSEGV"],
  ["Bus error at address 0x0", "SIGBUS"],
  ["Illegal instruction at address 0x0", "SIGILL"],
  ["Floating point error at address 0x0", "SIGFPE"],
  ["abort() called", "SIGABRT"],
  ["Internal assertion failure", "panic"],
])("lastWords() takes %p for %s", (words, cause) => {
  expect(lastWords(LAST_WORDS.replace("Bus error at address 0x958", words))).toMatchObject({ cause });
});

test("lastWords() keeps what is of use, and no arguments", () => {
  expect(lastWords(LAST_WORDS)?.message).toBe(
    [
      "Bus error at address 0x958",
      "",
      "Bun v1.4.5 (a7733435c) Linux x64",
      "Elapsed: 1999ms | User: 39ms | Sys: 39ms",
      "frames: https://bun.report/1.4.5/l_1a773343k",
    ].join("\n"),
  );
  expect(lastWords("a line\n  panic(main thread): within a line\n")).toBeUndefined();
});
