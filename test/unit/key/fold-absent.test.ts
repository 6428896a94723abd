import { expect, test } from "bun:test";
import type { Dependency } from "../../../src/core/entry.ts";
import { foldAbsent } from "../../../src/key/fold-absent.ts";

const absent = (path: string): Dependency => ({ path, aspect: "content", state: "A" });

/** Folds with these directories there; counts the looks. */
function fold(paths: readonly string[], there: readonly string[]): { paths: string[]; asked: number } {
  let asked = 0;
  const recentState = (path: string): string => {
    asked++;
    return there.includes(path) ? "D" : "A";
  };
  return { paths: foldAbsent(paths.map(absent), { recentState }).map(({ path }) => path), asked };
}

test("foldAbsent() makes one dependency of a thousand names below a folder that is not there", () => {
  const names = Array.from({ length: 1000 }, (_unused, index) => `/opt/none/deep/h${index}.h`);
  expect(fold(names, ["/opt"])).toEqual({ paths: ["/opt/none"], asked: 3 });
});

test("foldAbsent() keeps the state and asks for presence only", () => {
  expect(foldAbsent([absent("/none/a.h")], { recentState: () => "A" })).toEqual([
    { path: "/none", aspect: "presence", state: "A" },
  ]);
});

test("foldAbsent() keeps names whose folder is there, relative ones and what was found", () => {
  expect(fold(["/usr/a.h", "/usr/include/b.h"], ["/usr", "/usr/include"]).paths).toEqual([
    "/usr/a.h",
    "/usr/include/b.h",
  ]);
  expect(fold(["gen/a.h", "gen/b.h", "/top"], []).paths).toEqual(["gen/a.h", "gen/b.h", "/top"]);
  const found: Dependency = { path: "/a/b.h", aspect: "content", state: "F1" };
  expect(foldAbsent([found], { recentState: () => "A" })).toEqual([found]);
});

test("foldAbsent() takes `..` as a step like any other", () => {
  expect(
    fold(
      ["/usr/lib/gcc/../../none/x/a.o"],
      ["/usr", "/usr/lib", "/usr/lib/gcc", "/usr/lib/gcc/..", "/usr/lib/gcc/../.."],
    ).paths,
  ).toEqual(["/usr/lib/gcc/../../none"]);
});
