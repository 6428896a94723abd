import { afterAll, expect, test } from "bun:test";
import { PROTOCOL, VERSION } from "../../../src/core/version.ts";
import { Activity } from "../../../src/daemon/activity.ts";
import { Admission } from "../../../src/daemon/admission.ts";
import { Caller } from "../../../src/daemon/caller.ts";
import { IDLE_CONNECTION_MS, type ServerContext, serveConnection } from "../../../src/daemon/server.ts";
import { encodeFrame } from "../../../src/ipc/codec.ts";
import type { LifecycleEvent } from "../../../src/ipc/lifecycle-log.ts";
import { quickest } from "../../support/in-time.ts";
import { EMPTY_INVOKE } from "../../support/invoke-request.ts";
import { until } from "../../support/until.ts";
import { head, map, text } from "../ipc/cbor-bytes.ts";
import { connectPair, frame, rawToServer, removeScratch } from "../ipc/sockets.ts";

afterAll(removeScratch);

const ANSWER_MS = 60_000;

type Stage = { readonly context: ServerContext; readonly lines: string[]; readonly events: LifecycleEvent[] };

/** What a server needs for requests that touch neither the store nor a tool. */
function stage(admission = new Admission()): Stage {
  const lines: string[] = [];
  const events: LifecycleEvent[] = [];
  const note = (_part: string, line: string) => void lines.push(line);
  const context = {
    services: { log: { info: note, error: note, debug() {}, warn: note } },
    sessions: { isAny: false },
    activity: new Activity(),
    admission,
    toolRuns: { mayWait: () => ({ [Symbol.dispose]() {} }) },
    draining: { begin() {} },
    record: (event: LifecycleEvent) => {
      if (event.event === "version_mismatch") events.push(event);
    },
  };
  return { context: context as unknown as ServerContext, lines, events };
}

test("serveConnection() closes a connection that asked nothing for its idle time, without a line in the log [ipc 20]", async () => {
  await using pair = await connectPair();
  const { context, lines } = stage();
  const served = serveConnection(pair.server, context, 100);
  pair.client.send({ type: "Ping" });
  expect(await pair.client.receive(60_000)).toEqual({ type: "Pong" });
  await served;
  expect(await pair.client.receive(60_000)).toBe("closed");
  expect(lines).toEqual([]);
});

test("serveConnection() gives a client ten minutes between two requests [ipc 20]", async () => {
  await using pair = await connectPair();
  void serveConnection(pair.server, stage().context);
  expect([pair.server.receiveTimeout, IDLE_CONNECTION_MS]).toEqual([600_000, 600_000]);
});

test("serveConnection() answers an Invoke beyond its limit with Backpressure within 50 ms, and goes on [protocol 16]", async () => {
  await using pair = await connectPair();
  void serveConnection(pair.server, stage(new Admission(0)).context);
  const answered = async () => {
    pair.client.send(EMPTY_INVOKE);
    expect(await pair.client.receive(ANSWER_MS)).toMatchObject({ type: "Backpressure", queue_depth: 0 });
  };
  expect(await quickest(50, answered)).toBeLessThanOrEqual(50);
  pair.client.send({ type: "Ping" });
  expect(await pair.client.receive(60_000)).toEqual({ type: "Pong" });
});

test("serveConnection() gives the place of a call back however it ended [ipc 16, protocol 16]", async () => {
  await using pair = await connectPair();
  const { context, lines } = stage(new Admission(1));
  void serveConnection(pair.server, context);
  for (let turn = 0; turn < 3; turn++) {
    pair.client.send(EMPTY_INVOKE);
    expect(await pair.client.receive(60_000)).toMatchObject({ type: "Error" });
  }
  expect(lines).toHaveLength(3);
});

test.each([
  { v: head(0, 0), number: 0 },
  { v: head(0, 2), number: 2 },
  { v: head(0, 4_294_967_295), number: 4_294_967_295 },
  { v: text("one"), number: '"one"' },
  { v: map([]), number: "object" },
])(
  "serveConnection() writes one event for a client of protocol $number and closes [protocol 3]",
  async ({ v, number }) => {
    await using on = await rawToServer();
    const { context, events } = stage();
    const served = serveConnection(on.server, context);
    const request = frame(
      map([
        ["v", v],
        ["type", text("Ping")],
      ]),
    );
    on.peer.write(Buffer.concat([request, request]));
    await served;
    await on.peer.closed;
    expect(on.peer.payloads()).toHaveLength(1);
    expect(events).toEqual([
      {
        event: "version_mismatch",
        daemon_crate_version: VERSION,
        daemon_protocol_version: PROTOCOL,
        client_protocol_version: number,
        reason: "client-protocol-differs",
      },
    ]);
  },
);

test("serveConnection() writes no event for what it refuses otherwise [protocol 3]", async () => {
  await using on = await rawToServer();
  const { context, events } = stage();
  void serveConnection(on.server, context);
  on.peer.write(
    Buffer.concat([encodeFrame({ type: "Surprise" }), encodeFrame({ type: "ExecDone" }), frame(text("x"))]),
  );
  await until(() => on.peer.payloads().length === 3);
  on.server.close();
  expect(events).toEqual([]);
});

test("run() keeps what the client asks while it runs the tool, which is answered afterwards [ipc 16]", async () => {
  await using pair = await connectPair();
  using caller = new Caller(pair.server);
  pair.client.send(EMPTY_INVOKE);
  await pair.server.receive(60_000);
  const ran = caller.run({ path: "/bin/true", skip: 0, setEnvironment: [], stdinFile: undefined });
  const exec = await pair.client.receive(ANSWER_MS);
  if (exec === "closed" || exec.type !== "Exec") throw new Error("no Exec");
  pair.client.send({ type: "Ping" });
  pair.client.send({ type: "Ping" });
  pair.client.send({
    type: "ExecDone",
    job: exec.job,
    exit_code: 4,
    stdout: new Uint8Array(),
    stderr: new Uint8Array(),
    merged: false,
    too_large: false,
  });
  expect(await ran).toMatchObject({ exitCode: 4 });
  caller.answer({ type: "Released" });
  caller[Symbol.dispose]();
  void serveConnection(pair.server, stage().context);
  // Each answer has the number of its own request.
  const replies = [
    await pair.client.receiveMap(1000),
    await pair.client.receiveMap(1000),
    await pair.client.receiveMap(1000),
  ];
  expect(replies).toEqual([
    { v: 1, id: 4, type: "Released" },
    { v: 1, id: 2, type: "Pong" },
    { v: 1, id: 3, type: "Pong" },
  ]);
});

test("run() gives up on a client that asks without end instead of reporting", async () => {
  await using pair = await connectPair();
  using caller = new Caller(pair.server);
  const ran = caller.run({ path: "/bin/true", skip: 0, setEnvironment: [], stdinFile: undefined });
  for (let i = 0; i < 17; i++) pair.client.send({ type: "Ping" });
  await expect(ran).rejects.toThrow(expect.objectContaining({ code: "CONNECTION_CLOSED" }));
});
