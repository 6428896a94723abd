import { expect, test } from "bun:test";
import { join } from "node:path";
import { dumpText, leaveDump, reportCrashes } from "../../../src/daemon/crash-guard.ts";
import { listDumps, messageOf } from "../../../src/sys/crash-dumps.ts";
import { createLogger } from "../../../src/sys/log.ts";
import { fileTree } from "../../support/file-tree.ts";

const CRASH = {
  cause: "panic",
  unixSeconds: 1_700_000_000,
  pid: 42,
  message: "broken: at /home/me/secret-of-mine",
} as const;

test("dumpText() tells version, system, process, time, cause and message, and no value of a variable [daemon 24]", () => {
  const values = new Map([
    ["HOME", "/home/me"],
    ["TOKEN", "secret-of-mine"],
    ["SHORT", "at"],
    ["LONGER", "/home/me/secret-of"],
  ]);
  const lines = dumpText(CRASH, values).split("\n");
  expect(lines.slice(1)).toEqual([
    "os       linux",
    `arch     ${process.arch}`,
    "pid      42",
    "time     2023-11-14T22:13:20.000Z",
    "cause    panic",
    "",
    "broken: at <LONGER>-mine",
    "",
  ]);
  expect(lines[0]).toMatch(/^zccache-daemon \d+\.\d+\.\d+$/);
});

test("reportCrashes() warns of each dump once [daemon 24]", () => {
  using tree = fileTree();
  const lines: string[] = [];
  const log = createLogger({ level: "info", write: (line) => lines.push(line) });
  const directory = tree.at("crashes");
  leaveDump(directory, CRASH, log);
  leaveDump(directory, { ...CRASH, cause: "SIGBUS" }, log);
  for (let start = 0; start < 3; start++) reportCrashes(directory, log);
  expect(lines.map((line) => line.replace(/^\S+ /, "").replace(/;.*: /, ": "))).toEqual([
    expect.stringContaining("WARN  zccache_core[0]: an earlier daemon crashed by SIGBUS at 2023-11-14T22:13:20.000Z"),
    expect.stringContaining("WARN  zccache_core[0]: an earlier daemon crashed by an error that nobody caught at 2023"),
  ]);
});

test("leaveDump() and reportCrashes() fail nobody where nothing can be written", () => {
  using tree = fileTree({ file: "" });
  const lines: string[] = [];
  const log = createLogger({ level: "info", write: (line) => lines.push(line) });
  leaveDump(tree.at("file"), CRASH, log);
  reportCrashes(tree.at("file"), log);
  expect(lines.length).toBe(1);
});

test.each([
  ["an error in a timer", 'setTimeout(() => { throw new Error("first"); })'],
  ["a rejection", 'void Promise.reject(new Error("first"))'],
  ["two at once", 'for (const name of ["first", "second"]) setTimeout(() => { throw new Error(name); })'],
])("installCrashGuard() ends the process by 1 with one dump at %s that nobody caught", (_what, broken) => {
  using tree = fileTree();
  const source = (name: string) => JSON.stringify(join(import.meta.dir, "../../../src", name));
  const program = `
    const { installCrashGuard } = await import(${source("daemon/crash-guard.ts")});
    const { createLogger } = await import(${source("sys/log.ts")});
    installCrashGuard(${JSON.stringify(tree.at("crashes"))}, createLogger({ level: "info" }), () => console.log("dumped"));
    ${broken};
    await Bun.sleep(10_000);`;
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, "-e", program]);
  expect([exitCode, stdout.toString()]).toEqual([1, "dumped\n"]);
  expect(stderr.toString()).toMatch(/ERROR zccache_core\[0\]: ends by an error that nobody caught: first/);
  const [dump, ...others] = listDumps(tree.at("crashes"));
  expect(others).toEqual([]);
  expect(dump && messageOf(dump)).toBe("first");
});
