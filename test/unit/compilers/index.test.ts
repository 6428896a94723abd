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
  test.each([
    ["ld", "ld ld.bfd ld.gold ld.lld ld.lld-14 ld.mold gold lld mold x86_64-linux-gnu-ld arm-none-eabi-ld.bfd"],
    ["ar", "ar gcc-ar gcc-ar-12 x86_64-linux-gnu-ar x86_64-linux-gnu-gcc-ar-12"],
    ["llvm-ar", "llvm-ar llvm-ar-14 llvm-ar-15"],
    ["ranlib", "ranlib gcc-ranlib gcc-ranlib-12 x86_64-linux-gnu-ranlib"],
    ["strip", "strip x86_64-linux-gnu-strip"],
    ["objcopy", "objcopy arm-none-eabi-objcopy"],
    ["llvm-objcopy", "llvm-strip llvm-strip-14 llvm-objcopy eu-strip eu-ar eu-ranlib rust-objcopy rust-ar wasm-strip"],
  ])("finds %s for %s [links 5]", (family, names) => {
    for (const name of names.split(" ")) expect([name, findCompiler(name)?.name]).toEqual([name, family]);
  });
  test("takes cc for what its file is called", () => {
    expect(findCompiler("cc", "clang")?.name).toBe("clang");
    expect(findCompiler("cc", "x86_64-linux-gnu-gcc-12")?.name).toBe("gcc");
    expect(findCompiler("clang", "wrapper")?.name).toBe("clang");
    expect(findCompiler("strip", "llvm-objcopy")?.name).toBe("llvm-objcopy");
    expect(findCompiler("strip", "x86_64-linux-gnu-strip")?.name).toBe("strip");
  });
  test.each([
    "",
    "cpp",
    "gcc-nm-12",
    "llvm-ranlib",
    "ldd",
    "ld.so",
    "ld64.lld",
    "tar",
    "ar.exe",
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
