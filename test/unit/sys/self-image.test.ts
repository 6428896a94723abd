import { describe, expect, test } from "bun:test";
import { copyFileSync, statSync, symlinkSync, truncateSync } from "node:fs";
import { identifySelf, isOurs, type SelfImage } from "../../../src/sys/self-image.ts";
import { builtBinary } from "../../support/built-binary.ts";
import { fileTree } from "../../support/file-tree.ts";
import { quickest } from "../../support/in-time.ts";

const stranger: SelfImage = { device: 0n, inode: 0n };

function ours(path: string, self: SelfImage = stranger): boolean {
  return isOurs(path, statSync(path, { bigint: true }), self);
}

describe("isOurs()", () => {
  test("knows the running executable by device and inode, through links", () => {
    using tree = fileTree();
    symlinkSync(process.execPath, tree.at("link"));
    expect([ours(process.execPath, identifySelf()), ours(tree.at("link"), identifySelf())]).toEqual([true, true]);
  });
  test("knows the built executable and a copy of it by their mark (P21)", () => {
    using tree = fileTree();
    copyFileSync(builtBinary(), tree.at("gcc"));
    expect([ours(builtBinary()), ours(tree.at("gcc"))]).toEqual([true, true]);
  });
  test("does not take the runtime, a compiler or a script for us", () => {
    const others = [process.execPath, "/usr/bin/gcc", "/bin/sh", import.meta.path];
    expect(others.map((path) => ours(path))).toEqual([false, false, false, false]);
  });
  test("does not take another program that Bun compiled for us", () => {
    using tree = fileTree({ "other.ts": "await Bun.write(Bun.stdout, 'zccache');\n" });
    const command = [process.execPath, "build", "--compile", tree.at("other.ts"), "--outfile", tree.at("other")];
    expect(Bun.spawnSync(command, { env: { PATH: "/usr/bin:/bin" } }).exitCode).toBe(0);
    expect(ours(tree.at("other"))).toBe(false);
  });
  test("a copy that was cut off in its middle is none, and no error", () => {
    using tree = fileTree();
    copyFileSync(builtBinary(), tree.at("gcc"));
    const { size } = statSync(tree.at("gcc"));
    for (const length of [size - 4096, size - 2_000_000, 30_000_000]) {
      truncateSync(tree.at("gcc"), length);
      expect(ours(tree.at("gcc"))).toBe(false);
    }
  });
  test("large files of any content are looked at in well under a millisecond", async () => {
    using tree = fileTree({ big: "\x7fELF\x02\x01" });
    truncateSync(tree.at("big"), 200_000_000);
    const hundred = () => {
      for (let i = 0; i < 100; i++) expect(ours(tree.at("big"))).toBe(false);
    };
    expect(await quickest(100, hundred)).toBeLessThanOrEqual(100);
  });
});
