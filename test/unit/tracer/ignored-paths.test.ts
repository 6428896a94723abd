import { expect, test } from "bun:test";
import { isIgnoredPath, isMagicPath, namesDescriptor, namesStandardInput } from "../../../src/tracer/ignored-paths.ts";

test.each([
  "/proc/self/exe",
  "/proc/123/maps",
  "/proc/filesystems",
  "/proc/meminfo",
  "/proc/cpuinfo",
  "/proc/sys/vm/overcommit_memory",
  "/sys/kernel/mm/transparent_hugepage/enabled",
  "/sys/devices/system/cpu/online",
  "/dev/null",
  "/dev/tty",
  "/dev/urandom",
  "/dev/fd/3",
])("isIgnoredPath() leaves %s out", (path) => {
  expect(isIgnoredPath(path)).toBe(true);
});

test.each([
  "/processes/self/x.h",
  "/proc/version",
  "/dev/shm/build/a.h",
  "/device/null",
  "/sys/include/a.h",
  "/home/me/proc/self/a.c",
  "/dev/nullable",
])("isIgnoredPath() keeps %s", (path) => {
  expect(isIgnoredPath(path)).toBe(false);
});

test.each([
  "/proc/self/cwd/a.h",
  "/proc/12/root/a.h",
  "/proc/self/fd/3/a.h",
  "/proc/self/task/4/cwd",
  "/proc/self/root",
])("isMagicPath() knows %s", (path) => {
  expect(isMagicPath(path)).toBe(true);
});

test.each(["/proc/self/exe", "/proc/self/fd/3", "/proc/version", "/proc/self/cwdx", "/a/proc/self/cwd/a.h"])(
  "isMagicPath() lets %s be",
  (path) => {
    expect(isMagicPath(path)).toBe(false);
  },
);

test.each([
  "/dev/stdin",
  "//dev/./stdin",
  "/dev/fd/63",
  "/proc/self/fd/3",
  "/proc/thread-self/fd/3",
  "/proc/12/task/13/fd/3",
])("namesDescriptor() knows %s", (path) => {
  expect(namesDescriptor(path)).toBe(true);
});

test.each([
  "/dev/fd",
  "/dev/stdout",
  "/proc/self/fd",
  "/proc/self/maps",
  "/proc/environ",
  "/a/dev/stdin",
  "/dev/stdin.h",
])("namesDescriptor() lets %s be", (path) => {
  expect(namesDescriptor(path)).toBe(false);
});

test("namesStandardInput() knows it from other descriptors", () => {
  const names = ["/dev/stdin", "/dev/fd/0", "//proc/self/fd/0", "/dev/fd/10", "/dev/fd/3", "/a/stdin", "/a/fd/0"];
  expect(names.filter(namesStandardInput)).toEqual(["/dev/stdin", "/dev/fd/0", "//proc/self/fd/0"]);
});
