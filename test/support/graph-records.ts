// Records of warm-start images as tests need them.

import { statSync } from "node:fs";
import { digestFile } from "../../src/key/digest-file.ts";
import { readBoot, readScope } from "../../src/key/stamp-scope.ts";
import { writeImage } from "../../src/store/depgraph-file.ts";
import { encodeRecord, type ImageHead, type ImageRecord } from "../../src/store/depgraph-image.ts";

/** A record of a file as it is now. */
export function recordOf(path: string, over: Partial<ImageRecord> = {}): ImageRecord {
  const { dev: device, ino: inode, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  const content = { device, inode, size, mtimeNs, ctimeNs, digest: digestFile(path).outcome };
  return { path, aspect: "content", idleLives: 0, content, ...over };
}

/** The head that a daemon would write now for files on the device of `path`. */
export function headFor(path: string): ImageHead {
  const boot = readBoot();
  const scope = readScope(path, statSync(path, { bigint: true }).dev);
  if (boot === undefined) throw new Error("Cannot tell this boot: /proc is not there");
  return { ...boot, devices: scope === undefined ? [] : [scope] };
}

/** Writes an image with these records, a thousand a block. */
export async function writeRecords(path: string, head: ImageHead, records: Iterable<ImageRecord>): Promise<number> {
  return await writeImage(path, head, blocksOf(records));
}

async function* blocksOf(records: Iterable<ImageRecord>): AsyncGenerator<Uint8Array> {
  let block: Buffer[] = [];
  for (const record of records) {
    block.push(encodeRecord(record) ?? Buffer.alloc(0));
    if (block.length < 1000) continue;
    yield Buffer.concat(block);
    block = [];
  }
  yield Buffer.concat(block);
}
