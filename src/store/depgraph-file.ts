// The warm-start image as a file: appears whole or not at all, and is checked as a whole before anything of it is used.

import { closeSync, constants as fs, fstatSync, mkdirSync, openSync, readSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { describeError, isErrno } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { fsPath } from "../sys/fs-path.ts";
import { removeIfThere } from "../sys/staged-file.ts";
import { startXxh64 } from "../sys/xxh64.ts";
import {
  decodeHead,
  encodeBlock,
  encodeHead,
  encodeImageHeader,
  IMAGE_HEADER_BYTES,
  IMAGE_MAGIC,
  IMAGE_VERSION,
  type ImageHead,
} from "./depgraph-image.ts";

/** What a look at the file finds. */
export type ImageOutcome =
  | {
      readonly kind: "loaded";
      readonly head: ImageHead;
      readonly blocks: readonly ImageBlock[];
      readonly bytes: number;
    }
  | { readonly kind: "missing" }
  | { readonly kind: "version"; readonly found: number }
  | { readonly kind: "corrupt" | "unreadable"; readonly reason: string };

/** Where records are in the file. */
export type ImageBlock = { readonly at: number; readonly bytes: number };

/** Reads all of an image once, block by block: 0.2 ms a MB. Never throws. */
export function checkImage(path: RawText): ImageOutcome {
  let fd: number | undefined;
  try {
    // Without O_NONBLOCK, opening a fifo would wait for a writer.
    fd = openSync(fsPath(path), fs.O_RDONLY | fs.O_NONBLOCK | fs.O_NOCTTY);
    const stats = fstatSync(fd);
    return stats.isFile() ? checkOpened(fd, stats.size) : { kind: "unreadable", reason: "it is no regular file" };
  } catch (error) {
    if (isErrno(error, "ENOENT")) return { kind: "missing" };
    return { kind: "unreadable", reason: describeError(error) };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Content of a block that `checkImage` found. @throws the system's error, RangeError if the file got shorter. */
export function readBlock(path: RawText, block: ImageBlock): Buffer {
  const fd = openSync(fsPath(path), fs.O_RDONLY | fs.O_NONBLOCK | fs.O_NOCTTY);
  try {
    return readAt(fd, block.at, block.bytes);
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes an image from blocks of records as they come, and puts it in the place of the one before.
 * @returns its bytes.
 * @throws the system's error; the file is then the old one.
 */
export async function writeImage(path: RawText, head: ImageHead, blocks: AsyncIterable<Uint8Array>): Promise<number> {
  makeDirectory(path.slice(0, path.lastIndexOf("/")));
  const staged = `${path}.new`;
  try {
    const bytes = await writeStaged(staged, head, blocks);
    await rename(fsPath(staged), fsPath(path));
    return bytes;
  } catch (error) {
    removeIfThere(staged);
    throw error;
  }
}

async function writeStaged(path: RawText, head: ImageHead, blocks: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(fsPath(path), fs.O_WRONLY | fs.O_CREAT | fs.O_TRUNC | fs.O_NOFOLLOW, 0o600);
  let at = IMAGE_HEADER_BYTES;
  try {
    const hash = startXxh64();
    const append = async (content: Uint8Array): Promise<void> => {
      const block = encodeBlock(content);
      hash.update(block);
      for (let written = 0; written < block.length; ) {
        const { bytesWritten } = await file.write(block, written, block.length - written, at);
        written += bytesWritten;
        at += bytesWritten;
      }
    };
    await append(encodeHead(head));
    for await (const content of blocks) await append(content);
    await file.write(encodeImageHeader(at - IMAGE_HEADER_BYTES, hash.digest()), 0, IMAGE_HEADER_BYTES, 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  return at;
}

/** Not those above it: a cache that was removed under a running daemon stays removed. */
function makeDirectory(path: RawText): void {
  try {
    mkdirSync(fsPath(path), { mode: 0o700 });
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
}

// Blocks are written with 300 KB at most.
const MOST_BLOCK_BYTES = 64 << 20;

function checkOpened(fd: number, size: number): ImageOutcome {
  if (size < IMAGE_HEADER_BYTES) return corrupt(`it is ${size} bytes long`);
  const header = readAt(fd, 0, IMAGE_HEADER_BYTES);
  if (header.toString("latin1", 0, 8) !== IMAGE_MAGIC) return corrupt("it does not begin as such a file");
  const version = header.readUInt32LE(8);
  if (version !== IMAGE_VERSION) return { kind: "version", found: version };
  const length = header.readBigUInt64LE(16);
  if (length > BigInt(size - IMAGE_HEADER_BYTES)) return corrupt(`${length} bytes are announced, it has ${size}`);
  const end = IMAGE_HEADER_BYTES + Number(length);
  return checkPayload(fd, end, header.readBigUInt64LE(24).toString(16).padStart(16, "0"));
}

function checkPayload(fd: number, end: number, check: string): ImageOutcome {
  const hash = startXxh64();
  const blocks: ImageBlock[] = [];
  let head: ImageHead | undefined;
  for (let at = IMAGE_HEADER_BYTES; at < end; ) {
    const bytes = at + LENGTH_BYTES > end ? end : readAt(fd, at, LENGTH_BYTES).readUInt32LE();
    if (bytes > MOST_BLOCK_BYTES || at + LENGTH_BYTES + bytes > end) return corrupt("a block ends behind its end");
    const block = readAt(fd, at, LENGTH_BYTES + bytes);
    hash.update(block);
    if (at === IMAGE_HEADER_BYTES) head = decodeHead(block.subarray(LENGTH_BYTES));
    else blocks.push({ at: at + LENGTH_BYTES, bytes });
    at += LENGTH_BYTES + bytes;
  }
  if (hash.digest() !== check) return corrupt("its checksum is another one");
  return head === undefined ? corrupt("it has no head") : { kind: "loaded", head, blocks, bytes: end };
}

const LENGTH_BYTES = 4;

function corrupt(reason: string): ImageOutcome {
  return { kind: "corrupt", reason };
}

function readAt(fd: number, at: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  for (let got = 0; got < bytes; ) {
    const length = readSync(fd, buffer, got, bytes - got, at + got);
    if (length === 0) throw new RangeError("it ended while it was read");
    got += length;
  }
  return buffer;
}
