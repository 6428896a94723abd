import { describe, expect, test } from "bun:test";
import { findCompiler } from "../../../src/compilers/index.ts";

describe("findCompiler()", () => {
  test.each([
    "cc",
    "c++",
    "gcc",
    "g++",
    "gcc-14",
    "g++-12",
    "gcc-12.2.0",
    "c89",
    "c99",
    "c89-gcc",
    "c99-gcc",
    "x86_64-linux-gnu-gcc",
    "x86_64-linux-gnu-g++-12",
    "arm-none-eabi-gcc",
    "i686-w64-mingw32-g++",
    "avr-gcc",
  ])("finds gcc for %s", (name) => {
    expect(findCompiler(name)?.name).toBe("gcc");
  });
  test.each(["clang", "clang++", "clang-14", "clang++-19", "aarch64-linux-gnu-clang"])("finds clang for %s", (name) => {
    expect(findCompiler(name)?.name).toBe("clang");
  });
  test("takes cc for what its file is called", () => {
    expect(findCompiler("cc", "clang")?.name).toBe("clang");
    expect(findCompiler("cc", "x86_64-linux-gnu-gcc-12")?.name).toBe("gcc");
    expect(findCompiler("clang", "wrapper")?.name).toBe("clang");
  });
  test.each([
    "",
    "cpp",
    "ld",
    "ar",
    "gcc-ar",
    "gcc-nm-12",
    "x86_64-linux-gnu-gcc-ranlib",
    "clang-cl",
    "clang-tidy",
    "gccgo",
    "gcc-",
    "-gcc",
    "a/gcc",
    "gcc\n",
  ])("finds nothing for %j", (name) => {
    expect(findCompiler(name)).toBeUndefined();
  });
});
