import { expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tools } from "../../../src/daemon/tools.ts";

const directory = mkdtempSync(join(tmpdir(), "zccache-tools-"));
const file = (name: string, content: string | Uint8Array, mode = 0o755) => {
  writeFileSync(join(directory, name), content);
  chmodSync(join(directory, name), mode);
  return join(directory, name);
};
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));

test("Tools.untraceable() lets dynamic executables and scripts pass", () => {
  const tools = new Tools();
  expect(tools.untraceable(process.execPath, "F1")).toBeUndefined();
  expect(tools.untraceable(file("script", "#!/bin/sh\n"), "F2")).toBeUndefined();
});

test("Tools.untraceable() refuses static, foreign and set-user-ID executables", () => {
  const tools = new Tools();
  const elf = Buffer.alloc(256);
  elf.write("\x7fELF\x02\x01", "latin1");
  elf.writeBigUInt64LE(64n, 32);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt16LE(process.arch === "x64" ? 62 : 183, 18);
  expect(tools.untraceable(file("static", elf), "F1")).toBe("statically linked");
  elf[4] = 1;
  expect(tools.untraceable(file("foreign", elf), "F2")).toBe("not a 64-bit executable");
  expect(tools.untraceable(file("text", "echo hello"), "F3")).toBe("neither an ELF file nor a script");
  const privileged = join(directory, "privileged");
  copyFileSync("/bin/true", privileged);
  chmodSync(privileged, 0o4755);
  expect(tools.untraceable(privileged, "F4")).toBe("set-user-ID or set-group-ID");
});

test("Tools.judge() takes a tool for untraceable if its first runs were, for that content only, and reports it", () => {
  const tools = new Tools();
  const path = file("tool", "#!/bin/sh\n");
  tools.judge(path, "F0", undefined);
  tools.judge(path, "F0", "untraced program /x");
  tools.judge(path, "F1", "/w/a.h changed while the tool ran");
  expect(tools.untraceable(path, "F0") ?? tools.untraceable(path, "F1")).toBeUndefined();
  tools.judge(path, "F1", "untraced program /x");
  expect(tools.untraceable(path, "F1")).toBe("untraced program /x");
  expect(tools.untraceable(path, "F2")).toBeUndefined();
  expect(tools.report()).toEqual([`${path}: untraced program /x`]);
});
