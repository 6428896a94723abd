import { expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { clearDumps, listDumps, markReported, messageOf, writeDump } from "../../../src/sys/crash-dumps.ts";
import { fileTree } from "../../support/file-tree.ts";

const CRASH = { cause: "SIGSEGV", unixSeconds: 1_700_000_000, text: "pid 1\n\nit broke\nthere\n" } as const;

test("writeDump() names time and cause, never writes over another dump, and keeps it to us", () => {
  using tree = fileTree();
  const directory = tree.at("state/crashes");
  const paths = [1, 2, 3].map(() => writeDump(directory, CRASH));
  const name = `${directory}/crash-1700000000-zccache-daemon-SIGSEGV`;
  expect(paths).toEqual([`${name}.txt`, `${name}-2.txt`, `${name}-3.txt`]);
  for (const path of paths) expect(readFileSync(path, "utf8")).toBe(CRASH.text);
  expect([statSync(directory).mode & 0o777, statSync(`${name}.txt`).mode & 0o777]).toEqual([0o700, 0o600]);
});

test("listDumps() gives them by age with what their names and marks say, and nothing else", () => {
  using tree = fileTree();
  const directory = tree.at("crashes");
  expect(listDumps(directory)).toEqual([]);
  const late = writeDump(directory, { ...CRASH, unixSeconds: 1_800_000_000 });
  const early = writeDump(directory, { ...CRASH, cause: "panic", unixSeconds: 999 });
  tree.write({ "crashes/notes.txt": "", "crashes/crash-x-zccache-daemon-panic.txt": "" });
  expect(listDumps(directory)).toEqual([
    { path: early, cause: "panic", unixSeconds: 999, reported: false },
    { path: late, cause: "SIGSEGV", unixSeconds: 1_800_000_000, reported: false },
  ]);
  for (const dump of listDumps(directory).slice(0, 1)) markReported(dump);
  expect(listDumps(directory).map(({ reported }) => reported)).toEqual([true, false]);
  expect(listDumps(directory).map(messageOf)).toEqual(["it broke", "it broke"]);
});

test("clearDumps() removes dumps and marks, and counts the dumps", () => {
  using tree = fileTree();
  const directory = tree.at("crashes");
  expect(clearDumps(directory)).toBe(0);
  for (const path of [1, 2].map(() => writeDump(directory, CRASH))) {
    markReported({ path, cause: "SIGSEGV", unixSeconds: 0, reported: false });
  }
  tree.write({ "crashes/notes.txt": "" });
  expect(clearDumps(directory)).toBe(2);
  expect(readdirSync(directory)).toEqual(["notes.txt"]);
});
