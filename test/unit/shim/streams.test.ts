import { describe, expect, test } from "bun:test";
import { closeSync, openSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { copyToNewFile, drain, passOn, writeFully } from "../../../src/shim/streams.ts";
import { fileTree } from "../../support/file-tree.ts";

const SIZES = [0, 1, 65_535, 65_536, 65_537, 300_000];

describe("streams", () => {
  test.each(SIZES)("passOn() and drain() move all of %d bytes", (size) => {
    using tree = fileTree({ from: Buffer.alloc(size, "abc") });
    const from = openSync(tree.at("from"), "r");
    for (const [name, move] of [
      ["passed", passOn],
      ["drained", drain],
    ] as const) {
      const to = openSync(tree.at(name), "w");
      move(from, to);
      closeSync(to);
      expect(readFileSync(tree.at(name)).equals(tree.read("from"))).toBe(true);
    }
    closeSync(from);
  });

  test("writeFully() does not mind a reader that has left (X4)", () => {
    using tree = fileTree();
    const script = "exec 3>&1; (exec 3>&-; exit 0) | true; echo ok";
    expect(Bun.spawnSync(["sh", "-c", script]).exitCode).toBe(0);
    const closed = openSync(tree.at("x"), "w");
    closeSync(closed);
    expect(() => writeFully(closed, Buffer.from("x"))).not.toThrow();
  });

  test("copyToNewFile() copies from the first byte on, for our user only, and never over something (S6)", () => {
    using tree = fileTree({ from: "content", there: "kept" });
    symlinkSync(tree.at("target"), tree.at("link"));
    const from = openSync(tree.at("from"), "r+");
    drain(from, openSync("/dev/null", "w"));
    copyToNewFile(from, tree.at("to"));
    expect([tree.read("to").toString(), statSync(tree.at("to")).mode & 0o777]).toEqual(["content", 0o600]);
    expect(() => copyToNewFile(from, tree.at("there"))).toThrow("EEXIST");
    expect(() => copyToNewFile(from, tree.at("link"))).toThrow();
    closeSync(from);
  });
});
