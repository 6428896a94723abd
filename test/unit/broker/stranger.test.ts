// Probes at an endpoint that clients use, too.

import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { isBrokerHead } from "../../../src/broker/frame.ts";
import type { Identity } from "../../../src/broker/identity.ts";
import { probeStranger } from "../../../src/broker/stranger.ts";
import { encodeFrame } from "../../../src/ipc/codec.ts";
import { dial } from "../../../src/ipc/dial.ts";
import { type Listener, listen } from "../../../src/ipc/listen.ts";
import { question } from "../../../src/ipc/question.ts";
import { brokerFrame, bytesAt, envelope, fieldsOf, numberAt, textAt } from "../../support/broker-wire.ts";
import { until } from "../../support/until.ts";
import { answerPings, connectRaw, frame, newEndpoint, removeScratch } from "../ipc/sockets.ts";

setDefaultTimeout(600_000);
afterAll(removeScratch);

const IDENTITY: Identity = {
  pid: 4711,
  exePath: "/opt/zccache",
  exeSha256: Uint8Array.from({ length: 32 }, (_, n) => n),
  bootId: "0-1-2",
  namespace: "default",
  endpoint: "/run/sock",
  startedAtMs: 1_700_000_000_000,
};

const NONCE = Buffer.from(Array.from({ length: 32 }, (_, n) => 255 - n));

let endpoint: string;
let listener: Listener;
let identity: PromiseWithResolvers<Identity>;
let busy: number;

beforeEach(() => {
  endpoint = newEndpoint();
  identity = Promise.withResolvers<Identity>();
  identity.promise.catch(() => {});
  busy = 0;
  const begin = () => {
    busy++;
    return { [Symbol.dispose]: () => void busy-- };
  };
  const stranger = probeStranger({ identity: identity.promise, begin });
  listener = listen(endpoint, (connection) => {
    connection.offerTo(stranger);
    void answerPings(connection);
  });
});
afterEach(() => listener.stop());

/** A probe as a frame. */
function probe(options: { nonce?: Buffer; protocol?: number; kind?: number; encoding?: number } = {}): Buffer {
  const { nonce = NONCE, protocol = 0xb232, kind = 0, encoding = 0 } = options;
  return brokerFrame(envelope(nonce, { kind, protocol, id: 99, encoding }));
}

/** What a peer hears that writes these pieces, one after another, until it is hung up on. */
async function hear(...pieces: readonly Uint8Array[]): Promise<Buffer> {
  using peer = await connectRaw(endpoint);
  for (const [n, piece] of pieces.entries()) {
    if (n > 0) await Bun.sleep(5);
    peer.write(piece);
  }
  await peer.closed;
  return Buffer.concat(peer.received);
}

async function expectServed(): Promise<void> {
  using client = await dial(endpoint);
  expect(await question(client, { type: "Ping" }, { type: "Pong", timeoutMs: 30_000 })).toEqual({ type: "Pong" });
}

function expectAnswer(heard: Buffer): void {
  expect([heard[0], heard.readUInt32LE(1)]).toEqual([1, heard.length - 5]);
  const outer = fieldsOf(heard.subarray(5));
  expect([1, 2, 3, 5, 6].map((number) => numberAt(outer, number))).toEqual([1, 1, 0xb232, 99, 0]);
  const payload = bytesAt(outer, 4);
  expect(payload.subarray(0, 32)).toEqual(NONCE);
  const told = fieldsOf(payload.subarray(32));
  expect([1, 5].map((number) => numberAt(told, number))).toEqual([4711, 1_700_000_000_000]);
  expect([2, 6].map((number) => textAt(told, number))).toEqual(["/opt/zccache", "0-1-2"]);
  expect(bytesAt(told, 3)).toEqual(Buffer.from(IDENTITY.exeSha256));
  const where = fieldsOf(bytesAt(told, 4));
  expect([1, 2].map((number) => textAt(where, number))).toEqual(["default", "/run/sock"]);
  expect(told.has(7)).toBe(false);
}

describe("a probe [broker 17]", () => {
  test("gets its nonce, its number and the identity, and is hung up on", async () => {
    identity.resolve(IDENTITY);
    expectAnswer(await hear(probe()));
    await expectServed();
  });

  test("that comes byte by byte is one as well", async () => {
    identity.resolve(IDENTITY);
    expectAnswer(await hear(...Array.from(probe(), (byte) => Uint8Array.of(byte))));
  });

  test("waits for the identity, counts as work meanwhile, and holds nobody up", async () => {
    const heard = hear(probe());
    await until(() => busy === 1);
    await expectServed();
    identity.resolve(IDENTITY);
    expectAnswer(await heard);
    await until(() => busy === 0);
  });

  test("is hung up on where there is no identity", async () => {
    identity.reject(new Error("none"));
    expect(await hear(probe())).toEqual(Buffer.alloc(0));
    await expectServed();
  });

  test.each([
    ["a nonce of 31 bytes", probe({ nonce: NONCE.subarray(1) })],
    ["a nonce of 33 bytes", probe({ nonce: Buffer.concat([NONCE, Buffer.of(1)]) })],
    ["no nonce", probe({ nonce: Buffer.alloc(0) })],
    ["another payload protocol", probe({ protocol: 0xb233 })],
    ["the negotiation's protocol", probe({ protocol: 0 })],
    ["a response", probe({ kind: 1 })],
    ["compression", probe({ encoding: 1 })],
    ["no envelope", brokerFrame(Buffer.alloc(40, 0xff))],
    ["more bytes than a probe has", brokerFrame(Buffer.alloc(5000))],
    ["more bytes announced than a probe has", brokerFrame(Buffer.alloc(0), 60_000)],
  ])("with %s closes the connection, and the next client is served", async (_, bytes) => {
    identity.resolve(IDENTITY);
    expect(await hear(bytes)).toEqual(Buffer.alloc(0));
    await expectServed();
  });

  test("is none behind a request: only a connection's first bytes count", async () => {
    identity.resolve(IDENTITY);
    using peer = await connectRaw(endpoint);
    peer.write(encodeFrame({ type: "Ping" }, 1));
    await until(() => peer.payloads().length === 1);
    peer.write(probe());
    // For a client these bytes begin a frame of some kilobytes, which is no message.
    peer.write(Buffer.alloc(4 + probe().readUInt32LE(0) - probe().length));
    await until(() => peer.payloads().length === 2);
    expect(peer.payloads()[1]?.toString("latin1")).toContain("Error");
  });
});

describe("requests are not taken for probes [broker 17]", () => {
  test("by the five bytes of any payload size from 1 to 70,000, whatever map it holds", () => {
    const head = Buffer.alloc(5);
    for (let size = 1; size <= 70_000; size++) {
      head.writeUInt32LE(size);
      for (const map of [0xa0, 0xab, 0xb7, 0xb8, 0xb9, 0xba, 0xbf]) {
        head[4] = map;
        if (isBrokerHead(head)) throw new Error(`size ${size}, map ${map}`);
      }
    }
    expect(isBrokerHead(probe())).toBe(true);
  });

  test("over connections, at sizes whose low byte is 1", async () => {
    for (let size = 1; size <= 70_000; size += 256 * 8) {
      using peer = await connectRaw(endpoint);
      // A map of one text, as long as is wanted: {"p": "xx…"}; of size 1, the empty map.
      const head = size === 1 ? Buffer.of(0xa0) : Buffer.from([0xa1, 0x61, 0x70, 0x7a, 0, 0, 0, 0]);
      const payload = Buffer.concat([head, Buffer.alloc(size - head.length, "x")]);
      if (size > 1) payload.writeUInt32BE(size - head.length, 4);
      peer.write(frame(payload));
      await until(() => peer.payloads().length === 1);
      expect(peer.payloads()[0]?.toString("latin1")).toContain("Error");
    }
  });
});
