// The broker's wire, written from its description and by other means than src/broker: frames, and fields by number.

/** A field's value: a number is a varint. */
export type FieldValue = number | string | Uint8Array;

/** A message, by numbers of fields. */
export type Fields = readonly (readonly [number: number, value: FieldValue])[];

/** The bytes of a message. */
export function message(fields: Fields): Buffer {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === "number") return Buffer.concat([varint(number * 8), varint(value)]);
      const bytes = Buffer.from(value);
      return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
    }),
  );
}

/** What a message has under each number, in order. Varints are numbers. */
export function fieldsOf(bytes: Uint8Array): Map<number, (number | Buffer)[]> {
  const found = new Map<number, (number | Buffer)[]>();
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    const value = readVarint(bytes, tag.end);
    const number = Math.floor(tag.value / 8);
    const isBytes = tag.value % 8 === 2;
    if (!isBytes && tag.value % 8 !== 0) throw new Error(`wire type ${tag.value % 8}`);
    const end = isBytes ? value.end + value.value : value.end;
    const one = isBytes ? Buffer.from(bytes.subarray(value.end, end)) : value.value;
    found.set(number, [...(found.get(number) ?? []), one]);
    at = end;
  }
  return found;
}

/** The only bytes under a number; empty if there are none. */
export function bytesAt(fields: ReadonlyMap<number, readonly (number | Buffer)[]>, number: number): Buffer {
  const [value] = fields.get(number) ?? [];
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

/** The only text under a number. */
export function textAt(fields: ReadonlyMap<number, readonly (number | Buffer)[]>, number: number): string {
  return bytesAt(fields, number).toString("utf8");
}

/** The only number under a number, 0 if there is none. */
export function numberAt(fields: ReadonlyMap<number, readonly (number | Buffer)[]>, number: number): number {
  const [value] = fields.get(number) ?? [];
  return typeof value === "number" ? value : 0;
}

/** [u8 1][u32 LE length][body] */
export function brokerFrame(body: Uint8Array, length = body.length): Buffer {
  const head = Buffer.from([1, 0, 0, 0, 0]);
  head.writeUInt32LE(length, 1);
  return Buffer.concat([head, body]);
}

/** What an envelope holds besides its payload; a response to the first request of the negotiation unless told otherwise. */
export type EnvelopeOptions = { kind?: number; version?: number; protocol?: number; id?: number; encoding?: number };

/** An envelope around a payload. */
export function envelope(payload: Uint8Array, options: EnvelopeOptions = {}): Buffer {
  const { kind = 1, version = 1, protocol = 0, id = 1, encoding = 0 } = options;
  return message([
    [1, version],
    [2, kind],
    [3, protocol],
    [4, payload],
    [5, id],
    [6, encoding],
  ]);
}

/** The broker's answer that names an endpoint, as a frame. */
export function negotiated(endpoint: string, options: EnvelopeOptions = {}): Buffer {
  const reply = message([
    [1, 1],
    [2, "0.1.0"],
    [3, endpoint],
  ]);
  return brokerFrame(envelope(message([[1, reply]]), options));
}

/** The broker's answer that it won't, as a frame. */
export function refused(code: number, retryAfterMs?: number): Buffer {
  const reply = message([
    [1, "not now"],
    [2, 1],
    [3, 1],
    [4, code],
    [5, "because"],
    ...(retryAfterMs === undefined ? [] : [[6, retryAfterMs] as const]),
  ]);
  return brokerFrame(envelope(message([[2, reply]])));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push(128 + (rest % 128));
  return Buffer.from([...bytes, rest]);
}

function readVarint(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  for (let i = at, factor = 1; ; i++, factor *= 128) {
    const byte = bytes[i];
    if (byte === undefined) throw new Error("cut off");
    value += (byte % 128) * factor;
    if (byte < 128) return { value, end: i + 1 };
  }
}
