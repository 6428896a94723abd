import { afterAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DEFAULT_CLIENT_RECEIVE_TIMEOUT_MS } from "../../../src/ipc/client-connection.ts";
import { encodeFrame } from "../../../src/ipc/codec.ts";
import { dial } from "../../../src/ipc/dial.ts";
import { listen } from "../../../src/ipc/listen.ts";
import { answerPings, connectPair, newEndpoint, removeScratch } from "./sockets.ts";

afterAll(removeScratch);

test("DEFAULT_CLIENT_RECEIVE_TIMEOUT_MS is five minutes and not applied by itself [ipc §5]", async () => {
  await using pair = await connectPair();
  expect(DEFAULT_CLIENT_RECEIVE_TIMEOUT_MS).toBe(300_000);
  expect(pair.client.receiveTimeout).toBeUndefined();
});

test("receive() drops the late answer to a request that was given up [ipc 21, H1]", async () => {
  await using pair = await connectPair();
  pair.client.send({ type: "Status" });
  await expect(pair.client.receive(50)).rejects.toThrow(expect.objectContaining({ code: "TIMEOUT" }));
  await pair.server.receive();
  pair.server.send({ type: "Working" });
  pair.server.send({ type: "Error", message: "late" });
  pair.client.send({ type: "Ping" });
  await pair.server.receive();
  pair.server.send({ type: "Pong" });
  expect(await pair.client.receive(60_000)).toEqual({ type: "Pong" });
});

test("receive(timeout) counts dropped answers into its deadline", async () => {
  await using pair = await connectPair();
  pair.client.send({ type: "Status" });
  await expect(pair.client.receive(20)).rejects.toThrow();
  await pair.server.receive();
  const late = setInterval(() => pair.server.send({ type: "Working" }), 20);
  await expect(pair.client.receive(200)).rejects.toThrow("200 ms");
  clearInterval(late);
});

test("receive() refuses the answer to a request that it never sent", async () => {
  const endpoint = newEndpoint();
  mkdirSync(dirname(endpoint));
  const answer = (id: number) => encodeFrame({ type: "Pong" }, id);
  const data = (socket: Bun.Socket) => void socket.write(Buffer.concat([answer(2), answer(1)]));
  const server = Bun.listen({ unix: endpoint, socket: { data } });
  using client = await dial(endpoint);
  client.send({ type: "Ping" });
  await expect(client.receive(1000)).rejects.toThrow(expect.objectContaining({ code: "DAEMON_ANSWER" }));
  expect(await client.receive(60_000)).toEqual({ type: "Pong" });
  server.stop(true);
});

test("receive() takes an Error without id, which answers what could not be read", async () => {
  await using pair = await connectPair();
  pair.server.send({ type: "Error", message: "unreadable" });
  expect(await pair.client.receive(60_000)).toEqual({ type: "Error", message: "unreadable" });
});

test("receive() tells apart an unusable response and goes on [protocol 2]", async () => {
  const endpoint = newEndpoint();
  mkdirSync(dirname(endpoint));
  const server = Bun.listen({
    unix: endpoint,
    socket: {
      data: (socket) => {
        const frames = [{ type: "Surprise" }, { type: "Delivered", exit_code: 0 }, { type: "Pong" }];
        socket.write(Buffer.concat(frames.map((message) => encodeFrame(message))));
      },
    },
  });
  using client = await dial(endpoint);
  client.send({ type: "Ping" });
  await expect(client.receive(1000)).rejects.toThrow('unknown type "Surprise"');
  await expect(client.receive(1000)).rejects.toThrow('Delivered: field "stdout" is missing');
  expect(await client.receive(60_000)).toEqual({ type: "Pong" });
  server.stop(true);
});

test("receive() after the daemon has closed an idle connection is closed, and dialling again works [ipc 20]", async () => {
  const endpoint = newEndpoint();
  let first = true;
  const listener = listen(endpoint, (connection) => {
    if (!first) return void answerPings(connection);
    first = false;
    connection.receive(30).catch(() => connection.close());
  });
  using idle = await dial(endpoint);
  await idle.closed;
  idle.send({ type: "Ping" });
  expect(await idle.receive(60_000)).toBe("closed");
  using again = await dial(endpoint);
  again.send({ type: "Ping" });
  expect(await again.receive(60_000)).toEqual({ type: "Pong" });
  listener.stop();
});

test("leave() gives what nobody has received, also after a timeout, and tells the daemon first", async () => {
  await using pair = await connectPair();
  pair.client.send({ type: "Status" });
  await pair.server.receive();
  await expect(pair.client.receive(5)).rejects.toThrow("5 ms");
  const paths = { staged: new Uint8Array([0x2f, 1]), making: new Uint8Array([0x2f, 2]) };
  pair.server.send({ type: "Working", ...paths });
  pair.server.send({ type: "NeedStdin", path: new Uint8Array() });
  expect(pair.server.hasLeft()).toBe(false);
  const left = pair.client.leave();
  expect(pair.server.hasLeft()).toBe(true);
  expect(await left).toEqual([
    { type: "Working", ...paths },
    { type: "NeedStdin", path: new Uint8Array() },
  ]);
});

test("leave() gives nothing of a daemon that has gone, and what it had said before that", async () => {
  await using pair = await connectPair();
  pair.client.send({ type: "Ping" });
  await pair.server.receive();
  pair.server.send({ type: "Pong" });
  await pair.server.flushed();
  pair.server.close();
  expect(await pair.client.leave()).toEqual([{ type: "Pong" }]);
  expect(await pair.client.leave()).toEqual([]);
});

const busy = { type: "Backpressure", queue_depth: 3, retry_after_ms: 30, reason: "compile_queue_full" } as const;

test("askMap() asks a daemon that has too much to do again, when it says [protocol 16]", async () => {
  await using pair = await connectPair();
  const started = performance.now();
  const asked = pair.client.askMap({ type: "Ping" }, 5000);
  for (const reply of [busy, busy, { type: "Pong" } as const]) {
    expect(await pair.server.receive(60_000)).toEqual({ type: "Ping" });
    pair.server.send(reply);
  }
  expect(await asked).toEqual({ v: 1, id: 3, type: "Pong" });
  expect(performance.now() - started).toBeGreaterThanOrEqual(58);
});

test("askMap() gives the Backpressure of a daemon for which there is no more time [protocol 16]", async () => {
  await using pair = await connectPair();
  const asked = pair.client.askMap({ type: "Ping" }, 1000);
  await pair.server.receive(60_000);
  pair.server.send({ ...busy, retry_after_ms: 2000 });
  expect(await asked).toMatchObject({ type: "Backpressure", retry_after_ms: 2000 });
});

test("askMap() tells of a daemon of another protocol, and of one that goes away [protocol 3]", async () => {
  const endpoint = newEndpoint();
  mkdirSync(dirname(endpoint));
  const frame = encodeFrame({ type: "Error", message: "protocol 2; run `zccache stop`" }, 1);
  // The map's first pair is `v` and a small number.
  frame[frame.indexOf("v") + 1] = 2;
  const server = Bun.listen({ unix: endpoint, socket: { data: (socket) => void socket.end(frame) } });
  using client = await dial(endpoint);
  await expect(client.askMap({ type: "Ping" }, 1000)).rejects.toThrow("protocol 2; run `zccache stop`");
  expect(await client.askMap({ type: "Ping" }, 1000)).toBe("closed");
  server.stop(true);
});
