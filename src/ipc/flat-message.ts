// The short way to read a message: nearly all are one flat map with short names, and reading those by hand takes a tenth
// of the time that the general decoder needs. Whatever is not exactly of the form below is left to that.
//   payload ::= map              at most 23 pairs, nothing behind it
//   key     ::= text             1 to 23 bytes of ASCII, none twice
//   value   ::= integer ≥ 0 up to 2^32−1 | byte string | ASCII text of at most 255 bytes | false | true | null

import type { WireMap } from "./fields.ts";

/** The map in a payload, byte strings as views of it; undefined if it is of another form, or damaged. */
export function decodeFlat(payload: Uint8Array): WireMap | undefined {
  const pairs = (payload[0] ?? 0) - MAP;
  if (pairs < 0 || pairs > SHORT) return undefined;
  const reader = { payload, at: 1 };
  const message: Record<string, unknown> = {};
  for (let pair = 0; pair < pairs; pair++) {
    const key = readKey(reader);
    if (key === undefined || Object.hasOwn(message, key)) return undefined;
    const value = readValue(reader);
    if (value === undefined) return undefined;
    message[key] = value;
  }
  return reader.at === payload.length ? message : undefined;
}

type Reader = { readonly payload: Uint8Array; at: number };

// First bytes of items (RFC 8949, 3.1): the type in the upper three bits, a length or value in the lower five.
const BYTES = 0x40;
const TEXT = 0x60;
const MAP = 0xa0;
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const SHORT = 23;
const LONGEST_TEXT = 255;

function readKey(reader: Reader): string | undefined {
  const length = (reader.payload[reader.at] ?? 0) - TEXT;
  // An object's prototype is no field.
  if (length < 1 || length > SHORT) return undefined;
  reader.at += 1;
  const key = readAscii(reader, length);
  return key === "__proto__" ? undefined : key;
}

function readValue(reader: Reader): unknown {
  const first = reader.payload[reader.at] ?? 0xff;
  if (first === FALSE || first === TRUE || first === NULL) {
    reader.at += 1;
    return first === NULL ? null : first === TRUE;
  }
  if (first >= MAP) return undefined;
  const argument = readArgument(reader, first & 31);
  if (argument === undefined) return undefined;
  switch (first & 0xe0) {
    case 0:
      return argument;
    case BYTES:
      if (argument > reader.payload.length - reader.at) return undefined;
      reader.at += argument;
      return reader.payload.subarray(reader.at - argument, reader.at);
    case TEXT:
      return argument > LONGEST_TEXT ? undefined : readAscii(reader, argument);
    default:
      return undefined;
  }
}

/** Codes 24, 25 and 26 stand for one, two and four bytes that follow, highest first. */
function readArgument(reader: Reader, code: number): number | undefined {
  reader.at += 1;
  if (code <= SHORT) return code;
  if (code > 26) return undefined;
  let value = 0;
  for (let left = 1 << (code - 24); left > 0; left--) {
    const byte = reader.payload[reader.at];
    if (byte === undefined) return undefined;
    value = value * 256 + byte;
    reader.at += 1;
  }
  return value;
}

function readAscii(reader: Reader, length: number): string | undefined {
  let text = "";
  for (let left = length; left > 0; left--) {
    const byte = reader.payload[reader.at];
    if (byte === undefined || byte > 0x7f) return undefined;
    text += String.fromCharCode(byte);
    reader.at += 1;
  }
  return text;
}
