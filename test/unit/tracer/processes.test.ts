import { describe, expect, test } from "bun:test";
import { constants } from "node:os";
import { START, seen } from "./observe-records.ts";
import type { HandMade } from "./trace-bytes.ts";

const { ENOENT } = constants.errno;

describe("ProcessTree knows the environment:", () => {
  const ask = (text: string, pid = 100, error = 0): HandMade => ({ kind: "environment", pid, error, text });
  const set = (text: string): HandMade => ({ kind: "environment-set", text });
  const child: HandMade[] = [
    { kind: "exec", pid: 101, text: "/cc1" },
    { kind: "start", pid: 101, flags: 100, text: "/cc1" },
  ];

  test("names asked for, sorted, each once, without ours", () => {
    expect(seen([ask("B"), ask("A", 100, ENOENT), ask("B"), ask("ZCC_TTY")]).environment).toEqual(["A", "B"]);
  });

  test("a name that the tree set before does not count, in it and in its children", () => {
    expect(seen([set("COLLECT_GCC"), ask("COLLECT_GCC"), ...child, ask("COLLECT_GCC", 101)]).environment).toEqual([]);
  });

  test("a name that was asked for before it was set counts", () => {
    expect(seen([ask("COMPILER_PATH"), set("COMPILER_PATH")]).environment).toEqual(["COMPILER_PATH"]);
  });

  test("what a child sets says nothing about its parent", () => {
    const run = [...child, { ...set("X"), pid: 101 }, ask("X")];
    expect(seen(run).environment).toEqual(["X"]);
  });

  test("what a process set stays set in the program that it becomes", () => {
    const run: HandMade[] = [set("X"), { kind: "exec", text: "/b" }, { ...START, text: "/b" }, ask("X")];
    expect(seen(run).environment).toEqual([]);
  });

  test("a cleared environment leaves nothing to ask for", () => {
    expect(seen([set("*"), ask("X")]).environment).toEqual([]);
  });

  test("as a whole once an interpreter runs", () => {
    expect(seen([]).wholeEnvironment).toBe(false);
    expect(seen([{ kind: "start", pid: 101, flags: 100, text: "/usr/bin/dash" }]).wholeEnvironment).toBe(true);
  });
});
