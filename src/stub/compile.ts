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
  ..."-std=gnu11 -O2 -Wall -Wextra -ffreestanding -fno-builtin -fno-stack-protector -fcf-protection=none".split(" "),
  // Everything is at fixed addresses, and nothing may call a memcpy that nobody loads.
  ..."-fno-pic -no-pie -static -nostdlib -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns".split(" "),
  // Equal bytes from equal sources.
  ..."-g0 -Wl,--build-id=none -Wl,-T,link.ld -Wl,--oformat=binary".split(" "),
];

/**
 * The stub as it is to be loaded at `STUB_ADDRESS` (inject.ts); it is entered at its first byte.
 * @param commands First arguments that are commands of ours, for which the stub does nothing.
 * @throws {ZccacheError} `IO` with the compiler's messages when there is no compiler or it refuses.
 */
export function compileStub(commands: Iterable<string>, extraFlags: readonly string[] = []): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "zccache-stub-"));
  try {
    writeFileSync(join(folder, "commands.h"), commandsHeader(commands));
    const output = join(folder, "stub.bin");
    const sources = readdirSync(SOURCES).filter((name) => name.endsWith(".c"));
    const definitions = [`-DSTUB_VERSION="${VERSION}"`, `-DSTUB_PROTOCOL=${PROTOCOL}`, `-I${folder}`];
    compile([...FLAGS, ...definitions, ...extraFlags, ...sources.sort(), "-o", output]);
    return readFileSync(output);
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

/** Runs in the folder of the sources, so that no path of this machine can enter the result. */
function compile(args: readonly string[]): void {
  const { status, stderr, error } = spawnSync("cc", args, { cwd: SOURCES, encoding: "utf8" });
  if (status === 0) return;
  throw new ZccacheError("IO", `Cannot compile the stub: ${error?.message ?? stderr}`, { cause: error });
}
