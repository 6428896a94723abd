// Builds the access tracer, one shared object, from the C files in native/. Needs the machine's C compiler: build.ts and
// the tests call it; a finished zccache carries the result.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ZccacheError } from "../core/errors.ts";

const SOURCES = join(import.meta.dirname, "native");

const FLAGS = [
  ..."-std=gnu11 -O2 -fPIC -Wall -Wextra -Wno-missing-field-initializers".split(" "),
  // No libc: no symbol version newer than an old glibc, and musl loads it too.
  ..."-shared -nostdlib -ffreestanding -fno-builtin -fno-stack-protector -fvisibility=hidden".split(" "),
  // Loops of ours must not become calls of memcpy and strlen.
  "-fno-tree-loop-distribute-patterns",
  // dlopen and syscall must be jumped to (objects.c, syscall.c).
  "-foptimize-sibling-calls",
  // Executed as a program it is the witness (witness.c).
  "-Wl,-e,witness_entry",
  // musl knows the GNU hash table too; RELRO because the wrappers sit in every process of a build.
  ..."-Wl,-z,now -Wl,-z,relro -Wl,--hash-style=gnu".split(" "),
  // Equal bytes from equal sources: no paths, no names of temporary objects.
  ..."-Wl,--build-id=none -s -g0".split(" "),
];

/**
 * Compiles the tracer into the shared object `output`. Equal sources and an equal compiler give equal bytes, wherever
 * they are.
 * @param extraFlags Further compiler flags; `-Dstat=unused` takes the wrapper of stat out, which tests need.
 * @param command The C compiler: another than the machine's own for another processor.
 * @throws {ZccacheError} `IO` with the compiler's messages when there is no compiler or it refuses.
 */
export function compileTracer(output: string, extraFlags: readonly string[] = [], command = "cc"): void {
  const folder = mkdtempSync(join(tmpdir(), "zccache-tracer-"));
  try {
    const stub = join(folder, "libdl.so.2");
    // Below glibc 2.34 dlsym lives in libdl, which a tool need not have loaded. An empty stand-in at link time makes
    // the loader bring the real one, without tying us to its symbol versions.
    compile(command, ["-shared", "-nostdlib", "-Wl,-soname,libdl.so.2", "-x", "c", "/dev/null", "-o", stub]);
    const sources = readdirSync(SOURCES).filter((name) => name.endsWith(".c"));
    const inputs = [...sources.sort(), "-Wl,--no-as-needed", stub];
    compile(command, [...FLAGS, ...extraFlags, ...inputs, "-o", resolve(output)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs in the folder of the sources, so that no path of this machine can enter the result. */
function compile(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { cwd: SOURCES, encoding: "utf8" });
  if (status === 0) return;
  throw new ZccacheError("IO", `Cannot compile the tracer: ${error?.message ?? stderr}`, { cause: error });
}
