import { describe, expect, test } from "bun:test";
import { constants } from "node:os";
import { observe } from "../../../src/tracer/observe.ts";
import { OPEN } from "../../../src/tracer/record-format.ts";
import { looks, NEW, START, seen } from "./observe-records.ts";
import { type HandMade, traceBytes } from "./trace-bytes.ts";

const { EACCES, EEXIST, ENOENT, ENOEXEC, ENOTDIR, EROFS } = constants.errno;

describe("observe() sees looks:", () => {
  test.each<[string, HandMade, string]>([
    ["a file read", { kind: "open", flags: OPEN.read, text: "/a.h" }, "+content /a.h"],
    ["a file not there", { kind: "open", flags: OPEN.read, error: ENOENT, text: "/a.h" }, "-content /a.h"],
    ["a path through a file", { kind: "open", flags: OPEN.read, error: ENOTDIR, text: "/f/a.h" }, "-content /f/a.h"],
    ["a directory opened", { kind: "open", flags: OPEN.read | OPEN.directory, text: "/d" }, "+presence /d"],
    ["stat", { kind: "presence", text: "/a.h" }, "+presence /a.h"],
    ["stat of nothing", { kind: "presence", error: ENOENT, text: "/a.h" }, "-presence /a.h"],
    ["lstat and readlink", { kind: "link", text: "/l" }, "+link /l"],
    ["readlink of nothing", { kind: "link", error: ENOENT, text: "/l" }, "-link /l"],
    ["a directory listed", { kind: "listing", text: "/d" }, "+listing /d"],
    ["a shared object", { kind: "object", text: "/lib/x.so" }, "+content /lib/x.so"],
    ["a PATH candidate", { kind: "exec-failed", error: ENOENT, text: "/p/as" }, "-presence /p/as"],
    ["a script without #!", { kind: "exec-failed", error: ENOEXEC, text: "/p/as" }, "+content /p/as"],
    ["a directory that was there already", { kind: "create", error: EEXIST, text: "/d" }, "+presence /d"],
    ["an output folder that is not there", { kind: "open", flags: NEW, error: ENOENT, text: "/d/o" }, "-presence /d/o"],
    ["a removal of nothing", { kind: "remove", error: ENOENT, text: "/o" }, "-link /o"],
    ["`..` as it is spelled", { kind: "open", flags: OPEN.read, text: "/a/../b.h" }, "+content /a/../b.h"],
    ["empty steps folded", { kind: "open", flags: OPEN.read, text: "/a/././/b.h" }, "+content /a/b.h"],
    ["a folder not fit for writing", { kind: "presence", flags: 7, error: EROFS, text: "/tmp" }, "+presence /tmp"],
  ])("%s", (_title, record, look) => {
    expect(looks([record])).toEqual([look]);
    expect(seen([record]).incomplete).toBeUndefined();
  });

  test("the running program, and the spelling by which it was started", () => {
    expect(seen([], { tool: "/usr/bin/cc" }).looks).toEqual([
      { path: "/bin/tool", aspect: "content", found: true },
      { path: "/usr/bin/cc", aspect: "content", found: true },
    ]);
  });

  test("both the spelling and the file of a program executed", () => {
    const run: HandMade[] = [
      { kind: "exec", pid: 101, text: "/usr/bin/as" },
      { kind: "start", pid: 101, flags: 100, text: "/usr/bin/gnu-as" },
    ];
    expect(looks(run)).toEqual(["+content /usr/bin/as", "+content /usr/bin/gnu-as"]);
  });

  test("each path and aspect once", () => {
    const read: HandMade = { kind: "open", flags: OPEN.read, text: "/a.h" };
    expect(looks([read, read])).toEqual(["+content /a.h"]);
  });

  test("a directory listed, but by the make that lto-wrapper starts", () => {
    const make = (parent: string): HandMade[] => [
      { kind: "start", pid: 101, flags: 100, text: parent },
      { kind: "start", pid: 102, flags: 101, text: "/usr/bin/make" },
      { kind: "listing", pid: 102, text: "/tmp" },
    ];
    const at = (run: HandMade[]): string[] => looks(run).filter((look) => look.endsWith(" /tmp"));
    expect(at(make("/usr/lib/gcc/12/lto-wrapper"))).toEqual(["+presence /tmp"]);
    expect(at(make("/usr/bin/make"))).toEqual(["+listing /tmp"]);
  });

  test("with the file that was opened", () => {
    const read: HandMade = { kind: "open", flags: OPEN.read, inode: 7n, text: "/a.h" };
    const [look] = seen([{ kind: "presence", text: "/a.h" }, read, { ...read, inode: 0n }]).looks.slice(1);
    expect(look).toEqual({ path: "/a.h", aspect: "content", found: true, file: { device: 1n, inode: 7n } });
  });

  test("several aspects of a path, without those that another implies", () => {
    const all: HandMade[] = [
      { kind: "link", text: "/a.h" },
      { kind: "presence", text: "/a.h" },
      { kind: "open", flags: OPEN.read, text: "/a.h" },
    ];
    expect(looks(all)).toEqual(["+link /a.h", "+content /a.h"]);
    expect(looks(all.map((record) => ({ ...record, error: ENOENT })))).toEqual(["-link /a.h"]);
  });

  test("a link that leads nowhere as there and not there", () => {
    const dangling: HandMade[] = [
      { kind: "link", text: "/l" },
      { kind: "presence", error: ENOENT, text: "/l" },
    ];
    expect(looks(dangling)).toEqual(["+link /l", "-presence /l"]);
    expect(seen(dangling).incomplete).toBeUndefined();
  });

  test("nothing in paths of the machine", () => {
    expect(looks([{ kind: "open", flags: OPEN.read | OPEN.write, text: "/dev/null" }])).toEqual([]);
    expect(seen([{ kind: "open", flags: NEW, text: "/dev/null" }]).written).toEqual([]);
  });
});

describe("observe() notices the use of", () => {
  const fixed: HandMade = { kind: "environment", text: "SOURCE_DATE_EPOCH" };

  test.each<[string, HandMade[], boolean]>([
    ["localtime", [{ kind: "date", text: "localtime" }], true],
    ["gmtime", [{ kind: "date", text: "gmtime" }], true],
    ["gmtime with SOURCE_DATE_EPOCH", [fixed, { kind: "date", text: "gmtime" }], false],
    [
      "gmtime with SOURCE_DATE_EPOCH asked for in vain",
      [
        { ...fixed, error: ENOENT },
        { kind: "date", text: "gmtime" },
      ],
      true,
    ],
    ["localtime with SOURCE_DATE_EPOCH", [fixed, { kind: "date", text: "localtime_r" }], true],
    ["no date", [], false],
  ])("the date: %s", (_title, records, used) => {
    expect(seen(records).usedDate).toBe(used);
  });

  test("the network", () => {
    expect(seen([]).usedNetwork).toBe(false);
    expect(seen([{ kind: "network", text: "connect" }]).usedNetwork).toBe(true);
  });

  test.each([
    ["/dev/urandom", true],
    ["/dev/random", true],
    ["/dev/zero", false],
  ])("random bytes: %s", (text, used) => {
    expect(seen([{ kind: "open", flags: OPEN.read, text }]).usedRandom).toBe(used);
  });
});

const MAGIC = "a path through a process, /proc/self/cwd/a.h";

describe("observe() calls a trace incomplete", () => {
  test("that has no record of the tool", () => {
    expect(observe(traceBytes([])).incomplete).toBe("the tool left no record");
  });

  test("that is damaged", () => {
    expect(observe(Buffer.alloc(4)).incomplete).toBe("no header");
  });

  test.each<[string, HandMade[], string]>([
    ["when an exec is followed by no start", [{ kind: "exec", pid: 9, text: "/go" }], "untraced program /go"],
    ["when a spawned child never starts", [{ kind: "spawn", flags: 9, text: "/go" }], "untraced program /go"],
    ["when a program cannot be traced", [{ kind: "untraceable", text: "/static" }], "untraceable program /static"],
    ["when something could not be seen", [{ kind: "unseen", text: "nftw" }], "unseen work of nftw"],
    ["when io_uring may be used", [{ kind: "object", text: "/lib/liburing.so.2" }], "unseen work of liburing"],
    [
      "when standard input is read by name",
      [{ kind: "open", flags: OPEN.read, text: "/dev/stdin" }],
      "reads /dev/stdin",
    ],
    [
      "when a file is read by a descriptor of the caller",
      [
        { kind: "open", flags: OPEN.read, inode: 5n, text: "/dev/fd/3" },
        { kind: "open", flags: OPEN.read, inode: 5n, text: "/a.h" },
      ],
      "reads /a.h by a descriptor",
    ],
    ["when /proc leads elsewhere", [{ kind: "presence", text: "/proc/self/cwd/a.h" }], MAGIC],
    [
      "when a link led to two files",
      [
        { kind: "open", flags: OPEN.read, inode: 5n, text: "/a.h" },
        { kind: "open", flags: OPEN.read, inode: 6n, text: "/a.h" },
      ],
      "/a.h changed while the tool ran",
    ],
    ["when a library was never listed", [{ kind: "load", text: "libx.so" }], "unknown library libx.so"],
    ["when an executable has no name", [{ kind: "start", pid: 9, flags: 100 }], "a program without a name"],
    ["when a directory is not known", [{ kind: "presence", text: "?/x" }], "a path without a known directory, ?/x"],
    [
      "when a path came into being by others",
      [
        { kind: "presence", error: ENOENT, text: "/a.h" },
        { kind: "open", flags: OPEN.read, text: "/a.h" },
      ],
      "/a.h changed while the tool ran",
    ],
    [
      "when a path vanished by others",
      [
        { kind: "link", text: "/a.h" },
        { kind: "link", error: ENOENT, text: "/a.h" },
      ],
      "/a.h changed while the tool ran",
    ],
    [
      "when a file could not be read",
      [{ kind: "open", flags: OPEN.read, error: EACCES, text: "/s" }],
      `error ${EACCES} at /s`,
    ],
    ["when a mode of others was changed", [{ kind: "attributes", text: "/theirs" }], "changed attributes of /theirs"],
    [
      "when the terminal's width was asked for",
      [{ kind: "window", flags: 80 }],
      "the width of the terminal was asked for",
    ],
  ])("%s", (_title, records, reason) => {
    expect(seen(records).incomplete).toBe(reason);
  });

  test.each<[string, Parameters<typeof seen>[0], string[]]>([
    ["was never made", [{ kind: "remove", text: "/theirs" }], ["/theirs"]],
    [
      "was replaced",
      [
        { kind: "open", flags: NEW | OPEN.existed, text: "/o" },
        { kind: "remove", text: "/o" },
      ],
      ["/o"],
    ],
    [
      "was made",
      [
        { kind: "open", flags: NEW, text: "/o" },
        { kind: "remove", text: "/o" },
      ],
      [],
    ],
  ])("tells of a removed file that %s", (_title, records, removed) => {
    expect(seen(records)).toMatchObject({ incomplete: undefined, removed });
  });

  test.each<[string, HandMade[]]>([
    [
      "an exec that starts",
      [
        { kind: "exec", text: "/b" },
        { ...START, text: "/b" },
      ],
    ],
    [
      "an exec that fails",
      [
        { kind: "exec", text: "/b" },
        { kind: "exec-failed", error: ENOENT, text: "/b" },
      ],
    ],
    [
      "a spawned child whose start comes first",
      [
        { kind: "start", pid: 9, flags: 100, text: "/b" },
        { kind: "spawn", flags: 9, text: "/b" },
      ],
    ],
    ["a spawn that fails", [{ kind: "spawn", error: ENOENT, text: "/b" }]],
    ["a library that is listed afterwards", [{ kind: "load", text: "libx.so" }, { kind: "objects-listed" }]],
    [
      "a mode of its own file",
      [
        { kind: "create", text: "/o" },
        { kind: "attributes", text: "/o" },
      ],
    ],
    ["no window at all", [{ kind: "window", error: 25 }]],
    ["no terminal at all", [{ kind: "open", error: 6, flags: OPEN.read | OPEN.write, text: "/dev/tty" }]],
  ])("but not for %s", (_title, records) => {
    expect(seen(records).incomplete).toBeUndefined();
  });

  test("but not for the width that belongs to the key", () => {
    expect(seen([{ kind: "window", flags: 80 }], { widths: [0, 80] }).incomplete).toBeUndefined();
  });
});
