import { describe, expect, test } from "bun:test";
import { OPEN } from "../../../src/tracer/record-format.ts";
import { writtenPaths } from "../../../src/tracer/written-paths.ts";
import { NEW, START, seen } from "./observe-records.ts";
import { type HandMade, traceBytes } from "./trace-bytes.ts";

const CASES: [string, HandMade[]][] = [
  ["nothing", []],
  [
    "a new file and one that is only read",
    [
      { kind: "open", flags: NEW, text: "/w/prog" },
      { kind: "open", flags: OPEN.read, text: "/w/a.o" },
    ],
  ],
  ["a file that is there and keeps its bytes", [{ kind: "open", flags: OPEN.write | OPEN.read, text: "/w/lib.a" }]],
  ["a file that could not be made", [{ kind: "open", flags: NEW, error: 13, text: "/w/prog" }]],
  [
    "a temporary that is removed",
    [
      { kind: "create", text: "/tmp/x" },
      { kind: "open", flags: NEW, text: "/tmp/x" },
      { kind: "remove", text: "/tmp/x" },
    ],
  ],
  [
    "a temporary that could not be removed",
    [
      { kind: "open", flags: NEW, text: "/tmp/x" },
      { kind: "remove", error: 2, text: "/tmp/x" },
    ],
  ],
  [
    "a file under its last name",
    [
      { kind: "open", flags: NEW, text: "/w/x" },
      { kind: "rename", text: "/w/x\0/w/prog" },
    ],
  ],
  [
    "a folder under its last name",
    [
      { kind: "create", flags: OPEN.directory, text: "/w/d" },
      { kind: "open", flags: NEW, text: "/w/d/x" },
      { kind: "rename", text: "/w/d\0/w/e" },
    ],
  ],
  ["a second name of a file", [{ kind: "hard-link", text: "/w/a\0/w/b" }]],
  [
    "a path with empty steps, and a device",
    [
      { kind: "open", flags: NEW, text: "/w/./x//prog" },
      { kind: "open", flags: OPEN.write, text: "/dev/null" },
    ],
  ],
];

describe("writtenPaths()", () => {
  test.each(CASES)("says what observe() says of %s", (_title, records) => {
    expect(writtenPaths(traceBytes([START, ...records]))).toEqual(seen(records).written);
  });

  test("says nothing of a buffer that is damaged, be it in a record that does not count", () => {
    const bytes = traceBytes([START, { kind: "open", flags: NEW, text: "/w/prog" }]);
    expect(writtenPaths(bytes)).toEqual(["/w/prog"]);
    expect(writtenPaths(bytes.subarray(0, -8))).toBeUndefined();
    expect(writtenPaths(traceBytes([START]).fill(0, 80, 84))).toBeUndefined();
  });
});
