import { afterAll, expect, test } from "bun:test";
import type { Socket } from "bun";
import { decodePayload, encodeFrame } from "../../../src/ipc/codec.ts";
import type { WireMap } from "../../../src/ipc/fields.ts";
import { listen } from "../../../src/ipc/listen.ts";
import type { ServerConnection } from "../../../src/ipc/server-connection.ts";
import { until } from "../../support/until.ts";
import { HOSTILE, head, map, text } from "./cbor-bytes.ts";
import { answerPings, frame, newEndpoint, type RawToServer, rawToServer, removeScratch } from "./sockets.ts";

afterAll(removeScratch);

/** Replies after sending `frames`, once there are `count` of them. */
async function replies({ peer }: RawToServer, frames: Uint8Array, count: number): Promise<WireMap[]> {
  peer.write(frames);
  await until(() => peer.payloads().length >= count);
  return peer.payloads().map(decodePayload);
}

test.each(HOSTILE)(
  "receive() answers $name with an Error, and the next Ping with Pong [ipc 13]",
  async ({ payload }) => {
    await using on = await rawToServer();
    void answerPings(on.server);
    const ping = (id: number) => encodeFrame({ type: "Ping" }, id);
    const [, refusal, pong] = await replies(on, Buffer.concat([ping(4), frame(payload), ping(5)]), 3);
    expect(refusal).toMatchObject({ v: 1, type: "Error", message: expect.stringContaining("Cannot read a message") });
    expect(refusal).not.toContainKey("id");
    expect(pong).toEqual({ v: 1, id: 5, type: "Pong" });
  },
);

test("receive() answers a frame of length 0 with an Error and goes on [ipc 12]", async () => {
  await using on = await rawToServer();
  void answerPings(on.server);
  const got = await replies(on, Buffer.concat([Buffer.alloc(4), encodeFrame({ type: "Ping" })]), 2);
  expect(got.map((reply) => reply["type"])).toEqual(["Error", "Pong"]);
});

test("receive() answers a frame of the Rust zccache with an Error [ipc 14]", async () => {
  await using on = await rawToServer();
  void answerPings(on.server);
  // Protocol number, then a variant's position, both u32 little-endian.
  const [reply] = await replies(on, frame(Buffer.from("1100000000000000", "hex")), 1);
  expect(reply).toMatchObject({ type: "Error" });
});

test.each([
  { name: "an unknown type", message: { type: "Frobnicate" }, says: ['"Frobnicate"', "unknown", "protocol 1"] },
  { name: "a type that is a number", message: { type: 7 }, says: ["request 7", "unknown"] },
  { name: "the type toString", message: { type: "toString" }, says: ['"toString"', "unknown"] },
  { name: "the type __proto__", message: { type: "__proto__" }, says: ['"__proto__"', "unknown"] },
  { name: "no type", message: { kind: "Ping" }, says: ["unknown"] },
  { name: "a missing field", message: { type: "ExecDone", job: 1 }, says: ["ExecDone", '"exit_code"', "missing"] },
  { name: "a bad field", message: { type: "ExecDone", job: -1 }, says: ["ExecDone", '"job"', "wrong type"] },
])("receive() answers $name with an Error that says so, and goes on [protocol 3, S11]", async ({ message, says }) => {
  await using on = await rawToServer();
  void answerPings(on.server);
  const [reply, pong] = await replies(
    on,
    Buffer.concat([encodeFrame(message, 3), encodeFrame({ type: "Ping" }, 4)]),
    2,
  );
  expect(reply).toMatchObject({ type: "Error", id: 3 });
  for (const part of says) expect(String(reply?.["message"])).toContain(part);
  expect(pong).toEqual({ v: 1, id: 4, type: "Pong" });
});

test.each([
  { v: head(0, 0), number: "0" },
  { v: head(0, 2), number: "2" },
  { v: head(0, 4_294_967_295), number: "4294967295" },
  { v: text("one"), number: '"one"' },
])(
  "receive() answers protocol $number with an Error that tells both numbers, and closes [protocol 3]",
  async ({ v, number }) => {
    await using on = await rawToServer();
    const received = on.server.receive(2000).catch((error: unknown) => error);
    const [reply] = await replies(
      on,
      frame(
        map([
          ["v", v],
          ["type", text("Ping")],
          ["id", head(0, 9)],
        ]),
      ),
      1,
    );
    expect(reply).toMatchObject({ v: 1, id: 9, type: "Error" });
    for (const part of [`protocol ${number}`, "protocol 1", "zccache stop"])
      expect(String(reply?.["message"])).toContain(part);
    expect(await received).toMatchObject({ code: "VERSION_MISMATCH" });
    await on.peer.closed;
  },
);

test("send() echoes the id of the request that was received last, and none where there was none", async () => {
  await using on = await rawToServer();
  void answerPings(on.server);
  const pings = [
    encodeFrame({ type: "Ping" }, 1),
    encodeFrame({ type: "Ping" }, 2 ** 40),
    encodeFrame({ type: "Ping" }),
  ];
  expect(await replies(on, Buffer.concat(pings), 3)).toEqual([
    { v: 1, id: 1, type: "Pong" },
    { v: 1, id: 2 ** 40, type: "Pong" },
    { v: 1, type: "Pong" },
  ]);
});

test("receive() reads no further request while the client does not take its answers [ipc 15]", async () => {
  await using on = await deafStage();
  let next: unknown;
  void on.server.receive().then((request) => (next = request));
  await Bun.sleep(50);
  expect(next).toBeUndefined();
  on.deaf.resume();
  await until(() => next !== undefined);
  expect(next).toEqual({ type: "Ping" });
});

test("receive(timeout) gives up on a client that never takes its answer", async () => {
  await using on = await deafStage();
  await expect(on.server.receive(100)).rejects.toThrow(expect.objectContaining({ code: "TIMEOUT" }));
  on.server.close();
  await on.server.flushed();
});

test("receive(timeout) of an idle client lets the server close it; the client sees a clean close and can dial again [ipc 20]", async () => {
  await using on = await rawToServer();
  await expect(on.server.receive(50)).rejects.toThrow(expect.objectContaining({ code: "TIMEOUT" }));
  on.server.close();
  await on.peer.closed;
  expect(on.peer.received).toEqual([]);
});

/** A client that has sent two requests and does not read the 8 MiB that answer the first. */
async function deafStage(): Promise<AsyncDisposable & { server: ServerConnection; deaf: Socket }> {
  const endpoint = newEndpoint();
  const accepted = Promise.withResolvers<ServerConnection>();
  const listener = listen(endpoint, accepted.resolve);
  const deaf = await Bun.connect({ unix: endpoint, socket: { open: (socket) => socket.pause(), data() {} } });
  deaf.write(Buffer.concat([encodeFrame({ type: "Status" }), encodeFrame({ type: "Ping" })]));
  const server = await accepted.promise;
  await server.receive(60_000);
  server.send({ type: "Error", message: "x".repeat(8 * 1024 * 1024) });
  return {
    server,
    deaf,
    async [Symbol.asyncDispose]() {
      server.close();
      deaf.terminate();
      listener.stop();
    },
  };
}

test("sendNow() says whether the kernel has it: not behind what nobody reads, nor to one that has gone", async () => {
  await using on = await rawToServer();
  expect(on.server.sendNow({ type: "Working" })).toBe(true);
  on.server.send({ type: "Error", message: "x".repeat(8 << 20) });
  expect(on.server.sendNow({ type: "Working" })).toBe(false);
  await on.server.flushed();
  expect(on.server.sendNow({ type: "Working" })).toBe(true);
  on.peer[Symbol.dispose]();
  expect(on.server.sendNow({ type: "Working" })).toBe(false);
});
