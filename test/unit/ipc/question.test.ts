import { afterAll, expect, test } from "bun:test";
import { question } from "../../../src/ipc/question.ts";
import { connectPair, removeScratch } from "./sockets.ts";

afterAll(removeScratch);

test("question() gives the answer of the wanted type", async () => {
  await using pair = await connectPair();
  const asked = question(pair.client, { type: "Ping" }, { type: "Pong", timeoutMs: 60_000 });
  expect(await pair.server.receive()).toEqual({ type: "Ping" });
  pair.server.send({ type: "Pong" });
  expect(await asked).toEqual({ type: "Pong" });
});

test("question() refuses another answer, and tells what an Error says", async () => {
  await using pair = await connectPair();
  const busy = { type: "Backpressure", queue_depth: 9, retry_after_ms: 5, reason: "compile_queue_full" } as const;
  for (const [answer, said] of [
    [{ type: "Working" }, "it answered Working"],
    [{ type: "Error", message: "out of order" }, "out of order"],
    [busy, "it is busy (compile_queue_full, 9 calls under way)"],
  ] as const) {
    const asked = question(pair.client, { type: "Status" }, { type: "Status", timeoutMs: 60_000 });
    await pair.server.receive();
    pair.server.send(answer);
    await expect(asked).rejects.toThrow(
      expect.objectContaining({ code: "DAEMON_ANSWER", message: expect.stringContaining(said) }),
    );
  }
});

test("question() does not wait for ever, and tells when the daemon has gone", async () => {
  await using pair = await connectPair();
  const wanted = { type: "Pong", timeoutMs: 50 } as const;
  await expect(question(pair.client, { type: "Ping" }, wanted)).rejects.toThrow(
    expect.objectContaining({ code: "TIMEOUT" }),
  );
  pair.server.close();
  await expect(question(pair.client, { type: "Ping" }, { ...wanted, timeoutMs: 60_000 })).rejects.toThrow(
    expect.objectContaining({ code: "CONNECTION_CLOSED" }),
  );
});
