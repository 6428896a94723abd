import { describe, expect, test } from "bun:test";
import { seen } from "./observe-records.ts";

const paths = (options: { cwd?: string }, ...records: { text: string; relative?: boolean }[]) =>
  seen(
    records.map((record) => ({ kind: "presence" as const, ...record })),
    options,
  )
    .looks.map(({ path }) => path)
    .filter((path) => path !== "/bin/tool");

describe("observe() with a working directory", () => {
  test("keeps a path relative that was spelled so", () => {
    expect(paths({ cwd: "/w" }, { text: "/w/../a.h", relative: true })).toEqual(["../a.h"]);
  });
  test("keeps a path absolute that was spelled so and is elsewhere", () => {
    expect(paths({ cwd: "/w" }, { text: "/v/a.h" }, { text: "/w" })).toEqual(["/v/a.h", "/w"]);
  });
  test("keeps a path below the directory in both ways if it was spelled absolute, perhaps by way of getcwd", () => {
    expect(paths({ cwd: "/w" }, { text: "/w/a.h" })).toEqual(["a.h", "/w/a.h"]);
  });
  test("keeps both spellings of one path", () => {
    expect(paths({ cwd: "/w" }, { text: "/w/a.h", relative: true }, { text: "/w/a.h" })).toEqual(["a.h", "/w/a.h"]);
  });
  test("keeps a path absolute that was relative to another directory", () => {
    expect(paths({ cwd: "/w" }, { text: "/v/a.h", relative: true })).toEqual(["/v/a.h"]);
  });
  test.each(["//w/a.h", "/./w/a.h", "/w//a.h", "/w/./a.h"])("takes %s for one below the directory", (text) => {
    expect(paths({ cwd: "/w" }, { text, relative: true })).toEqual(["a.h"]);
  });
  test("keeps what was spelled relative to the topmost directory so", () => {
    expect(paths({ cwd: "/" }, { text: "/v/a.h", relative: true })).toContain("v/a.h");
  });
  test("keeps all absolute where no directory is given", () => {
    expect(paths({}, { text: "/w/a.h", relative: true })).toEqual(["/w/a.h"]);
  });
});
