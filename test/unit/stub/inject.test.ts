import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { COMMAND_NAMES } from "../../../src/cli/command-names.ts";
import { ZccacheError } from "../../../src/core/errors.ts";
import { compileStub } from "../../../src/stub/compile.ts";
import { injectStub, STUB_ADDRESS } from "../../../src/stub/inject.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";

const PROGRAM = `
const { BUN_OPTIONS, MARK } = process.env;
console.log(JSON.stringify([process.argv.slice(2), BUN_OPTIONS ?? null, MARK ?? null, (await import("node:fs")).readdirSync("/proc/self/fd").length]));
process.exit(7);
`;

const stub = compileStub(COMMAND_NAMES);

/** A program that Bun compiled, which is no stand-in for anything: its own name is a command's for the stub. */
function compiled(tree: TemporaryTree): Buffer {
  const command = ["build", "--compile", tree.at("a.ts"), "--outfile", tree.at("plain")];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: tree.path, encoding: "utf8" });
  if (status !== 0) throw new Error(`Cannot compile the sample: ${stderr}`);
  return readFileSync(tree.at("plain"));
}

/** The program's own report, called under a stand-in's name with the daemon out of reach. */
function report(program: string, env: Record<string, string>): unknown {
  const result = spawnSync(program, ["one", ""], { argv0: "gcc", env, encoding: "utf8" });
  return [result.status, JSON.parse(result.stdout)];
}

describe("injectStub()", () => {
  test("leaves a compiled program as it was, but for the runtime's switches", () => {
    using tree = fileTree({ "a.ts": PROGRAM, "trap.ts": "process.exit(99);\n" });
    const plain = compiled(tree);
    tree.write({ injected: injectStub(plain, stub) });
    chmodSync(tree.at("injected"), 0o755);
    const env = { MARK: "m", ZCCACHE_CACHE_DIR: tree.path };
    const [code, [args, options, mark, descriptors]] = report(tree.at("plain"), env) as [number, unknown[]];
    expect([code, args, options, mark]).toEqual([7, ["one", ""], null, "m"]);
    // One, two and three variables taken out: the auxiliary vector moves by as many words.
    const switches = { BUN_OPTIONS: `--preload=${tree.at("trap.ts")}`, BUN_BE_BUN: "1", BUN_INSPECT_NOTIFY: "x" };
    for (let count = 0; count <= 3; count++) {
      const given = Object.fromEntries(Object.entries(switches).slice(0, count));
      const seen = report(tree.at("injected"), { ...given, ...env });
      expect(seen).toEqual([7, [["one", ""], null, "m", descriptors]]);
    }
  }, 600_000);

  test("adds a segment at the stub's address and takes the loader's name out", () => {
    using tree = fileTree({ "a.ts": PROGRAM });
    const image = injectStub(compiled(tree), stub);
    const headers = Array.from({ length: image.readUInt16LE(56) }, (_, i) => image.readUInt32LE(64 + 56 * i));
    expect(headers.filter((type) => type === 3 || type === 4)).toEqual([]);
    expect(Number(image.readBigUInt64LE(24))).toBe(STUB_ADDRESS);
  }, 600_000);

  const odd: [string, (image: Buffer) => Buffer, RegExp][] = [
    ["no ELF file", () => Buffer.from("#!/bin/sh\n".repeat(20)), /no 64-bit ELF/],
    ["an empty file", () => Buffer.alloc(0), /no 64-bit ELF/],
    ["a position-independent program", () => readFileSync("/bin/true"), /position-independent/],
    ["one for another processor", (image) => with16(image, 18, 183), /another processor/],
    ["one with headers of another size", (image) => with16(image, 54, 64), /another size/],
    ["one that is cut off", (image) => image.subarray(0, 200), /cut off/],
    ["one with a stub in it already", (image) => injectStub(image, stub), /not exactly one/],
  ];
  test.each(odd)("refuses %s", (_title, change, message) => {
    const image = change(readFileSync(process.execPath));
    const injecting = (): Buffer => injectStub(image, stub);
    expect(injecting).toThrow(ZccacheError);
    expect(injecting).toThrow(message);
  });

  test("refuses a stub for another processor than the executable's", () => {
    const other = Buffer.from(stub);
    other.writeBigUInt64LE(183n, 0x40 + 24);
    expect(() => injectStub(readFileSync(process.execPath), other)).toThrow(/another processor/);
  });

  test("refuses a stub that is empty or larger than its place", () => {
    const image = readFileSync(process.execPath);
    for (const size of [0, 1 << 20]) expect(() => injectStub(image, Buffer.alloc(size))).toThrow(/stub's size/);
  });
});

function with16(image: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(image);
  changed.writeUInt16LE(value, at);
  return changed;
}
