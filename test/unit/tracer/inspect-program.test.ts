import { expect, test } from "bun:test";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { inspectProgram } from "../../../src/tracer/inspect-program.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { bareRun } from "../../support/trace-run.ts";

const MAIN = "int main(void) { return 0; }\n";
// What Go's linker leaves: a note of the owner "Go", type 4, with the build's id.
const GO_NOTE =
  '.section .note.go.buildid,"a",@note\n.align 4\n.long 4, 5, 4\n.asciz "Go\\0"\n.ascii "build"\n.align 4\n';

/** A tree with a program `p`, linked with these flags from an empty main and `extra`. */
function program(flags: readonly string[], extra = ""): TemporaryTree {
  const tree = fileTree({ "p.c": MAIN, "extra.s": extra });
  const { exitCode, stderr } = bareRun(["gcc", ...flags, "p.c", "extra.s", "-o", "p"], { cwd: tree.path });
  if (exitCode !== 0) throw new Error(stderr);
  return tree;
}

const CASES: Readonly<Record<string, { flags: string[]; extra?: string; reason: string | undefined }>> = {
  "nothing against a dynamic program": { flags: [], reason: undefined },
  "a static one": { flags: ["-static"], reason: "statically linked" },
  "a static one that may lie anywhere": { flags: ["-static-pie"], reason: "statically linked" },
  "gcc's address sanitizer": {
    flags: ["-fsanitize=address"],
    reason: "libasan.so.8 refuses to start behind a preloaded library",
  },
  "Go linked with libc": { flags: [], extra: GO_NOTE, reason: "made by Go, which talks to the kernel itself" },
};

test.each(Object.entries(CASES))(
  "inspectProgram() finds %s",
  (_title, { flags, extra, reason }) => {
    using tree = program(flags, extra);
    const found = inspectProgram(tree.at("p"));
    expect(found?.replace(/so\.\d+/, "so.8")).toBe(reason);
  },
  600_000,
);

test("inspectProgram() refuses another processor, another class, and what gains rights", () => {
  using tree = fileTree();
  const bytes = readFileSync("/bin/true");
  const refused = (name: string, change: (elf: Buffer) => void): string | undefined => {
    const elf = Buffer.from(bytes);
    change(elf);
    writeFileSync(tree.at(name), elf);
    if (name === "setuid") chmodSync(tree.at(name), 0o4755);
    return inspectProgram(tree.at(name));
  };
  expect(refused("same", () => undefined)).toBeUndefined();
  expect(refused("sparc", (elf) => elf.writeUInt16LE(43, 18))).toBe("made for another processor");
  expect(refused("small", (elf) => elf.writeUInt8(1, 4))).toBe("not a 64-bit executable");
  expect(refused("setuid", () => undefined)).toBe("set-user-ID or set-group-ID");
  expect(refused("text", (elf) => elf.write("text"))).toBe("neither an ELF file nor a script");
  expect(refused("script", (elf) => elf.write("#!"))).toBeUndefined();
});

test.each([0, 10, 63, 64, 100])("inspectProgram() takes nothing that ends after %d bytes for traceable", (length) => {
  using tree = fileTree();
  writeFileSync(tree.at("cut"), readFileSync("/bin/true").subarray(0, length));
  expect(inspectProgram(tree.at("cut"))).toBe(length < 64 ? "neither an ELF file nor a script" : "statically linked");
});
