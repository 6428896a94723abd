import { describe, expect, test } from "bun:test";
import { closeSync, openSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
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

  test("writeFully() ends by SIGPIPE where nobody reads any more (X4)", () => {
    const module = join(import.meta.dir, "../../../src/shim/streams.ts");
    const code = `(await import(${JSON.stringify(module)})).writeFully(1, Buffer.from("x")); process.exit(3);`;
    const script = '{ sleep 0.3; "$0" -e "$1"; echo $? >&2; } | true';
    expect(Bun.spawnSync(["sh", "-c", script, process.execPath, code]).stderr.toString()).toBe("141\n");
  });

  test("writeFully() does not mind a stream that is closed (X5)", () => {
    using tree = fileTree();
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
