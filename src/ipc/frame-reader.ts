// Cuts a byte stream into frames:
//   frame   := length payload
//   length  := u32 little-endian, number of payload bytes, 1 … 16,777,216
// Bytes that were not taken yet are kept; how the stream was split into pieces has no meaning.

import { ZccacheError } from "../core/errors.ts";

/** Most bytes that a payload may have. */
export const MAX_PAYLOAD = 16 * 1024 * 1024;

/** Bytes of the length in front of a payload. */
export const PREFIX_BYTES = 4;

const FIRST_BUFFER_BYTES = 4096;

/** Collects pieces of the stream and gives out payloads. Memory follows the bytes that came, not the announced length. */
export class FrameReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** Bytes that arrived and were not given out. */
  get buffered(): number {
    return this.#end - this.#start;
  }

  /** Takes a piece of the stream. It is kept, not copied, where that is possible: the caller must not change it. */
  push(piece: Uint8Array): void {
    if (this.buffered === 0) {
      this.#bytes = piece;
      this.#start = 0;
      this.#end = piece.length;
      return;
    }
    this.#makeRoom(piece.length);
    this.#bytes.set(piece, this.#end);
    this.#end += piece.length;
  }

  /** What arrived and was not given out, which stays here. */
  peek(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Forgets what arrived and was not given out. */
  clear(): void {
    this.#start = this.#end;
  }

  /**
   * Gives the next complete payload; undefined while it is incomplete. The payload stays valid and unchanged.
   * @throws {ZccacheError} `MESSAGE` for length 0, which is consumed; `FRAME_TOO_LARGE` for a length over the cap, after
   * which the stream cannot be read any further. Both as soon as the length is there.
   */
  next(): Uint8Array | undefined {
    if (this.buffered < PREFIX_BYTES) return undefined;
    const { buffer, byteOffset } = this.#bytes;
    const length = new DataView(buffer, byteOffset + this.#start, PREFIX_BYTES).getUint32(0, true);
    if (length === 0) {
      this.#start += PREFIX_BYTES;
      throw new ZccacheError("MESSAGE", "Cannot read a message: its length is 0");
    }
    if (length > MAX_PAYLOAD) {
      throw new ZccacheError("FRAME_TOO_LARGE", `Cannot read a message of ${length} bytes: at most ${MAX_PAYLOAD}`);
    }
    if (this.buffered < PREFIX_BYTES + length) return undefined;
    const from = this.#start + PREFIX_BYTES;
    this.#start = from + length;
    return this.#bytes.subarray(from, this.#start);
  }

  // A piece that was kept is full, so bytes are only ever added to a buffer of our own, behind what was given out of it.
  // Room doubles: a frame that comes byte by byte costs linear time.
  #makeRoom(wanted: number): void {
    if (this.#end + wanted <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(FIRST_BUFFER_BYTES, 2 * (this.buffered + wanted)));
    grown.set(this.#bytes.subarray(this.#start, this.#end));
    this.#end -= this.#start;
    this.#start = 0;
    this.#bytes = grown;
  }
}
