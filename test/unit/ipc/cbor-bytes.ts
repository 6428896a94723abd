// CBOR by hand (RFC 8949), for what our own encoder would never write.

/** First bytes of an item: major type and argument, in the shortest form. */
export function head(major: number, argument: number): Buffer {
  const type = major << 5;
  if (argument < 24) return Buffer.from([type | argument]);
  if (argument < 0x100) return Buffer.from([type | 24, argument]);
  const long = Buffer.alloc(argument < 0x10000 ? 3 : 5);
  long[0] = type | (long.length === 3 ? 25 : 26);
  long.writeUIntBE(argument, 1, long.length - 1);
  return long;
}

/** A text string of ASCII. */
export function text(value: string): Buffer {
  return Buffer.concat([head(3, value.length), Buffer.from(value, "latin1")]);
}

/** A map of ASCII keys and encoded values. */
export function map(pairs: readonly (readonly [string, Uint8Array])[]): Buffer {
  return Buffer.concat([head(5, pairs.length), ...pairs.flatMap(([key, value]) => [text(key), value])]);
}

/** An array of encoded members. */
export function array(members: readonly Uint8Array[]): Buffer {
  return Buffer.concat([head(4, members.length), ...members]);
}

/** A map with one pair, so that `value` is inside a message. */
export function inMessage(value: Uint8Array): Buffer {
  return map([["x", value]]);
}

/** `value` inside of `depth` arrays. */
export function nested(depth: number, value: Uint8Array = Buffer.from([0])): Buffer {
  return Buffer.concat([Buffer.alloc(depth, 0x81), value]);
}

const MIB = 1024 * 1024;

/** Payloads that no honest peer sends, with a part of the reason for which each is refused. */
export const HOSTILE: readonly { readonly name: string; readonly payload: Buffer; readonly reason: string }[] = [
  { name: "nothing but garbage", payload: Buffer.from("ff00ff00deadbeef", "hex"), reason: "without meaning" },
  { name: "an array", payload: array([text("Ping")]), reason: "no map" },
  { name: "a text", payload: text("Ping"), reason: "no map" },
  { name: "bytes after the map", payload: Buffer.concat([map([]), Buffer.from([0])]), reason: "after the message" },
  {
    name: "a bignum tag",
    payload: inMessage(Buffer.concat([head(6, 2), head(2, 4), Buffer.alloc(4)])),
    reason: "a tag",
  },
  {
    name: "a bignum of 1 MiB",
    payload: inMessage(Buffer.concat([head(6, 2), head(2, MIB), Buffer.alloc(MIB, 255)])),
    reason: "a tag",
  },
  { name: "a map in a tag", payload: Buffer.concat([Buffer.from("d9d9f7", "hex"), map([])]), reason: "a tag" },
  { name: "tags of 1 MiB", payload: inMessage(Buffer.alloc(MIB, 0xc2)), reason: "a tag" },
  { name: "records", payload: inMessage(Buffer.from("d9dfff830181616101", "hex")), reason: "a tag" },
  { name: "an indefinite array", payload: inMessage(Buffer.from([0x9f, 0xff])), reason: "indefinite" },
  { name: "an indefinite text", payload: inMessage(Buffer.from([0x7f, 0x61, 0x61, 0xff])), reason: "indefinite" },
  { name: "an indefinite map", payload: Buffer.from([0xbf, 0xff]), reason: "indefinite" },
  { name: "a lonely break", payload: inMessage(Buffer.from([0xff])), reason: "without meaning" },
  { name: "a reserved code", payload: inMessage(Buffer.from([0x1c])), reason: "reserved" },
  { name: "an undefined simple value", payload: inMessage(Buffer.from([0xe0])), reason: "without meaning" },
  { name: "a simple value of two bytes", payload: inMessage(Buffer.from([0xf8, 0x20])), reason: "without meaning" },
  { name: "nesting of 17", payload: inMessage(nested(16)), reason: "deeper than 16" },
  { name: "nesting of 1 MiB", payload: inMessage(Buffer.alloc(MIB, 0x81)), reason: "deeper than 16" },
  {
    name: "a key twice",
    payload: map([
      ["a", head(0, 1)],
      ["b", head(0, 1)],
      ["a", head(0, 2)],
    ]),
    reason: "twice",
  },
  {
    name: "a key twice, spelled with a longer length",
    payload: Buffer.concat([head(5, 2), text("a"), head(0, 1), Buffer.from([0x78, 1, 0x61]), head(0, 2)]),
    reason: "twice",
  },
  { name: "a key that is a number", payload: Buffer.concat([head(5, 1), head(0, 1), head(0, 1)]), reason: "no text" },
  {
    name: "a key of bytes",
    payload: Buffer.concat([head(5, 1), Buffer.from([0x41, 0x61]), head(0, 1)]),
    reason: "no text",
  },
  {
    name: "a million keys",
    payload: map(Array.from({ length: 1_000_000 }, (_, i) => [String(i), head(0, 1)] as const)),
    reason: "4096 keys",
  },
  {
    name: "4097 keys",
    payload: map(Array.from({ length: 4097 }, (_, i) => [String(i), head(0, 1)] as const)),
    reason: "4096 keys",
  },
  {
    name: "a million items",
    payload: inMessage(array(Array.from({ length: 1_000_000 }, () => head(0, 1)))),
    reason: "32768 items",
  },
  { name: "an array of 4 G", payload: inMessage(Buffer.from("9affffffff", "hex")), reason: "more items than bytes" },
  { name: "an array of 2^64-1", payload: inMessage(Buffer.from("9bffffffffffffffff", "hex")), reason: "than bytes" },
  { name: "bytes of 2^64-1", payload: inMessage(Buffer.from("5bffffffffffffffff", "hex")), reason: "longer than" },
  { name: "bytes of 2^32", payload: inMessage(Buffer.from("5b0000000100000000", "hex")), reason: "longer than" },
  { name: "a text one byte too long", payload: inMessage(Buffer.from([0x62, 0x61])), reason: "longer than" },
  { name: "a map with a pair too many", payload: Buffer.from([0xa1, 0x61]), reason: "more items than bytes" },
  { name: "half an integer", payload: inMessage(Buffer.from([0x19, 0])), reason: "too early" },
  { name: "a key without value", payload: Buffer.from([0xa1, 0x61, 0x61]), reason: "too early" },
  { name: "a text that is not UTF-8", payload: inMessage(Buffer.from([0x61, 0xff])), reason: "not UTF-8" },
  { name: "a surrogate in a text", payload: inMessage(Buffer.from([0x63, 0xed, 0xa0, 0x80])), reason: "not UTF-8" },
  {
    name: "a long text that is not UTF-8",
    payload: inMessage(Buffer.concat([head(3, 100), Buffer.alloc(99, 0x61), Buffer.from([0xc3])])),
    reason: "not UTF-8",
  },
  { name: "a key that is not UTF-8", payload: Buffer.from([0xa1, 0x61, 0x80, 0]), reason: "not UTF-8" },
];
