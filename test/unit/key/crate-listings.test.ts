import { describe, expect, test } from "bun:test";
import type { Look } from "../../../src/core/observation.ts";
import { withoutCrateListings } from "../../../src/key/crate-listings.ts";

const CWD = "/w";
const LISTING: Look = { path: "deps", aspect: "listing", found: true };
const read = (path: string, found = true): Look => ({ path, aspect: "content", found });
const absent = (path: string): Look => ({ path, aspect: "presence", found: false });

/** What remains of these looks and a listing of ./deps where these files are. */
function left(
  looks: readonly Look[],
  there: readonly string[],
  directories: readonly string[] = ["deps"],
): readonly Look[] {
  const present = new Set(
    [...there, ...looks.filter(({ found }) => found).map(({ path }) => path)].map((path) => `/w/${path}`),
  );
  const files = { state: (path: string) => (present.has(path) ? "P" : "A") };
  return withoutCrateListings([LISTING, ...looks], { directories, cwd: CWD }, files);
}

describe("withoutCrateListings()", () => {
  test("leaves looks alone where no such directory was listed", () => {
    const looks = [read("deps/libx-1.rmeta"), { ...LISTING, path: "src" }];
    const files = { state: () => "A" };
    expect(withoutCrateListings(looks, { directories: ["deps"], cwd: CWD }, files)).toBe(looks);
    expect(left([], [], [])).toEqual([LISTING]);
    expect(left([], [], ["other"])).toEqual([LISTING]);
  });

  test.each(["deps", "/w/deps", "/w/deps//"])("drops the listing of %s, and of no other", (directory) => {
    const other: Look = { path: "/w/src", aspect: "listing", found: true };
    expect(left([other], [], [directory])).toEqual([other]);
  });

  test("keeps the listing where the directory was looked at otherwise only", () => {
    const presence: Look = { path: "deps", aspect: "presence", found: true };
    expect(left([presence], [])).toEqual([presence]);
  });

  // rustc takes the .rmeta before the .rlib before the .so, and opens the others for a link.
  test.each([
    [["libx-1.rmeta"], [], ["libx-1.so"]],
    [["libx-1.rmeta"], ["libx-1.rlib"], ["libx-1.so"]],
    [["libx-1.rmeta", "libx-1.rlib"], [], ["libx-1.so"]],
    [["libx-1.rlib"], [], ["libx-1.rmeta", "libx-1.so"]],
    [["libx-1.so"], [], ["libx-1.rmeta", "libx-1.rlib"]],
    [["libx-1.rmeta"], ["libx-1.so", "libx-2.rmeta"], []],
    [["libx-1.rmeta", "libx-1y.rmeta"], [], ["libx-1.so", "libx-1y.so"]],
  ])("asks, where %j was taken and %j is there, that %j stays away", (taken, there, away) => {
    const looks = taken.map((name) => read(`deps/${name}`));
    expect(
      left(
        looks,
        there.map((name) => `deps/${name}`),
      ),
    ).toEqual([...looks, ...away.map((name) => absent(`/w/deps/${name}`))]);
  });

  test("asks the same of the other directories, where rustc would find the crate a second time", () => {
    const looks = [read("deps/libx-1.rmeta"), read("more/libz-1.so")];
    expect(left(looks, ["more/libx-1.rlib"], ["deps", "more"])).toEqual([
      ...looks,
      absent("/w/deps/libx-1.so"),
      absent("/w/more/libx-1.rmeta"),
      absent("/w/more/libx-1.so"),
      absent("/w/more/libz-1.rmeta"),
      absent("/w/more/libz-1.rlib"),
      absent("/w/deps/libz-1.rmeta"),
      absent("/w/deps/libz-1.rlib"),
      absent("/w/deps/libz-1.so"),
    ]);
    const both = [read("deps/libx-1.so"), read("more/libx-1.so")];
    expect(left(both, []).filter(({ found }) => !found)).toHaveLength(2);
    expect(left(both, [], ["deps", "more"]).filter(({ found }) => !found)).toHaveLength(4);
  });

  test.each(["libx.rmeta", "libx.so", "x-1.rmeta", "libx-1.d"])("keeps listings where %s was taken", (name) => {
    const more: Look = { path: "/w/more", aspect: "listing", found: true };
    expect(left([more, read(`deps/${name}`)], [], ["deps", "more"])).toEqual([LISTING, more, read(`deps/${name}`)]);
  });

  test("takes nothing for taken that was not found or lies deeper", () => {
    for (const look of [read("deps/libx.rmeta", false), read("deps/y/libx.rmeta"), absent("deps/libx-1.rmeta")]) {
      expect(left([look], [])).toEqual([look]);
    }
  });
});
