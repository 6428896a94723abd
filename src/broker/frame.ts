// The broker's frames, which are not ours:
//   frame  := 01 length body
//   length := u32 little-endian, number of body bytes, at most 16 MiB

import { ZccacheError } from "../core/errors.ts";

/** Bytes in front of a body. */
export const HEAD_BYTES = 5;

/** Most bytes that a body may have. */
export const MAX_BODY = 16 * 1024 * 1024;

const FRAME_VERSION = 1;

/**
 * True if the first five bytes of a connection begin a frame of the broker's. A frame of ours has the head of a CBOR map
 * fifth, A0 or higher; here it is the top byte of a length below 16 MiB.
 */
export function isBrokerHead(head: Uint8Array): boolean {
  return head[0] === FRAME_VERSION && head[HEAD_BYTES - 1] === 0;
}

/** The frame of a body. */
export function encodeBrokerFrame(body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + body.length);
  frame.writeUInt8(FRAME_VERSION);
  frame.writeUInt32LE(body.length, 1);
  frame.set(body, HEAD_BYTES);
  return frame;
}

/** Collects the first frame of a stream; memory follows the bytes that came. */
export class FirstFrame {
  readonly #limit: number;
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** Bytes of the whole frame, once its head is there. */
  #wanted: number | undefined;
  #isGiven = false;

  /** @param limit Most bytes that the body may have. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes a piece of the stream and gives the body once, when it is complete; what follows it is dropped.
   * @throws {ZccacheError} `BROKER` as soon as it is known to be no frame, or one that is too long.
   */
  push(piece: Uint8Array): Uint8Array | undefined {
    if (this.#isGiven) return undefined;
    this.#pieces.push(piece);
    this.#length += piece.length;
    this.#wanted ??= this.#readHead();
    if (this.#wanted === undefined || this.#length < this.#wanted) return undefined;
    this.#isGiven = true;
    return this.#joined().subarray(HEAD_BYTES, this.#wanted);
  }

  #readHead(): number | undefined {
    if (this.#length < HEAD_BYTES) return undefined;
    const head = this.#joined();
    const [version] = head;
    const length = head.readUInt32LE(1);
    if (version !== FRAME_VERSION) throw new ZccacheError("BROKER", `Cannot read a frame of version ${version}`);
    if (length > this.#limit) throw new ZccacheError("BROKER", `Cannot read a frame of ${length} bytes`);
    return HEAD_BYTES + length;
  }

  #joined(): Buffer {
    const joined = Buffer.concat(this.#pieces);
    this.#pieces = [joined];
    return joined;
  }
}
