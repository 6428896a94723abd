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
  expect(await pair.client.receive(1000)).toEqual({ type: "Pong" });
});

test("receive(timeout) counts dropped answers into its deadline", async () => {
  await using pair = await connectPair();
  pair.client.send({ type: "Status" });
  await expect(pair.client.receive(20)).rejects.toThrow();
  await pair.server.receive();
  const late = setInterval(() => pair.server.send({ type: "Working" }), 20);
  const started = performance.now();
  await expect(pair.client.receive(200)).rejects.toThrow("200 ms");
  expect(performance.now() - started).toBeLessThan(1000);
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
  expect(await client.receive(1000)).toEqual({ type: "Pong" });
  server.stop(true);
});

test("receive() takes an Error without id, which answers what could not be read", async () => {
  await using pair = await connectPair();
  pair.server.send({ type: "Error", message: "unreadable" });
  expect(await pair.client.receive(1000)).toEqual({ type: "Error", message: "unreadable" });
});

test("receive() tells apart an unusable response and goes on", async () => {
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
  expect(await client.receive(1000)).toEqual({ type: "Pong" });
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
  expect(await idle.receive(1000)).toBe("closed");
  using again = await dial(endpoint);
  again.send({ type: "Ping" });
  expect(await again.receive(1000)).toEqual({ type: "Pong" });
  listener.stop();
});
