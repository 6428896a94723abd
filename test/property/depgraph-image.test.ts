import { expect, test } from "bun:test";
import fc from "fast-check";
import { checkImage, readBlock } from "../../src/store/depgraph-file.ts";
import {
  decodeHead,
  decodeRecords,
  encodeHead,
  encodeRecord,
  type ImageHead,
  type ImageRecord,
} from "../../src/store/depgraph-image.ts";
import { fileTree } from "../support/file-tree.ts";
import { writeRecords } from "../support/graph-records.ts";

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const path = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => {
  return `/${Buffer.from(bytes).toString("latin1").replaceAll("\0", "")}`;
});
const record: fc.Arbitrary<ImageRecord> = fc.record({
  path,
  aspect: fc.constantFrom(undefined, "content", "presence", "link", "listing", "stamp"),
  idleLives: fc.integer({ min: 0, max: 255 }),
  content: fc.option(
    fc.record({
      device: u64,
      inode: u64,
      size: u64,
      mtimeNs: i64,
      ctimeNs: i64,
      digest: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex")),
    }),
    { nil: undefined },
  ),
});
const head: fc.Arbitrary<ImageHead> = fc.record({
  boot: fc.uuid(),
  beganMs: fc.double({ min: 0, max: 4e12, noNaN: true }).map(Math.round),
  devices: fc.array(fc.record({ device: u64, mount: u64, path }), { maxLength: 5 }),
});

test("decodeRecords() gives what encodeRecord() was given, with its bytes", () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 20 }), (records) => {
      const encoded = records.map((one) => Buffer.from(encodeRecord(one) ?? []));
      const decoded = [...decodeRecords(Buffer.concat(encoded))];
      expect(decoded.map((one) => one.record)).toEqual(records);
      expect(decoded.map(({ bytes }) => Buffer.from(bytes))).toEqual(encoded);
    }),
  );
});

test("decodeHead() gives what encodeHead() was given", () => {
  fc.assert(fc.property(head, (one) => expect(decodeHead(encodeHead(one))).toEqual(one)));
});

test("decodeHead() and decodeRecords() take any bytes for what they are, or refuse them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      decodeHead(bytes);
      try {
        for (const { bytes: own } of decodeRecords(bytes)) expect(own.length).toBeGreaterThan(3);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

test("checkImage() finds all that writeImage() wrote, whatever comes behind it", async () => {
  using tree = fileTree();
  const file = tree.at("depgraph/depgraph.bin");
  await fc.assert(
    fc.asyncProperty(head, fc.array(record, { maxLength: 50 }), fc.uint8Array(), async (one, records, garbage) => {
      const bytes = await writeRecords(file, one, records);
      tree.write({ "depgraph/depgraph.bin": Buffer.concat([tree.read("depgraph/depgraph.bin"), garbage]) });
      const outcome = checkImage(file);
      if (outcome.kind !== "loaded") throw new Error(`it is ${outcome.kind}`);
      expect([outcome.head, outcome.bytes]).toEqual([one, bytes]);
      const found = outcome.blocks.flatMap((block) => [...decodeRecords(readBlock(file, block))]);
      expect(found.map((each) => each.record)).toEqual(records);
    }),
    { numRuns: 40 },
  );
});

test("checkImage() never loads an image of which any byte was changed or any number of bytes is missing", async () => {
  using tree = fileTree();
  const file = tree.at("depgraph.bin");
  await writeRecords(file, { boot: "b", beganMs: 1, devices: [{ device: 1n, mount: 2n, path: "/" }] }, [
    { path: "/a", aspect: "link", idleLives: 0, content: undefined },
  ]);
  const image = tree.read("depgraph.bin");
  // The four bytes behind the version are not used.
  const used = [...image.keys()].filter((at) => at < 12 || at >= 16);
  fc.assert(
    fc.property(fc.constantFrom(...used), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Buffer.from(image);
      damaged[at] = (damaged[at] ?? 0) ^ change;
      tree.write({ "depgraph.bin": damaged });
      expect(checkImage(file).kind).toBe(at >= 8 && at < 12 ? "version" : "corrupt");
    }),
  );
  for (let length = 0; length < image.length; length++) {
    tree.write({ "depgraph.bin": image.subarray(0, length) });
    expect(checkImage(file).kind).toBe("corrupt");
  }
});
