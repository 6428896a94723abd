import { afterAll, expect, test } from "bun:test";
import type { BackpressureResponse } from "../../../src/ipc/messages.ts";
import { ask } from "../../../src/shim/ask.ts";
import { patienceOf } from "../../../src/shim/patience.ts";
import { quickest } from "../../support/in-time.ts";
import { EMPTY_INVOKE } from "../../support/invoke-request.ts";
import { connectPair, removeScratch } from "../ipc/sockets.ts";

afterAll(removeScratch);

const nothing = new Uint8Array();
const PATIENCE = { ...patienceOf({ patience: 1 }), firstSignMs: 60_000 };
const question = { request: EMPTY_INVOKE, patience: PATIENCE };
const delivered = { type: "Delivered", exit_code: 3, stdout: nothing, stderr: nothing, merged: false } as const;

function busy(retry_after_ms: number): BackpressureResponse {
  return { type: "Backpressure", queue_depth: 1, retry_after_ms, reason: "a_new_reason" };
}

test("ask() asks a daemon that has too much to do again, when it says [protocol 16]", async () => {
  await using pair = await connectPair();
  const answer = ask(pair.client, question, { made: undefined });
  const times: number[] = [];
  for (const reply of [busy(100), busy(0), delivered]) {
    expect(await pair.server.receive(60_000)).toMatchObject({ type: "Invoke" });
    times.push(performance.now());
    pair.server.send(reply);
  }
  expect(await answer).toEqual(delivered);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(95);
});

test("ask() gives up at once where the daemon wants more time than the build may lose [protocol 16]", async () => {
  const givesUp = async () => {
    await using pair = await connectPair();
    const answer = ask(pair.client, question, { made: undefined });
    await pair.server.receive(60_000);
    pair.server.send(busy(PATIENCE.busyMs + 1));
    await expect(answer).rejects.toThrow(expect.objectContaining({ code: "DAEMON_ANSWER" }));
  };
  expect(await quickest(500, givesUp)).toBeLessThanOrEqual(500);
});
