import { expect, test } from "bun:test";
import { Encoder } from "cbor-x/encode";
import fc from "fast-check";
import { decodePayload, encodeFrame } from "../../src/ipc/codec.ts";
import { decodeFlat } from "../../src/ipc/flat-message.ts";
import { FrameReader } from "../../src/ipc/frame-reader.ts";
import { type Request, type Response, STATUS_COUNTERS, type StatusCounter } from "../../src/ipc/messages.ts";
import { prescan } from "../../src/ipc/prescan.ts";
import { replyFromWire, replyToWire } from "../../src/ipc/replies.ts";
import { readRequest } from "../../src/ipc/requests.ts";

const bytes = fc.uint8Array({ maxLength: 3000 });
const uint = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32));
const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const text = fc.string({ unit: "grapheme", maxLength: 300 });
const raw = fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value).toString("latin1"));
const optionalBytes = fc.option(bytes, { nil: undefined });

const requests: fc.Arbitrary<Request> = fc.oneof(
  fc.constantFrom({ type: "Ping" }, { type: "Shutdown" }, { type: "Status" }, { type: "Clear" } as const),
  fc.record({
    type: fc.constant("Invoke"),
    argv: bytes,
    cwd: bytes,
    env: bytes,
    umask: uint,
    stderr_tty: fc.boolean(),
    columns: fc.nat(),
    stderr_columns: fc.nat(),
    same_streams: fc.boolean(),
    can_exec: fc.boolean(),
    stdin_file: optionalBytes,
  }),
  fc.record({
    type: fc.constant("ExecDone"),
    job: uint,
    exit_code: int,
    signal: fc.option(uint, { nil: undefined }),
    stdout: bytes,
    stderr: bytes,
    merged: fc.boolean(),
    too_large: fc.boolean(),
  }),
);

const status = fc
  .record({
    type: fc.constant("Status"),
    version: text,
    daemon_namespace: text,
    endpoint: text.map((value) => Buffer.from(value).toString("latin1")),
    cache_dir: raw,
    private_daemon: fc.record({
      enabled: fc.boolean(),
      owners: fc.array(fc.record({ pid: uint, ref_count: uint })),
      private_env_keys: fc.array(text),
    }),
    dep_graph_persisted: fc.boolean(),
    non_cacheable_reasons: fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
      uint,
    ),
    warnings: fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
      uint,
    ),
    untraceable_tools: fc.array(text),
    untried_tools: fc.array(text),
    numbers: fc.array(uint, { minLength: STATUS_COUNTERS.length, maxLength: STATUS_COUNTERS.length }),
  })
  .map(({ numbers, ...fields }) => ({
    ...fields,
    ...(Object.fromEntries(STATUS_COUNTERS.map((name, i) => [name, numbers[i] ?? 0])) as Record<StatusCounter, number>),
  }));

/** What execve(2) takes. */
const toolPath = fc
  .uint8Array({ min: 1, maxLength: 200 })
  .map((rest) => new Uint8Array(Buffer.concat([Buffer.from("/"), rest])));
const variable = fc.tuple(
  fc.uint8Array({ min: 0x3e, minLength: 1, maxLength: 30 }),
  fc.uint8Array({ min: 1, maxLength: 200 }),
);

const responses: fc.Arbitrary<Response> = fc.oneof(
  fc.constantFrom({ type: "Pong" }, { type: "ShuttingDown" }, { type: "Working" }, { type: "Released" } as const),
  fc.record({ type: fc.constant("Error"), message: text }),
  fc.record({ type: fc.constant("NeedStdin"), path: bytes }),
  fc.record({ type: fc.constant("Delivered"), exit_code: int, stdout: bytes, stderr: bytes, merged: fc.boolean() }),
  fc.record({
    type: fc.constant("Exec"),
    job: uint,
    path: toolPath,
    skip: uint,
    set_env: fc.array(variable, { maxLength: 20 }),
    stdin_file: optionalBytes,
  }),
  fc.record({
    type: fc.constant("Bypass"),
    path: fc.option(toolPath, { nil: undefined }),
    skip: uint,
    reason: text,
    stdin_file: optionalBytes,
  }),
  status,
);

test("every request survives encode and decode unchanged, non-UTF-8 bytes included [protocol 1]", () => {
  fc.assert(
    fc.property(requests, fc.option(uint, { nil: undefined }), (request, id) => {
      const message = decodePayload(encodeFrame(request, id).subarray(4));
      expect(message["id"]).toBe(id);
      expect(readRequest(message)).toEqual({ kind: "request", request });
    }),
    { numRuns: 500 },
  );
});

test("every response survives encode and decode unchanged [protocol 1]", () => {
  fc.assert(
    fc.property(responses, (response) => {
      expect(replyFromWire(decodePayload(encodeFrame(replyToWire(response)).subarray(4)))).toEqual(response);
    }),
    { numRuns: 500 },
  );
});

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
