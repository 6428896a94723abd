import { expect, test } from "bun:test";
import { Encoder } from "cbor-x/encode";
import fc from "fast-check";
import * as z from "zod/mini";
import { decodePayload, encodeFrame } from "../../src/ipc/codec.ts";
import type { WireMap } from "../../src/ipc/fields.ts";
import { decodeFlat } from "../../src/ipc/flat-message.ts";
import { FrameReader } from "../../src/ipc/frame-reader.ts";
import type { Request, Response } from "../../src/ipc/messages.ts";
import { prescan } from "../../src/ipc/prescan.ts";
import { replyFromWire, replyToWire } from "../../src/ipc/replies.ts";
import { readRequest, STAND_IN_REQUESTS } from "../../src/ipc/requests.ts";
import { CALLS, type CallName, type CallRequest } from "../../src/ipc/schemas/calls.ts";
import { RESPONSES } from "../support/response-values.ts";
import { VALUES, valuesOf } from "../support/schema-values.ts";

const { bytes, uint, text } = VALUES;

const requests = fc.oneof(
  ...Object.values(STAND_IN_REQUESTS).map((schema) => valuesOf(schema) as fc.Arbitrary<Request>),
);

const RUNS = { numRuns: 200 };

function overTheWire(message: WireMap, id?: number): WireMap {
  return decodePayload(encodeFrame(message, id).subarray(4));
}

test.each(Object.keys(STAND_IN_REQUESTS) as Request["type"][])(
  "request %s survives encode and decode unchanged, non-UTF-8 bytes included [protocol 1]",
  (type) => {
    const messages = valuesOf(STAND_IN_REQUESTS[type]) as fc.Arbitrary<Request>;
    fc.assert(
      fc.property(messages, fc.option(uint, { nil: undefined }), (request, id) => {
        const message = overTheWire(request, id);
        expect(message["id"]).toBe(id);
        expect(readRequest(message)).toEqual({ kind: "request", request });
      }),
      RUNS,
    );
  },
);

test.each(Object.keys(RESPONSES) as Response["type"][])(
  "response %s survives encode and decode unchanged [protocol 1]",
  (type) => {
    fc.assert(
      fc.property(RESPONSES[type] as fc.Arbitrary<Response>, (response) => {
        expect(replyFromWire(overTheWire(replyToWire(response)))).toEqual(response);
      }),
      RUNS,
    );
  },
);

test.each(Object.keys(CALLS) as CallName[])(
  "call %s and its reply survive encode and decode unchanged, non-UTF-8 paths, arguments and values included [protocol 1]",
  (name) => {
    const { request, reply }: { request: z.ZodMiniType; reply: z.ZodMiniType } = CALLS[name];
    fc.assert(
      fc.property(valuesOf(request), (value) => {
        const message = overTheWire(z.encode(request, value) as WireMap);
        expect(readRequest(message)).toEqual({ kind: "request", request: value as CallRequest });
      }),
      RUNS,
    );
    fc.assert(
      fc.property(valuesOf(reply), (value) => {
        expect(z.decode(reply, overTheWire(z.encode(reply, value) as WireMap))).toEqual(value);
      }),
      RUNS,
    );
  },
);

test("FrameReader gives the same payloads wherever the stream is cut [ipc 9]", () => {
  const streams = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9000 }), { maxLength: 8 });
  fc.assert(
    fc.property(streams, fc.array(fc.nat(40_000), { maxLength: 40 }), (payloads, cuts) => {
      const stream = Buffer.concat(payloads.map(withPrefix));
      const edges = [0, ...cuts.map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b), stream.length];
      const reader = new FrameReader();
      const taken: Uint8Array[] = [];
      edges.slice(1).forEach((edge, i) => {
        reader.push(stream.subarray(edges[i], edge));
        for (let payload = reader.next(); payload !== undefined; payload = reader.next()) taken.push(payload);
      });
      expect(taken.map((payload) => new Uint8Array(payload))).toEqual(payloads);
    }),
    { numRuns: 300 },
  );
});

/** Values that a message may hold, nested to at most 6. */
const { value: plain } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: "small" },
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.boolean(),
    fc.constant(null),
    text,
    bytes,
    fc.array(tie("value")),
    fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
      tie("value"),
    ),
  ),
}));

test("prescan passes whatever the encoder writes, and the decoder gives it back", () => {
  const cbor = new Encoder({ useRecords: false, mapsAsObjects: true, variableMapSize: true, tagUint8Array: false });
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
        plain,
      ),
      (message) => {
        const payload = cbor.encode(message);
        prescan(payload);
        expect(sameNumbers(decodePayload(payload))).toEqual(sameNumbers(message));
      },
    ),
    { numRuns: 500 },
  );
});

function withPrefix(payload: Uint8Array): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(payload.length);
  return Buffer.concat([prefix, payload]);
}

/** CBOR does not tell an integral float from an integer, nor -0 from 0 in all of its forms. */
function sameNumbers(value: unknown): unknown {
  if (typeof value === "number") return value === 0 ? 0 : value;
  if (Array.isArray(value)) return value.map(sameNumbers);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sameNumbers(member)]));
}

test("what decodeFlat() reads, damaged or not, is what the general decoder reads", () => {
  const general = new Encoder({ useRecords: false, mapsAsObjects: true });
  let read = 0;
  const damage = fc.array(fc.record({ at: fc.nat(400), byte: fc.nat(255) }), { maxLength: 3 });
  fc.assert(
    fc.property(requests, damage, (request, changes) => {
      const payload = Buffer.from(encodeFrame(request, 1).subarray(4));
      for (const { at, byte } of changes) if (at < payload.length) payload[at] = byte;
      const flat = decodeFlat(payload);
      if (flat === undefined) return;
      read += 1;
      prescan(payload);
      expect(flat).toEqual(general.decode(payload));
    }),
    { numRuns: 2000 },
  );
  expect(read).toBeGreaterThan(500);
});
