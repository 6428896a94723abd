import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { checkImage, type ImageOutcome, writeImage } from "../../../src/store/depgraph-file.ts";
import { fileTree } from "../../support/file-tree.ts";
import { writeRecords } from "../../support/graph-records.ts";
import { mustRun } from "../../support/run.ts";

const HEAD = { boot: "b", beganMs: 1, devices: [] };
const RECORD = { path: "/a.h", aspect: "presence", idleLives: 0, content: undefined } as const;

/** What `checkImage` says of a valid image that `change` was applied to. */
async function outcomeOf(change: (image: Buffer) => Uint8Array): Promise<ImageOutcome> {
  using tree = fileTree();
  const file = tree.at("depgraph.bin");
  await writeRecords(file, HEAD, [RECORD]);
  writeFileSync(file, change(tree.read("depgraph.bin")));
  return checkImage(file);
}

/** An image that ends two bytes into the length of its second block. */
function cutInLength(image: Buffer): Buffer {
  const headEnd = 36 + image.readUInt32LE(32);
  image.writeBigUInt64LE(BigInt(headEnd + 2 - 32), 16);
  return image.subarray(0, headEnd + 2);
}

describe("checkImage()", () => {
  test("loads what was written, trailing bytes or not", async () => {
    expect(await outcomeOf((image) => image)).toMatchObject({ kind: "loaded", head: HEAD });
    expect(await outcomeOf((image) => Buffer.concat([image, Buffer.from("more")]))).toMatchObject({ kind: "loaded" });
  });

  test("a file that is not there is missing", () => {
    using tree = fileTree();
    expect(checkImage(tree.at("none"))).toEqual({ kind: "missing" });
  });

  test("another format version is told", async () => {
    const outcome = await outcomeOf((image) => {
      image.writeUInt32LE(7, 8);
      return image;
    });
    expect(outcome).toEqual({ kind: "version", found: 7 });
  });

  test.each([
    ["bad magic", (image: Buffer) => image.fill("x", 0, 8), "it does not begin as such a file"],
    ["no byte", () => Buffer.alloc(0), "it is 0 bytes long"],
    ["3 bytes", (image: Buffer) => image.subarray(0, 3), "it is 3 bytes long"],
    ["a truncated payload", (image: Buffer) => image.subarray(0, -1), "bytes are announced"],
    ["length 2^64-1", (image: Buffer) => image.fill(0xff, 16, 24), "18446744073709551615 bytes are announced"],
    ["length 0", (image: Buffer) => image.fill(0, 16, 24), "its checksum is another one"],
    ["a changed payload", (image: Buffer) => image.fill("z", image.length - 1), "its checksum is another one"],
    ["a block whose length is cut off", cutInLength, "a block ends behind its end"],
    ["an absurd block", (image: Buffer) => image.fill(0xff, 32, 36), "a block ends behind its end"],
  ])("%s is corrupt", async (_, change, reason) => {
    const outcome = await outcomeOf(change);
    expect(outcome.kind).toBe("corrupt");
    expect("reason" in outcome && outcome.reason).toContain(reason);
  });

  test("what is no file, or can't be opened, is unreadable, and a fifo does not block", async () => {
    using tree = fileTree();
    mkdirSync(tree.at("directory"));
    symlinkSync("loop", tree.at("loop"));
    await mustRun(["mkfifo", tree.at("fifo")]);
    const kinds = ["directory", "loop", "fifo"].map((name) => checkImage(tree.at(name)).kind);
    expect(kinds).toEqual(["unreadable", "unreadable", "unreadable"]);
  });
});

describe("writeImage()", () => {
  test("makes its directory, for us only, and leaves nothing beside the file", async () => {
    using tree = fileTree();
    const bytes = await writeRecords(tree.at("d/depgraph.bin"), HEAD, [RECORD]);
    expect(readdirSync(tree.at("d"))).toEqual(["depgraph.bin"]);
    expect(statSync(tree.at("d/depgraph.bin"))).toMatchObject({ size: bytes });
    expect(statSync(tree.at("d/depgraph.bin")).mode & 0o777).toBe(0o600);
    expect(statSync(tree.at("d")).mode & 0o777).toBe(0o700);
  });

  test("does not bring back a cache that was removed", async () => {
    using tree = fileTree();
    await expect(writeRecords(tree.at("gone/depgraph/depgraph.bin"), HEAD, [RECORD])).rejects.toThrow("ENOENT");
    expect(readdirSync(tree.path)).toEqual([]);
  });

  test("leaves the old image where it fails", async () => {
    using tree = fileTree();
    const file = tree.at("depgraph.bin");
    await writeRecords(file, HEAD, [RECORD]);
    const before = tree.read("depgraph.bin");
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(10);
      throw new Error("no more");
    }
    await expect(writeImage(file, HEAD, failing())).rejects.toThrow("no more");
    expect(tree.read("depgraph.bin")).toEqual(before);
    expect(readdirSync(tree.path)).toEqual(["depgraph.bin"]);
  });
});
