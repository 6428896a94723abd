import { expect, test } from "bun:test";
import {
  defaultDepfile,
  defaultOutput,
  isStream,
  namesCallerStream,
  opensCallerStream,
} from "../../../src/compilers/default-outputs.ts";

// The real gcc is asked for the same names in test/integration/compilers/gcc-outputs.test.ts.
test.each([
  ["a.c", "a.o"],
  ["dir/a.b.c", "a.b.o"],
  ["/abs/a.cc", "a.o"],
  ["noext", "noext.o"],
  ["noext.", "noext.o"],
  ["./.c", ".c.o"],
  ["-", "-.o"],
])("defaultOutput() of %s is %s", (source, object) => {
  expect(defaultOutput(source, "o")).toBe(object);
});

test.each<[string, string | undefined, string]>([
  ["dir/a.c", undefined, "a.d"],
  ["a.c", "out/b.obj", "out/b.d"],
  ["a.c", "out.d/b", "out.d/b.d"],
  ["a.c", "a.b.o", "a.b.d"],
  ["a.c", "out/.o", "out/.d"],
  ["-", undefined, "-.d"],
  [".foo", undefined, ".foo.d"],
])("defaultDepfile() of %s to %s is %s", (source, object, depfile) => {
  expect(defaultDepfile(source, object)).toBe(depfile);
});

test.each(["/dev/stdout", "/dev/stderr", "/dev/fd/1", "/proc/self/fd/1", "/proc/12/fd/3"])(
  "isStream() says yes for %s",
  (path) => {
    expect(isStream(path)).toBe(true);
  },
);
test.each(["a.o", "-", "./-", "/dev/null", "/dev/stdout.o", "dev/stdout", "/proc/self/fdx"])(
  "isStream() says no for %s",
  (path) => {
    expect(isStream(path)).toBe(false);
  },
);

test.each(["/dev/stdin", "@/dev/stdin", "-I/dev/fd/63", "/proc/self/fd/3", "-include=/proc/12/fd/3"])(
  "namesCallerStream() says yes for %s",
  (arg) => {
    expect(namesCallerStream(arg)).toBe(true);
  },
);
test.each(["/dev/null", "-", "a.c", "/dev/stdout", "/proc/version"])("namesCallerStream() says no for %s", (arg) => {
  expect(namesCallerStream(arg)).toBe(false);
});

test.each([
  "/dev/stdin",
  "-DX=/dev/fd/63",
  'X="/proc/self/fd/3"',
  "--include=/proc/self/x",
  "@X=/dev/fd/3",
  "-include=/dev/fd/3",
])("opensCallerStream() says yes for %s", (arg) => {
  expect(opensCallerStream(arg)).toBe(true);
});
test.each(['-DEXE="/proc/self/exe"', 'EXE="/proc/1/maps"', 'EXE(x)="/proc/self/exe"', "a.c"])(
  "opensCallerStream() says no for %s",
  (arg) => {
    expect(opensCallerStream(arg)).toBe(false);
  },
);
