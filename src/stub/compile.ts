// Compiles the entry stub from the C files in native/ into the bytes of one segment. Needs the machine's C compiler, so
// only build.ts and tests call it.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZccacheError } from "../core/errors.ts";
import { PROTOCOL, VERSION } from "../core/version.ts";

const SOURCES = join(import.meta.dirname, "native");

const FLAGS = [
  ..."-std=gnu11 -O2 -Wall -Wextra -ffreestanding -fno-builtin -fno-stack-protector".split(" "),
  // Everything is at fixed addresses, and nothing may call a memcpy that nobody loads.
  ..."-fno-pic -no-pie -static -nostdlib -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns".split(" "),
  // Equal bytes from equal sources.
  ..."-g0 -Wl,--build-id=none -Wl,-T,link.ld".split(" "),
];

/** A C compiler and what it makes programs for. */
export type StubCompiler = { readonly command: string; readonly architecture: "x64" | "arm64" };

/** The machine's own. */
const NATIVE: StubCompiler = { command: "cc", architecture: process.arch === "arm64" ? "arm64" : "x64" };

// Landing pads and guards of the processor's own, which nobody checks before the runtime has started.
const PROCESSOR_FLAGS = { x64: ["-fcf-protection=none"], arm64: ["-mbranch-protection=none"] };

/**
 * The stub as it is to be loaded at `STUB_ADDRESS` (inject.ts); it is entered at its first byte.
 * @param commands First arguments that are commands of ours, for which the stub does nothing.
 * @param compiler Another than the machine's own, for another processor.
 * @throws {ZccacheError} `IO` with the compiler's messages when there is no compiler or it refuses.
 */
export function compileStub(
  commands: Iterable<string>,
  extraFlags: readonly string[] = [],
  compiler: StubCompiler = NATIVE,
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "zccache-stub-"));
  try {
    writeFileSync(join(folder, "commands.h"), commandsHeader(commands));
    const output = join(folder, "stub");
    const sources = readdirSync(SOURCES).filter((name) => name.endsWith(".c"));
    const definitions = [`-DSTUB_VERSION="${VERSION}"`, `-DSTUB_PROTOCOL=${PROTOCOL}`, `-I${folder}`];
    const flags = [...FLAGS, ...PROCESSOR_FLAGS[compiler.architecture], ...definitions, ...extraFlags];
    compile(compiler.command, [...flags, ...sources.sort(), "-o", output]);
    return loadedBytes(readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A C header with the names of our commands, sorted. @throws {Error} for a name that is no plain word. */
export function commandsHeader(commands: Iterable<string>): string {
  const names = [...commands].sort();
  const odd = names.find((name) => !/^[a-z][a-z-]*$/.test(name));
  if (odd !== undefined) throw new Error(`Cannot write "${odd}" into a header: expected a plain word`);
  const rows = names.map((name) => `  "${name}",\n`).join("");
  return `static const char *const COMMANDS[] = {\n${rows}};\n`;
}

/** The content of the only segment that is loaded (elf(5)); the linkers of some processors write no bare binary files. */
function loadedBytes(program: Buffer): Buffer {
  const PT_LOAD = 1;
  const table = Number(program.readBigUInt64LE(32));
  const size = program.readUInt16LE(54);
  const headers = Array.from({ length: program.readUInt16LE(56) }, (_, index) =>
    program.subarray(table + index * size),
  );
  const [segment, ...others] = headers.filter((header) => header.readUInt32LE(0) === PT_LOAD);
  if (segment === undefined || others.length > 0) {
    throw new ZccacheError("IO", "Cannot take the stub out of what the linker made: it has not exactly one segment");
  }
  const start = Number(segment.readBigUInt64LE(8));
  return program.subarray(start, start + Number(segment.readBigUInt64LE(32)));
}

/** Runs in the folder of the sources, so that no path of this machine can enter the result. */
function compile(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { cwd: SOURCES, encoding: "utf8" });
  if (status === 0) return;
  throw new ZccacheError("IO", `Cannot compile the stub: ${error?.message ?? stderr}`, { cause: error });
}
