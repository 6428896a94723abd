// Messages ↔ frames. CBOR with plain maps and plain byte strings; what is read has passed prescan.ts first.
// The encoder's own entry of the package is imported: its root would also load native code.

import { addExtension, Encoder } from "cbor-x/encode";
import { ZccacheError } from "../core/errors.ts";
import { PROTOCOL } from "../core/version.ts";
import { isMap, type WireMap } from "./fields.ts";
import { decodeFlat } from "./flat-message.ts";
import { MAX_PAYLOAD, PREFIX_BYTES } from "./frame-reader.ts";
import { prescan } from "./prescan.ts";

const cbor = new Encoder({
  useRecords: false,
  mapsAsObjects: true,
  variableMapSize: true,
  tagUint8Array: false,
});

// Decoding a 1 MiB bignum takes minutes (quadratic). prescan refuses every tag; this holds if it should ever miss one.
class Bignum {}
for (const tag of [2, 3]) {
  addExtension({
    Class: Bignum,
    tag,
    encode: refuseBignum,
    decode: refuseBignum,
  });
}

/**
 * The frame of a message: length, then a map of `v`, `id` if there is one, and the message's own fields.
 * @throws {ZccacheError} `MESSAGE` if it cannot be encoded, `FRAME_TOO_LARGE` if its payload is over 16 MiB.
 */
export function encodeFrame(message: WireMap, id?: number): Buffer {
  const payload = encodePayload(withHead(message, id));
  if (payload.length > MAX_PAYLOAD) {
    throw new ZccacheError(
      "FRAME_TOO_LARGE",
      `Cannot send a message of ${payload.length} bytes: at most ${MAX_PAYLOAD}`,
    );
  }
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + payload.length);
  frame.writeUInt32LE(payload.length);
  frame.set(payload, PREFIX_BYTES);
  return frame;
}

/**
 * The map in a payload. Byte strings in it are views of the payload.
 * @throws {ZccacheError} `MESSAGE` if it is anything but one plain CBOR map.
 */
export function decodePayload(payload: Uint8Array): WireMap {
  const flat = decodeFlat(payload);
  if (flat !== undefined) return flat;
  prescan(payload);
  const message: unknown = decode(payload);
  if (!isMap(message)) throw new ZccacheError("MESSAGE", "Cannot read a message: it is no map");
  return message;
}

/** The message with version and id in front. CBOR has an undefined of its own; an absent field is left out instead. */
function withHead(message: WireMap, id: number | undefined): WireMap {
  const whole: Record<string, unknown> = { v: PROTOCOL };
  if (id !== undefined) whole["id"] = id;
  for (const name of Object.keys(message)) if (message[name] !== undefined) whole[name] = message[name];
  return whole;
}

function encodePayload(message: WireMap): Uint8Array {
  try {
    return cbor.encode(message);
  } catch (error) {
    throw new ZccacheError("MESSAGE", `Cannot encode ${String(message["type"])}`, { cause: error });
  }
}

function decode(payload: Uint8Array): unknown {
  try {
    return cbor.decode(payload);
  } catch (error) {
    throw new ZccacheError("MESSAGE", "Cannot decode a message", { cause: error });
  }
}

function refuseBignum(): never {
  throw new ZccacheError("MESSAGE", "Cannot read a message: it holds a big number");
}
