import { afterAll, expect, test } from "bun:test";
import { encodeFrame } from "../../../src/ipc/codec.ts";
import { dial } from "../../../src/ipc/dial.ts";
import type { WireMap } from "../../../src/ipc/fields.ts";
import { listen } from "../../../src/ipc/listen.ts";
import type { ServerConnection } from "../../../src/ipc/server-connection.ts";
import { quickest } from "../../support/in-time.ts";
import { until } from "../../support/until.ts";
import { answerPings, connectPair, frame, newEndpoint, rawToServer, removeScratch } from "./sockets.ts";

afterAll(removeScratch);

const MIB = 1024 * 1024;

test("connection carries Ping and Pong [ipc 1]", async () => {
  await using pair = await connectPair();
  pair.client.send({ type: "Ping" });
  expect(await pair.server.receive()).toEqual({ type: "Ping" });
  pair.server.send({ type: "Pong" });
  expect(await pair.client.receive()).toEqual({ type: "Pong" });
});

test("connection carries five requests one after another, and five at once [ipc 2]", async () => {
  await using pair = await connectPair();
  void answerPings(pair.server);
  for (let round = 0; round < 5; round++) {
    pair.client.send({ type: "Ping" });
    expect(await pair.client.receive(60_000)).toEqual({ type: "Pong" });
  }
  for (let round = 0; round < 5; round++) pair.client.send({ type: "Ping" });
  for (let round = 0; round < 5; round++) expect(await pair.client.receive(60_000)).toEqual({ type: "Pong" });
});

test("receive() of a connection that the server dropped tells so and never times out [ipc 3]", async () => {
  const endpoint = newEndpoint();
  using _ = stopping(listen(endpoint, (connection) => connection.close()));
  using client = await dial(endpoint);
  client.setReceiveTimeout(5000);
  client.send({ type: "Ping" });
  await Bun.sleep(50);
  expect(["closed", "CONNECTION_CLOSED", "IO"]).toContain(await outcome(client.receive()));
  expect(["closed", "CONNECTION_CLOSED", "IO"]).toContain(await outcome(client.receive()));
});

test("receiveTimeout of a fresh connection is absent, and a late answer arrives [ipc 5]", async () => {
  await using pair = await connectPair();
  expect(pair.client.receiveTimeout).toBeUndefined();
  expect(pair.server.receiveTimeout).toBeUndefined();
  setTimeout(() => pair.server.send({ type: "Pong" }), 200);
  expect(await pair.client.receive()).toEqual({ type: "Pong" });
});

test("setReceiveTimeout() bounds receive(), clearReceiveTimeout() ends that [ipc 6]", async () => {
  await using pair = await connectPair();
  pair.client.setReceiveTimeout(200);
  expect(pair.client.receiveTimeout).toBe(200);
  const refuses = async () => await expect(pair.client.receive()).rejects.toThrow("200 ms");
  expect(await quickest(2000, refuses)).toBeLessThanOrEqual(2000);
  pair.client.clearReceiveTimeout();
  expect(pair.client.receiveTimeout).toBeUndefined();
  setTimeout(() => pair.server.send({ type: "Pong" }), 300);
  expect(await pair.client.receive()).toEqual({ type: "Pong" });
});

test.each([undefined, 10_000])("receive(200) times out with a default of %p [ipc 7]", async (fallback) => {
  await using pair = await connectPair();
  if (fallback !== undefined) pair.client.setReceiveTimeout(fallback);
  const refuses = async () => expect(await outcome(pair.client.receive(200))).toBe("TIMEOUT");
  expect(await quickest(2000, refuses)).toBeLessThanOrEqual(2000);
});

test("receive(timeout) takes an answer that comes in time [ipc 8]", async () => {
  await using pair = await connectPair();
  setTimeout(() => pair.server.send({ type: "Pong" }), 50);
  expect(await pair.client.receive(60_000)).toEqual({ type: "Pong" });
});

test("receive(timeout) that was answered does not end a later receive", async () => {
  await using pair = await connectPair();
  for (const pause of [0, 20]) {
    setTimeout(() => pair.server.send({ type: "Working" }), pause);
    expect(await pair.client.receive(1000)).toEqual({ type: "Working" });
  }
  setTimeout(() => pair.server.send({ type: "Pong" }), 1200);
  expect(await pair.client.receive(60_000)).toEqual({ type: "Pong" });
});

test.each([1, 2, 3, 5, 7, 64])(
  "receive() yields the same requests when they come %d bytes at a time [ipc 9]",
  async (step) => {
    await using raw = await rawToServer();
    const stream = Buffer.concat([encodeFrame({ type: "Ping" }), encodeFrame({ type: "Status" })]);
    for (let at = 0; at < stream.length; at += step) {
      raw.peer.write(stream.subarray(at, at + step));
      if (at % 8 === 0) await Bun.sleep(0);
    }
    expect(await raw.server.receive(60_000)).toEqual({ type: "Ping" });
    expect(await raw.server.receive(60_000)).toEqual({ type: "Status" });
  },
);

test.each([
  { bytes: 0, result: "closed" },
  { bytes: 1, result: "CONNECTION_CLOSED" },
  { bytes: 3, result: "CONNECTION_CLOSED" },
  { bytes: 4, result: "CONNECTION_CLOSED" },
  { bytes: 5, result: "CONNECTION_CLOSED" },
  { bytes: 13, result: "CONNECTION_CLOSED" },
])("receive() gives $result when the peer closes after $bytes bytes of a frame [ipc 10]", async ({ bytes, result }) => {
  await using raw = await rawToServer();
  raw.peer.write(encodeFrame({ type: "Ping" }).subarray(0, bytes));
  await Bun.sleep(10);
  raw.peer[Symbol.dispose]();
  expect(await outcome(raw.server.receive(60_000))).toBe(result);
});

test("receive() gives the messages that came before the close, then the close [ipc 10]", async () => {
  await using raw = await rawToServer();
  raw.peer.write(Buffer.concat([encodeFrame({ type: "Ping" }), encodeFrame({ type: "Status" })]));
  await Bun.sleep(10);
  raw.peer[Symbol.dispose]();
  await raw.server.closed;
  expect(await raw.server.receive()).toEqual({ type: "Ping" });
  expect(await raw.server.receive()).toEqual({ type: "Status" });
  expect(await raw.server.receive()).toBe("closed");
});

test("receive(1000) is not extended by bytes that trickle in [ipc 11]", async () => {
  await using raw = await rawToServer();
  const bytes = encodeFrame({ type: "Ping" });
  let at = 0;
  const drip = setInterval(() => raw.peer.write(bytes.subarray(at, ++at)), 100);
  expect(await outcome(raw.server.receive(1000))).toBe("TIMEOUT");
  clearInterval(drip);
  raw.peer.write(bytes.subarray(at));
  expect(await raw.server.receive(60_000)).toEqual({ type: "Ping" });
});

test.each([16_777_217, 4_294_967_295])(
  "receive() refuses length %d before any byte of the body and closes [ipc 12]",
  async (length) => {
    await using raw = await rawToServer();
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32LE(length);
    raw.peer.write(prefix);
    expect(await outcome(raw.server.receive(2000))).toBe("FRAME_TOO_LARGE");
    await raw.peer.closed;
    expect(await outcome(raw.server.receive(2000))).toBe("FRAME_TOO_LARGE");
  },
);

test("send() of too much writes nothing and leaves the connection usable [ipc 12]", async () => {
  await using pair = await connectPair();
  const message = "x".repeat(16 * MIB);
  expect(() => pair.server.send({ type: "Error", message })).toThrow(
    expect.objectContaining({ code: "FRAME_TOO_LARGE" }),
  );
  pair.server.send({ type: "Pong" });
  expect(await pair.client.receive(60_000)).toEqual({ type: "Pong" });
});

test("receive() of an HTTP request closes the connection [ipc 14]", async () => {
  await using raw = await rawToServer();
  raw.peer.write(Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  expect(await outcome(raw.server.receive(2000))).toBe("FRAME_TOO_LARGE");
  await raw.peer.closed;
});

test("send() to a slow reader keeps every byte and holds nobody else up [ipc 15]", async () => {
  const endpoint = newEndpoint();
  const content = Buffer.alloc(8 * MIB);
  for (let i = 0; i < content.length; i += 4096) content.writeUInt32LE(i, i);
  const serve = async (connection: ServerConnection) => {
    const request = await connection.receive();
    if (request !== "closed" && request.type === "Ping") return connection.send({ type: "Pong" });
    connection.send({ type: "Delivered", exit_code: 0, stdout: content, stderr: new Uint8Array(0), merged: false });
    await connection.flushed();
    connection.close();
  };
  using _ = stopping(listen(endpoint, (connection) => void serve(connection)));
  const slow = await slowReader(endpoint, encodeFrame({ type: "Status" }));
  for (let i = 0; i < 20; i++) {
    using client = await dial(endpoint);
    client.send({ type: "Ping" });
    expect(await client.receive(60_000)).toEqual({ type: "Pong" });
  }
  const received = await slow;
  const expected = encodeFrame({
    type: "Delivered",
    exit_code: 0,
    stdout: content,
    stderr: new Uint8Array(0),
    merged: false,
  });
  expect(received.length).toBe(expected.length);
  expect(Bun.hash(received)).toBe(Bun.hash(expected));
});

test("flushed() is fulfilled once the peer reads, and when it goes away", async () => {
  await using raw = await rawToServer();
  const reply: WireMap & { type: "Error"; message: string } = { type: "Error", message: "x".repeat(4 * MIB) };
  raw.server.send(reply);
  await raw.server.flushed();
  await until(() => Buffer.concat(raw.peer.received).length === encodeFrame(reply).length);
  raw.peer[Symbol.dispose]();
  await raw.server.closed;
  raw.server.send(reply);
  await raw.server.flushed();
});

test("closed is fulfilled while a request is served and its client goes away, not when it sends on [ipc 16]", async () => {
  await using raw = await rawToServer();
  raw.peer.write(encodeFrame({ type: "Ping" }));
  await raw.server.receive(60_000);
  let gone = false;
  void raw.server.closed.then(() => (gone = true));
  raw.peer.write(encodeFrame({ type: "Status" }));
  await Bun.sleep(50);
  expect(gone).toBe(false);
  raw.peer[Symbol.dispose]();
  await until(() => gone);
  expect(await raw.server.receive()).toEqual({ type: "Status" });
});

test("connection that sends more than two frames without being read is cut off [ipc 15]", async () => {
  await using raw = await rawToServer();
  for (let i = 0; i < 3; i++) raw.peer.write(frame(Buffer.alloc(16 * MIB)));
  await raw.server.closed;
  await raw.peer.closed;
});

test("receive() twice at a time is refused, the first goes on", async () => {
  await using pair = await connectPair();
  const first = pair.client.receive(1000);
  await expect(pair.client.receive(1000)).rejects.toThrow("another receive is under way");
  pair.server.send({ type: "Pong" });
  expect(await first).toEqual({ type: "Pong" });
});

test("receive() of the client's own closed connection is closed, and send() is without effect", async () => {
  await using pair = await connectPair();
  pair.client.close();
  pair.client.close();
  pair.client.send({ type: "Ping" });
  expect(await pair.client.receive()).toBe("closed");
  expect(await pair.server.receive()).toBe("closed");
});

function stopping(listener: ReturnType<typeof listen>): Disposable {
  return { [Symbol.dispose]: () => listener.stop() };
}

/** "closed", the type of a message, or the code of an error. */
async function outcome(received: Promise<"closed" | { type: string }>): Promise<string> {
  try {
    const message = await received;
    return message === "closed" ? message : message.type;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

/** Sends a request and then reads one piece per millisecond at most. */
async function slowReader(endpoint: string, request: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const done = Promise.withResolvers<void>();
  const socket = await Bun.connect({
    unix: endpoint,
    socket: {
      data: async (reader, chunk) => {
        chunks.push(Buffer.from(chunk));
        reader.pause();
        await Bun.sleep(1);
        reader.resume();
      },
      close: () => done.resolve(),
    },
  });
  socket.write(request);
  await done.promise;
  return Buffer.concat(chunks);
}
