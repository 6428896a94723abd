import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { HARMLESS_UNSTABLE, RUST_OPTIONS, TELLING_CODEGEN } from "../../../../src/compilers/tables/rustc.ts";
import { titled } from "../../../support/missing.ts";
import { noRust, rustTools } from "../../../support/rust-tools.ts";

describe("RUST_OPTIONS", () => {
  test("are sorted by name, long before short", () => {
    const names = [...RUST_OPTIONS.keys()];
    const long = names.filter((name) => name.startsWith("--"));
    expect(long).toEqual(long.toSorted());
    expect(names.slice(0, long.length)).toEqual(long);
  });

  test.skipIf(noRust !== undefined)(titled("are those that rustc names, values included", noRust), () => {
    const help = spawnSync(rustTools().rustc, ["--help", "-v"], { encoding: "utf8" }).stdout;
    const named = [...help.matchAll(/^ +(?:(-\w), )?(--[a-z-]+|-\w)( <| \[)?/gm)].flatMap(([, short, name, value]) =>
      [short, name].flatMap((one) => (one === undefined ? [] : [[one, value !== undefined] as const])),
    );
    expect(named.length).toBeGreaterThan(30);
    for (const [name, value] of named) {
      // Examples below the list.
      if (RUST_OPTIONS.get(name)?.value === true && !value) continue;
      expect([name, RUST_OPTIONS.get(name)?.value]).toEqual([name, value]);
    }
  });
});

describe.each([
  ["TELLING_CODEGEN", [...TELLING_CODEGEN.keys()]],
  ["HARMLESS_UNSTABLE", [...HARMLESS_UNSTABLE]],
] as const)("%s", (_name, names) => {
  test("is sorted, with dashes", () => {
    expect(names).toEqual(names.toSorted());
    expect(names.filter((name) => name.includes("_"))).toEqual([]);
  });
});
