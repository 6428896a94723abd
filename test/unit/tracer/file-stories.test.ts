import { describe, expect, test } from "bun:test";
import { constants } from "node:os";
import { OPEN } from "../../../src/tracer/record-format.ts";
import { fileTree } from "../../support/file-tree.ts";
import { looks, NEW, seen } from "./observe-records.ts";
import type { HandMade } from "./trace-bytes.ts";

const { ENOENT } = constants.errno;

describe("FileStories tell the tree's own files:", () => {
  const read = (text: string): HandMade => ({ kind: "open", flags: OPEN.read, text });

  test.each<[string, HandMade]>([
    ["made by mkstemp", { kind: "create", text: "/tmp/t" }],
    ["opened as new", { kind: "open", flags: NEW, text: "/tmp/t" }],
    ["renamed to", { kind: "rename", text: "/tmp/s\0/tmp/t" }],
  ])("a file %s and removed is neither look nor output", (_title, make) => {
    const setUp: HandMade[] = make.kind === "rename" ? [{ kind: "create", text: "/tmp/s" }] : [];
    const run: HandMade[] = [...setUp, make, read("/tmp/t"), { kind: "remove", text: "/tmp/t" }];
    expect(looks(run)).toEqual([]);
    expect(seen(run)).toMatchObject({ written: [], incomplete: undefined });
  });

  test("what remains is written, in order of first writing", () => {
    const run: HandMade[] = [
      { kind: "open", flags: NEW, text: "/b.o" },
      { kind: "open", flags: NEW, text: "/a.d" },
      { kind: "open", flags: NEW | OPEN.existed, text: "/b.o" },
    ];
    expect(seen(run).written).toEqual(["/b.o", "/a.d"]);
  });

  test("what was renamed to its name is told, unless it was written under that name afterwards", () => {
    const run: HandMade[] = [
      { kind: "create", text: "/t" },
      { kind: "rename", text: "/t\0/a.o" },
      { kind: "open", flags: NEW, text: "/b.o" },
    ];
    expect(seen(run)).toMatchObject({ written: ["/a.o", "/b.o"], renamed: ["/a.o"] });
    expect(seen([...run, { kind: "open", flags: NEW | OPEN.existed, text: "/a.o" }]).renamed).toEqual([]);
  });

  test("looks at a former output that is replaced do not count", () => {
    const run: HandMade[] = [
      { kind: "presence", text: "/o" },
      { kind: "link", text: "/o" },
      { kind: "remove", text: "/o" },
      { kind: "open", flags: NEW, text: "/o" },
    ];
    expect(looks(run)).toEqual([]);
    expect(seen(run)).toMatchObject({ written: ["/o"], changedInPlace: [], incomplete: undefined });
  });

  test("a file whose attributes are set by its real name may have been written by another", () => {
    using tree = fileTree({ "a/o": "", other: "" });
    const write: HandMade = { kind: "open", flags: NEW, text: tree.at("a/../a/o") };
    const set = (name: string): HandMade => ({ kind: "attributes", text: tree.at(name) });
    expect(seen([write, set("a/o")]).incomplete).toBeUndefined();
    expect(seen([write, set("a/o"), set("other")]).incomplete).toBe(`changed attributes of ${tree.at("other")}`);
  });

  test("what was absent before the tree made it is no look", () => {
    expect(
      looks([
        { kind: "presence", error: ENOENT, text: "/o" },
        { kind: "open", flags: NEW, text: "/o" },
      ]),
    ).toEqual([]);
  });

  test("nothing found below a folder of its own is no look, files of others there are", () => {
    const run: HandMade[] = [
      { kind: "create", flags: OPEN.directory, text: "/tmp/d" },
      { kind: "presence", error: ENOENT, text: "/tmp/d/x" },
      { kind: "presence", error: ENOENT, text: "/tmp/dx" },
    ];
    expect(looks(run)).toEqual(["-presence /tmp/dx"]);
  });

  test("a folder renamed takes its files along", () => {
    const run: HandMade[] = [
      { kind: "create", flags: OPEN.directory, text: "/d" },
      { kind: "open", flags: NEW, text: "/d/f" },
      { kind: "rename", text: "/d\0/e" },
      read("/e/f"),
    ];
    expect(seen(run)).toMatchObject({ written: ["/e", "/e/f"], incomplete: undefined });
    expect(looks(run)).toEqual([]);
  });

  test("a hard link is a reading of one file and the making of another", () => {
    const run: HandMade[] = [{ kind: "hard-link", text: "/a\0/b" }];
    expect(looks(run)).toEqual(["+content /a"]);
    expect(seen(run).written).toEqual(["/b"]);
  });
});

describe("FileStories find files changed in place:", () => {
  test.each([
    ["opened for reading and writing", OPEN.read | OPEN.write],
    ["opened for writing without truncation", OPEN.write | OPEN.create | OPEN.existed],
    ["appended to", OPEN.write | OPEN.create | OPEN.append | OPEN.existed],
    ["new, and would have been appended to", OPEN.write | OPEN.create | OPEN.append],
  ])("%s", (_title, flags) => {
    expect(seen([{ kind: "open", flags, text: "/log" }])).toMatchObject({
      written: ["/log"],
      changedInPlace: ["/log"],
    });
  });

  test("read, then replaced", () => {
    const run: HandMade[] = [
      { kind: "open", flags: OPEN.read, text: "/lib.a" },
      { kind: "rename", text: "/st1\0/lib.a" },
    ];
    const made: HandMade[] = [{ kind: "create", text: "/st1" }, ...run];
    expect(seen(made).changedInPlace).toEqual(["/lib.a"]);
  });

  test("opened by lld and replaced; unless it was opened only to be removed next", () => {
    const lld = (...records: HandMade[]): readonly string[] =>
      seen([
        { kind: "start", pid: 7, flags: 100, text: "/usr/lib/llvm-14/bin/lld" },
        ...records.map((record) => ({ pid: 7, ...record })),
        { kind: "open", pid: 7, flags: OPEN.write | OPEN.create | OPEN.exclusive, text: "/prog.tmp" },
        { kind: "rename", pid: 7, text: "/prog.tmp\0/prog" },
      ]).changedInPlace;
    const read: HandMade = { kind: "open", flags: OPEN.read, text: "/prog" };
    const link: HandMade = { kind: "link", text: "/prog" };
    const removed: HandMade = { kind: "remove", text: "/prog" };
    const other: HandMade = { kind: "open", flags: OPEN.read, text: "/lib.a" };
    expect([lld(link, read, link, removed), lld(read, removed)]).toEqual([[], []]);
    expect(lld(read, other, read, removed)).toEqual(["/prog"]);
    expect(lld(read, other, removed)).toEqual(["/prog"]);
    expect(lld(read, { kind: "presence", text: "/other" }, removed)).toEqual(["/prog"]);
    expect(lld(read)).toEqual(["/prog"]);
    // By another program it is a reading.
    expect(lld({ ...read, pid: 100 }, { ...removed, pid: 100 })).toEqual(["/prog"]);
  });

  test.each([
    ["new", OPEN.write | OPEN.create],
    ["new for certain", OPEN.write | OPEN.create | OPEN.append | OPEN.exclusive],
    ["truncated", NEW | OPEN.existed | OPEN.read],
  ])("not one that is %s", (_title, flags) => {
    expect(seen([{ kind: "open", flags, text: "/f" }])).toMatchObject({ written: ["/f"], changedInPlace: [] });
  });

  test("not the tree's own file written twice", () => {
    const run: HandMade[] = [
      { kind: "create", text: "/t" },
      { kind: "open", flags: OPEN.read | OPEN.write, text: "/t" },
    ];
    expect(seen(run).changedInPlace).toEqual([]);
  });
});
