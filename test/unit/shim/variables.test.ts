import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { daemonEnvironment, variable, withVariables } from "../../../src/shim/variables.ts";

describe("variable()", () => {
  test("gives the first of that name, as getenv does", () => {
    const environment = ["XA=0", "A=1", "A=2", "E=", "B"];
    expect(["A", "E", "B", "X"].map((name) => variable(environment, name))).toEqual(["1", "", undefined, undefined]);
  });
});

describe("withVariables()", () => {
  test("replaces in place, appends what is new and keeps everything else, bytes included", () => {
    const environment = ["Z=\xff", "A=1", "no equals sign", "=", "B=b=b"];
    expect(
      withVariables(environment, [
        ["A", "2"],
        ["N", "\xe9"],
      ]),
    ).toEqual(["Z=\xff", "A=2", "no equals sign", "=", "B=b=b", "N=\xe9"]);
  });
  test("leaves alone what has no equals sign and is one letter longer than a name", () => {
    expect(withVariables(["AB"], [["A", "1"]])).toEqual(["AB", "A=1"]);
  });
  test("leaves one of a name that was there twice, so that no reader finds the old value", () => {
    expect(withVariables(["A=1", "B=2", "A=3"], [["A", "4"]])).toEqual(["A=4", "B=2"]);
  });
  test("without variables changes nothing", () => {
    const members = fc.array(fc.string().map((text) => text.replaceAll("\0", "")));
    fc.assert(fc.property(members, (environment) => expect(withVariables(environment, [])).toEqual(environment)));
  });
  test("the last of two values for one name counts", () => {
    expect(
      withVariables(
        [],
        [
          ["A", "1"],
          ["A", "2"],
        ],
      ),
    ).toEqual(["A=2"]);
  });
});

describe("daemonEnvironment()", () => {
  test("leaves out what would steer the runtime, and the depth (design 2)", () => {
    const environment = [
      "PATH=/bin",
      "BUN_OPTIONS=--preload=/evil.ts",
      "BUN_BE_BUN=1",
      "BUN_INSPECT=ws://x",
      "BUN_INSPECT_NOTIFY=x",
      "BUN_INSTALL=/kept",
      "ZCCACHE_DEPTH=1",
      "ZCCACHE_CACHE_DIR=/c",
    ];
    const expected = { PATH: "/bin", BUN_INSTALL: "/kept", ZCCACHE_CACHE_DIR: "/c" };
    expect(withoutTuning(daemonEnvironment(environment))).toEqual(expected);
  });
  test("keeps the runtime from compiling what a few misses run, unless the caller wants it otherwise", () => {
    expect(daemonEnvironment([])).toMatchObject({ BUN_JSC_useFTLJIT: "false", MIMALLOC_PURGE_DELAY: "2000" });
    expect(daemonEnvironment(["BUN_JSC_useFTLJIT=true"])).toMatchObject({ BUN_JSC_useFTLJIT: "true" });
  });
  test("keeps the first of a name, `__proto__` as a name, and drops what has none", () => {
    const environment = daemonEnvironment(["A=1", "A=2", "__proto__=x", "=C:", "nothing"]);
    expect(Object.entries(withoutTuning(environment))).toEqual([
      ["A", "1"],
      ["__proto__", "x"],
    ]);
  });
});

function withoutTuning(environment: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => !/^(?:BUN_(?:JSC|GC)|MIMALLOC)_/.test(name));
  return Object.assign(Object.create(null), Object.fromEntries(kept));
}
