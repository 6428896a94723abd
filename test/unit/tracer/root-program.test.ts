import { expect, test } from "bun:test";
import { rootProgram } from "../../../src/tracer/root-program.ts";
import { type HandMade, traceBytes } from "./trace-bytes.ts";

function programOf(...records: HandMade[]): string {
  return rootProgram(traceBytes(records), "/bin/cc");
}

test("rootProgram() is the tool, as it was named, where it stays what it is", () => {
  expect(programOf({ kind: "start", text: "/usr/bin/gcc-12" })).toBe("/bin/cc");
  expect(programOf()).toBe("/bin/cc");
});

test("rootProgram() is the last program that the first process became", () => {
  const wrapper: HandMade[] = [
    { kind: "start", text: "/w/wrapper" },
    { kind: "exec", text: "/w/second" },
    { kind: "start", text: "/w/second-1" },
    { kind: "exec", text: "/usr/bin/gcc" },
    { kind: "start", text: "/usr/bin/gcc-12" },
  ];
  const child: HandMade[] = [
    { kind: "exec", text: "/usr/lib/cc1", pid: 101 },
    { kind: "start", text: "/usr/lib/cc1", pid: 101 },
  ];
  expect(programOf(...wrapper, ...child)).toBe("/usr/bin/gcc");
});

test("rootProgram() passes over programs that could not be executed", () => {
  const search: HandMade[] = [
    { kind: "start", text: "/w/wrapper" },
    { kind: "exec", text: "/one/gcc" },
    { kind: "exec-failed", text: "/one/gcc", error: 2 },
  ];
  expect(programOf(...search)).toBe("/bin/cc");
});
