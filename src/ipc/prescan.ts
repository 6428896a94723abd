// One linear look at a payload before the decoder sees it. The decoder is fast on what our own encoder writes, but a
// hostile 1 MiB can keep it busy for minutes (bignum tags), so only a plain subset of CBOR (RFC 8949) passes:
//   payload ::= map              nothing behind it, containers at most 16 deep, at most 32,768 items in all
//   item    ::= integer | byte string | text (valid UTF-8) | array | map | false | true | null | undefined | float
//   map     ::= text keys only, none twice, at most 4096
// No tags, no indefinite lengths, no reserved codes, no length that the payload cannot hold.

import { isUtf8 } from "node:buffer";
import { ZccacheError } from "../core/errors.ts";

const MAX_DEPTH = 16;
const MAX_KEYS = 4096;
const MAX_ITEMS = 32_768;

const BYTE_STRING = 2;
const TEXT_STRING = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const SIMPLE = 7;

/**
 * Checks that `payload` is one map of the subset above, in time linear in its length.
 * @throws {ZccacheError} `MESSAGE` naming the first thing that is not, and where.
 */
export function prescan(payload: Uint8Array): void {
  new Scan(payload).run();
}

/** An open array or map. */
type Container = {
  /** Items still to come; a map's pair counts two. */
  left: number;
  /** Undefined for an array. */
  readonly keys: Set<string> | undefined;
};

class Scan {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #open: Container[] = [];
  #at = 0;
  #items = 0;
  /** Length, count or value of the item head that was read last. */
  #argument = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): void {
    if (this.#head() !== MAP) throw this.#refusal("the payload is no map");
    this.#enterMap();
    for (let inner = this.#open.at(-1); inner !== undefined; inner = this.#open.at(-1)) {
      if (inner.left === 0) this.#open.pop();
      else this.#member(inner);
    }
    if (this.#at !== this.#bytes.length) throw this.#refusal("bytes after the message");
  }

  #member(container: Container): void {
    this.#items += 1;
    if (this.#items > MAX_ITEMS) throw this.#refusal(`more than ${MAX_ITEMS} items`);
    const isKey = container.keys !== undefined && container.left % 2 === 0;
    container.left -= 1;
    const type = this.#head();
    if (isKey) this.#key(type, container.keys);
    else if (type === TEXT_STRING) this.#text();
    else if (type === BYTE_STRING) this.#skip();
    else if (type === ARRAY) this.#enter(this.#argument, undefined);
    else if (type === MAP) this.#enterMap();
  }

  #key(type: number, keys: Set<string>): void {
    if (type !== TEXT_STRING) throw this.#refusal("a key that is no text");
    const start = this.#at;
    this.#text();
    const before = keys.size;
    keys.add(latin1(this.#bytes, start, this.#at));
    if (keys.size === before) throw this.#refusal("a key twice in one map");
  }

  #enterMap(): void {
    if (this.#argument > MAX_KEYS) throw this.#refusal(`more than ${MAX_KEYS} keys in one map`);
    this.#enter(2 * this.#argument, new Set());
  }

  #enter(left: number, keys: Set<string> | undefined): void {
    // Every item takes a byte at least.
    if (left > this.#bytes.length - this.#at) throw this.#refusal("more items than bytes");
    if (this.#open.length === MAX_DEPTH) throw this.#refusal(`deeper than ${MAX_DEPTH}`);
    this.#open.push({ left, keys });
  }

  #text(): void {
    const start = this.#at;
    this.#skip();
    if (!isValidText(this.#bytes, start, this.#at)) throw this.#refusal("text that is not UTF-8");
  }

  #skip(): void {
    if (this.#argument > this.#bytes.length - this.#at) throw this.#refusal("a string longer than the payload");
    this.#at += this.#argument;
  }

  /** Reads an item's first byte and its argument. @returns the major type */
  #head(): number {
    const first = this.#bytes[this.#at];
    if (first === undefined) throw this.#refusal("the payload ends too early");
    const type = first >> 5;
    const code = first & 31;
    if (type === TAG) throw this.#refusal("a tag");
    if (type === SIMPLE && !isPlainSimple(code)) throw this.#refusal("a simple value without meaning");
    if (code > 27) throw this.#refusal("an indefinite length or a reserved code");
    this.#at += 1;
    this.#argument = code < 24 ? code : this.#longArgument(2 ** (code - 24));
    return type;
  }

  #longArgument(size: number): number {
    if (size > this.#bytes.length - this.#at) throw this.#refusal("the payload ends too early");
    const at = this.#at;
    this.#at += size;
    if (size === 1) return this.#view.getUint8(at);
    if (size === 2) return this.#view.getUint16(at);
    if (size === 4) return this.#view.getUint32(at);
    // Exact where it matters: a length of 2^53 and more is refused whatever its last digits are.
    return this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4);
  }

  #refusal(state: string): ZccacheError {
    return new ZccacheError("MESSAGE", `Cannot read a message: ${state}, at byte ${this.#at} of ${this.#bytes.length}`);
  }
}

/** false, true, null, undefined, and floats of 2, 4 and 8 bytes. */
function isPlainSimple(code: number): boolean {
  return (code >= 20 && code <= 23) || (code >= 25 && code <= 27);
}

// A call of isUtf8 costs as much as looking at some 30 bytes here, and nearly all texts are short names.
const SHORT_TEXT_BYTES = 32;

function isValidText(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > SHORT_TEXT_BYTES) return isUtf8(bytes.subarray(start, end));
  for (let at = start; at < end; at++) {
    if ((bytes[at] ?? 0) > 0x7f) return isUtf8(bytes.subarray(start, end));
  }
  return true;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}
