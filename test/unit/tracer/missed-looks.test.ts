import { expect, test } from "bun:test";
import { missedLooks } from "../../../src/tracer/missed-looks.ts";
import type { TraceRecord } from "../../../src/tracer/read-records.ts";
import type { Witnessed } from "../../../src/tracer/witness.ts";

const FOLDER = "/t/trial";

function record(part: Partial<TraceRecord> & Pick<TraceRecord, "kind" | "text">): TraceRecord {
  return { pid: 5, error: 0, flags: 0, relative: false, second: "", file: undefined, ...part };
}

function saw(act: Witnessed["act"], path: string, { pid = 5, error = 0 } = {}): Witnessed {
  return { act, pid, error, path };
}

function missed(witnessed: readonly Witnessed[], records: readonly TraceRecord[]): string[] {
  return missedLooks(witnessed, records, { folder: FOLDER, resolve: (path) => path.replace("/link.so", "/real.so") });
}

const OPENED = record({ kind: "open", text: "/t/trial/a.c" });

test("missedLooks() finds nothing in a run that was recorded", () => {
  const witnessed = [
    saw("program", "/usr/bin/gcc"),
    saw("open", "/t/trial/./a.c"),
    saw("presence", "/t/trial/a.c"),
    saw("open", "/lib/real.so"),
    saw("change", "/t/trial/b.o"),
    saw("ended", ""),
  ];
  const records = [
    record({ kind: "start", text: "/usr/bin/gcc" }),
    record({ kind: "object", text: "/lib/link.so" }),
    record({ kind: "rename", text: "/t/trial/tmp", second: "/t/trial/b.o" }),
    OPENED,
  ];
  expect(missed(witnessed, records)).toEqual([]);
});

test.each([
  ["a file that was opened", saw("open", "/t/trial/h.h"), "open of h.h"],
  ["a file that is not there", saw("open", "/t/trial/none", { error: 2 }), "open of none"],
  ["a question for a file", saw("presence", "/t/trial/h.h"), "presence of h.h"],
  ["a link where only an opening is recorded", saw("link", "/t/trial/a.c"), "link of a.c"],
  ["a listing", saw("listing", "/t/trial/sub"), "listing of sub"],
  ["a removal", saw("change", "/t/trial/old"), "change of old"],
  ["a file of the tool's elsewhere", saw("open", "/usr/lib/gcc/specs"), "open of /usr/lib/gcc/specs"],
  ["a program", saw("program", "/usr/bin/as"), "program /usr/bin/as"],
  ["a program that another process began", saw("program", "/usr/bin/gcc", { pid: 6 }), "program /usr/bin/gcc"],
  ["a call of another ABI", saw("foreign", ""), "a system call of another ABI"],
])("missedLooks() names %s", (_what, entry, words) => {
  expect(missed([entry, entry], [record({ kind: "start", text: "/usr/bin/gcc" }), OPENED])).toEqual([words]);
});

test.each([
  "/etc/ld.so.cache",
  "/usr/lib/locale/C.utf8/LC_CTYPE",
  "/usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache",
  "/proc/self/maps",
  "/c/tracer/libzcctrace-0123456789abcdef.so",
])("missedLooks() leaves out %s, which libc and the loader open by themselves", (path) => {
  expect(missed([saw("open", path)], [])).toEqual([]);
});

test("missedLooks() leaves out what is only looked for outside of the folder: the loader does", () => {
  expect(missed([saw("open", "/lib/tls/libc.so.6", { error: 2 }), saw("presence", "/lib")], [])).toEqual([]);
});
