import { describe, expect, test } from "bun:test";
import type { Observation } from "../../../src/core/observation.ts";
import { conditionsHold, conditionsOf, libcVariables, parseEnvironment } from "../../../src/key/environment.ts";
import { namedRoot } from "../../../src/key/remap.ts";
import { NOTHING_OBSERVED } from "../../support/observations.ts";

const block = (...members: string[]) => Buffer.from(members.map((member) => `${member}\0`).join(""), "latin1");
const environmentOf = (...members: string[]) => parseEnvironment(block(...members));

describe("parseEnvironment()", () => {
  test("keeps bytes, empty values and values with equals signs", () => {
    expect([...environmentOf("A=1", "B=", "C=x=y", "D=\xff\xfe")]).toEqual([
      ["A", "1"],
      ["B", ""],
      ["C", "x=y"],
      ["D", "\xff\xfe"],
    ]);
  });
  test("takes the first of two equal names, as getenv does", () => {
    expect(environmentOf("A=1", "A=2").get("A")).toBe("1");
  });
  test("leaves out members without a name or a value", () => {
    expect([...environmentOf("noequals", "=C:=x")]).toEqual([]);
  });
});

test("libcVariables() picks locale, loader and time zone variables, sorted", () => {
  const names = libcVariables(environmentOf("Z=1", "LC_ALL=C", "TZ=UTC", "LANG=C", "LD_LIBRARY_PATH=/x")).map(
    ([name]) => name,
  );
  expect(names).toEqual(["LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ"]);
});

test("conditionsOf() has a condition on an ignored variable that the run shows", () => {
  const observation = { ...NOTHING_OBSERVED, environment: ["MAKEFLAGS"] };
  const rows = [[], ["MAKEFLAGS"]].map((shown) =>
    conditionsOf(observation, environmentOf("MAKEFLAGS=-j"), { cwdInKey: false, shown }),
  );
  const holds = (...members: string[]) => rows.map((row) => conditionsHold(row, environmentOf(...members)));
  expect([holds("MAKEFLAGS=-j"), holds("MAKEFLAGS=-k"), holds()]).toEqual([
    [true, true],
    [true, false],
    [true, false],
  ]);
});

describe("conditionsHold()", () => {
  const conditions = (over: Partial<Observation>, members: string[], cwdInKey = false) =>
    conditionsOf({ ...NOTHING_OBSERVED, ...over }, environmentOf(...members), { cwdInKey });

  test.each([
    ["the same value", ["CPATH=/a"], true],
    ["another value", ["CPATH=/b"], false],
    ["no value", [], false],
    ["an empty value", ["CPATH="], false],
    ["an unrelated variable more", ["CPATH=/a", "OTHER=1"], true],
  ])("is decided by asked-for variables: %s", (_title, members, expected) => {
    const row = conditions({ environment: ["CPATH"] }, ["CPATH=/a"]);
    expect(conditionsHold(row, environmentOf(...members))).toBe(expected);
  });
  test("sees a variable that was absent and is set now", () => {
    const row = conditions({ environment: ["CPATH"] }, []);
    expect(conditionsHold(row, environmentOf("CPATH=/a"))).toBe(false);
    expect(conditionsHold(row, environmentOf())).toBe(true);
  });
  test("passes over conditions that are on no variable", () => {
    const row = conditions({ environment: ["CPATH"] }, ["CPATH=/a"]);
    const withCall = { ...row, environment: [{ name: "=call", valueHash: "0".repeat(32) }, ...row.environment] };
    expect(conditionsHold(withCall, environmentOf("CPATH=/a"))).toBe(true);
    expect(conditionsHold(withCall, environmentOf("CPATH=/b"))).toBe(false);
  });
  test("ignores the job server and temporary directories", () => {
    const row = conditions({ environment: ["MAKEFLAGS", "TMPDIR", "PATH"] }, ["MAKEFLAGS=a", "TMPDIR=/a", "PATH=/a"]);
    expect(row.environment).toEqual([]);
  });
  test("asks for PWD only where the working directory is in the key", () => {
    expect(conditions({ environment: ["PWD"] }, ["PWD=/a"], false).environment).toEqual([]);
    expect(conditions({ environment: ["PWD"] }, ["PWD=/a"], true).environment).toHaveLength(1);
  });
  test("lets what nobody asked for lead into another working directory, where that has no say", () => {
    const remapOf = (directory: string) => ({ ...namedRoot(`${directory}/target`), directory });
    const here = environmentOf("CARGO_A=/a/src", "CARGO_B=1");
    const rowOf = (environment: string[], mayMove: boolean) =>
      conditionsOf({ ...NOTHING_OBSERVED, environment }, here, {
        cwdInKey: true,
        unseen: /^CARGO_/,
        remap: remapOf("/a"),
        mayMove,
      });
    const there = environmentOf("CARGO_A=/b/src", "CARGO_B=1");
    expect(conditionsHold(rowOf([], true), there, remapOf("/b"))).toBe(true);
    expect(conditionsHold(rowOf([], true), here, remapOf("/a"))).toBe(true);
    expect(conditionsHold(rowOf([], true), here, remapOf("/b"))).toBe(false);
    expect(conditionsHold(rowOf([], true), environmentOf("CARGO_A=/b/src", "CARGO_B=2"), remapOf("/b"))).toBe(false);
    expect(conditionsHold(rowOf(["CARGO_A"], true), there, remapOf("/b"))).toBe(false);
    expect(conditionsHold(rowOf([], false), there, remapOf("/b"))).toBe(false);
  });
  test("takes the whole environment where an interpreter ran", () => {
    const row = conditions({ wholeEnvironment: true }, ["A=1", "MAKEFLAGS=x"]);
    expect(conditionsHold(row, environmentOf("MAKEFLAGS=y", "A=1", "ZCCACHE_VERIFY=1/9"))).toBe(true);
    expect(conditionsHold(row, environmentOf("A=1", "B=1"))).toBe(false);
  });
  test("keeps no value in clear (S17)", () => {
    expect(JSON.stringify(conditions({ environment: ["TOKEN"] }, ["TOKEN=canary-secret"]))).not.toContain("canary");
  });
});

describe("conditionsOf()", () => {
  const unseen = /^(?:CARGO_PKG_|CARGO_MAKE|OUT_DIR$)/;
  const rowWith = (asked: readonly string[], ...members: string[]) =>
    conditionsOf({ ...NOTHING_OBSERVED, environment: [...asked] }, environmentOf(...members), {
      cwdInKey: false,
      unseen,
    });

  test("ties a result to variables that may have been read unseen, once each, sorted, and to no other", () => {
    const row = rowWith(["OUT_DIR", "A", "Z"], "OUT_DIR=/o", "CARGO_PKG_NAME=x", "OTHER=1", "MY_OUT_DIR=1");
    expect(row.environment.map(({ name }) => name)).toEqual(["A", "CARGO_PKG_NAME", "OUT_DIR", "Z"]);
    expect(conditionsHold(row, environmentOf("OUT_DIR=/o", "CARGO_PKG_NAME=x", "OTHER=2"))).toBe(true);
    expect(conditionsHold(row, environmentOf("OUT_DIR=/o", "CARGO_PKG_NAME=y"))).toBe(false);
    expect(conditionsHold(row, environmentOf("OUT_DIR=/p", "CARGO_PKG_NAME=x"))).toBe(false);
    expect(conditionsHold(row, environmentOf("OUT_DIR=/o"))).toBe(false);
  });

  test("leaves variables that never matter out of those, too", () => {
    expect(rowWith([], "CARGO_MAKEFLAGS=-j --jobserver-fds=3,4").environment).toEqual([]);
    expect(rowWith(["CARGO_MAKEFLAGS"], "CARGO_MAKEFLAGS=1").environment).toEqual([]);
  });
});
