import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, openSync, readFileSync } from "node:fs";
import { whileNobodyWrites } from "../../../src/sys/read-lease.ts";
import { fileTree, type TemporaryTree } from "../../support/file-tree.ts";
import { mapForWriting } from "../../support/mapped-file.ts";

describe("whileNobodyWrites()", () => {
  let tree: TemporaryTree;
  let fd = -1;
  beforeEach(() => {
    tree = fileTree({ file: "content" });
    fd = openSync(tree.at("file"), "r");
  });
  afterEach(() => {
    closeSync(fd);
    tree[Symbol.dispose]();
  });

  test("does what is to be done, again and again", () => {
    for (const value of [1, 2]) expect(whileNobodyWrites(fd, () => value)).toBe(value);
  });

  test("does nothing while somebody has the file open for writing", () => {
    const writer = openSync(tree.at("file"), "r+");
    expect(whileNobodyWrites(fd, () => "done")).toBeUndefined();
    closeSync(writer);
    expect(whileNobodyWrites(fd, () => "done")).toBe("done");
  });

  test("does nothing while somebody has it mapped, no longer open", async () => {
    await using mapping = await mapForWriting(tree.at("file"));
    expect(whileNobodyWrites(fd, () => "done")).toBeUndefined();
    await mapping.end();
    expect(whileNobodyWrites(fd, () => "done")).toBe("done");
  });

  test("keeps others waiting who open it meanwhile, and outlives the signal of that", async () => {
    const file = tree.at("file");
    let writer: { readonly exited: Promise<number> } | undefined;
    whileNobodyWrites(fd, () => {
      writer = Bun.spawn(["sh", "-c", 'echo more >>"$0"', file]);
      Bun.sleepSync(200);
      expect(readFileSync(file, "latin1")).toBe("content");
    });
    expect(await writer?.exited).toBe(0);
    expect(readFileSync(file, "latin1")).toBe("contentmore\n");
  });

  test("lets them go on after an error, too", async () => {
    expect(() =>
      whileNobodyWrites(fd, () => {
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(await Bun.spawn(["sh", "-c", 'echo more >>"$0"', tree.at("file")]).exited).toBe(0);
  });
});
