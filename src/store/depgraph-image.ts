// The warm-start image of the dependency graph: which paths a daemon looked at, and what it knew of their contents. What
// results depend on is in the index and lasts; without this file a look-up is slower, and never another one.
//
// image   ::= <magic "zccgraph"> <version: u32> <zero: u32> <length of payload: u64> <xxh64 of payload: u64> payload any*
// payload ::= block(head) block(record*)*                                            numbers are little-endian
// block   ::= <bytes: u32> content
// head    ::= <boot id> <ms when it began> (<device> <mount> <path>)*                strings, each followed by NUL
// record  ::= <bytes of path: u16> <idle lives: u8> <flags: u8> path known?          flags: aspect, 0x80 if known
// known   ::= <device: u64> <inode: u64> <size: u64> <mtime ns: i64> <ctime ns: i64> <SHA-256: 32 bytes>

import type { Aspect } from "../core/observation.ts";
import { joinBlock, type RawText, splitBlock } from "../core/raw-text.ts";

/** What is known of a content: of which file, under which times, and its digest in hexadecimal digits. */
export type ImageContent = {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly digest: string;
};

/** One path that was looked at. */
export type ImageRecord = {
  readonly path: RawText;
  /** The aspect in which it was followed; undefined if it was not, and only its content was known. */
  readonly aspect: Aspect | undefined;
  /** Lives of the daemon since one in which it was asked for; 255 at most. */
  readonly idleLives: number;
  readonly content: ImageContent | undefined;
};

/** Under which conditions its contents hold: see `key/stamp-scope.ts`. */
export type ImageHead = {
  readonly boot: string;
  readonly beganMs: number;
  readonly devices: readonly { readonly device: bigint; readonly mount: bigint; readonly path: RawText }[];
};

/** Format version: a file with another one is left alone until it is written anew. */
export const IMAGE_VERSION = 1;
export const IMAGE_HEADER_BYTES = 32;
export const IMAGE_MAGIC = "zccgraph";

/** The header of an image. @param check Of the payload, 16 hexadecimal digits. */
export function encodeImageHeader(payloadBytes: number, check: string): Buffer {
  const header = Buffer.alloc(IMAGE_HEADER_BYTES);
  header.write(IMAGE_MAGIC, "latin1");
  header.writeUInt32LE(IMAGE_VERSION, 8);
  header.writeBigUInt64LE(BigInt(payloadBytes), 16);
  header.writeBigUInt64LE(BigInt(`0x${check}`), 24);
  return header;
}

/** A block with this content. */
export function encodeBlock(content: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([length, content]);
}

/** Content of the first block. */
export function encodeHead({ boot, beganMs, devices }: ImageHead): Buffer {
  const scopes = devices.flatMap(({ device, mount, path }) => [String(device), String(mount), path]);
  return joinBlock([boot, String(beganMs), ...scopes]);
}

/** The head behind a block's content; undefined if it is none. */
export function decodeHead(content: Uint8Array): ImageHead | undefined {
  const [boot = "", began = "", ...scopes] = splitBlock(content);
  if (boot === "" || !/^\d+(\.\d+)?$/.test(began) || scopes.length % 3 !== 0) return undefined;
  const devices: ImageHead["devices"][number][] = [];
  for (let at = 0; at < scopes.length; at += 3) {
    const [device = "", mount = "", path = ""] = scopes.slice(at, at + 3);
    if (!/^\d{1,20}$/.test(device) || !/^\d{1,20}$/.test(mount) || path === "") return undefined;
    devices.push({ device: BigInt(device), mount: BigInt(mount), path });
  }
  return { boot, beganMs: Number(began), devices };
}

/** A record; undefined for a path too long to be one. About 2 µs. */
export function encodeRecord({ path, aspect, idleLives, content }: ImageRecord): Buffer | undefined {
  if (path.length > MOST_PATH_BYTES) return undefined;
  const bytes = Buffer.allocUnsafe(FIXED_BYTES + path.length + (content === undefined ? 0 : CONTENT_BYTES));
  bytes.writeUInt16LE(path.length);
  bytes.writeUInt8(Math.min(idleLives, 255), 2);
  bytes.writeUInt8(ASPECTS.indexOf(aspect) | (content === undefined ? 0 : KNOWN), 3);
  bytes.write(path, FIXED_BYTES, "latin1");
  if (content !== undefined) writeContent(bytes.subarray(FIXED_BYTES + path.length), content);
  return bytes;
}

/**
 * The records in a block's content, each with its own bytes.
 * @throws {RangeError} where the content ends in the middle of one.
 */
export function* decodeRecords(content: Uint8Array): Generator<{ record: ImageRecord; bytes: Buffer }> {
  const all = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  for (let at = 0; at < all.length; ) {
    const pathEnd = at + FIXED_BYTES + all.readUInt16LE(at);
    const flags = all.readUInt8(at + 3);
    const end = pathEnd + ((flags & KNOWN) === 0 ? 0 : CONTENT_BYTES);
    if (end > all.length) throw new RangeError("a record ends behind its block");
    const record = {
      path: all.toString("latin1", at + FIXED_BYTES, pathEnd),
      aspect: ASPECTS[flags & ~KNOWN],
      idleLives: all.readUInt8(at + 2),
      content: (flags & KNOWN) === 0 ? undefined : readContent(all.subarray(pathEnd, end)),
    };
    yield { record, bytes: all.subarray(at, end) };
    at = end;
  }
}

const FIXED_BYTES = 4;
const CONTENT_BYTES = 72;
const DIGEST_AT = 40;
const MOST_PATH_BYTES = 0xffff;
// By their numbers in the file.
const ASPECTS: readonly (Aspect | undefined)[] = [undefined, "content", "presence", "link", "listing", "stamp"];
const KNOWN = 0x80;

function writeContent(bytes: Buffer, { device, inode, size, mtimeNs, ctimeNs, digest }: ImageContent): void {
  bytes.writeBigUInt64LE(device, 0);
  bytes.writeBigUInt64LE(inode, 8);
  bytes.writeBigUInt64LE(size, 16);
  bytes.writeBigInt64LE(mtimeNs, 24);
  bytes.writeBigInt64LE(ctimeNs, 32);
  bytes.write(digest, DIGEST_AT, "hex");
}

function readContent(bytes: Buffer): ImageContent {
  return {
    device: bytes.readBigUInt64LE(0),
    inode: bytes.readBigUInt64LE(8),
    size: bytes.readBigUInt64LE(16),
    mtimeNs: bytes.readBigInt64LE(24),
    ctimeNs: bytes.readBigInt64LE(32),
    digest: bytes.toString("hex", DIGEST_AT, CONTENT_BYTES),
  };
}
