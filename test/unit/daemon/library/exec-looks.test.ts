import { expect, test } from "bun:test";
import { alsoAtTimes, alsoFromHere } from "../../../../src/daemon/library/exec-looks.ts";

test.each([
  ["in.txt", ["in.txt"]],
  ["/w/a/b/in.txt", ["/w/a/b/in.txt", "in.txt"]],
  ["/w/a/b/sub/in.txt", ["/w/a/b/sub/in.txt", "sub/in.txt"]],
  ["/w/a/up.txt", ["/w/a/up.txt", "../up.txt"]],
  ["/w/config", ["/w/config", "../../config"]],
  ["/etc/passwd", ["/etc/passwd"]],
  ["/config", ["/config"]],
  ["/w/a/other/in.txt", ["/w/a/other/in.txt"]],
  ["/w/a/b", ["/w/a/b"]],
  ["/w/a", ["/w/a"]],
  ["/w/a/bc", ["/w/a/bc", "../bc"]],
])("alsoFromHere() in /w/a/b makes of a look at %s: %j", (path, paths) => {
  const look = { aspect: "content", found: true } as const;
  expect(alsoFromHere([{ path, ...look }], "/w/a/b")).toEqual(paths.map((each) => ({ path: each, ...look })));
});

test("alsoAtTimes() adds a look at the times of files that were found", () => {
  const looks = [
    { path: "a", aspect: "content", found: true },
    { path: "b", aspect: "presence", found: true },
    { path: "c", aspect: "presence", found: false },
    { path: "d", aspect: "listing", found: true },
  ] as const;
  const stamps = alsoAtTimes(looks).filter(({ aspect }) => aspect === "stamp");
  expect(stamps.map(({ path }) => path)).toEqual(["a", "b"]);
});
