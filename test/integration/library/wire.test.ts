// The built daemon on the wire, against peers that are hostile, in a hurry, or many.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { rawFromString } from "../../../src/core/raw-text.ts";
import type { ClientConnection } from "../../../src/ipc/client-connection.ts";
import { decodePayload, encodeFrame } from "../../../src/ipc/codec.ts";
import { dial } from "../../../src/ipc/dial.ts";
import { quickest } from "../../support/in-time.ts";
import { invokeOf } from "../../support/invoke-request.ts";
import { descriptorsOf, residentOf } from "../../support/process-figures.ts";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";
import { HOSTILE } from "../../unit/ipc/cbor-bytes.ts";
import { connectRaw, frame, type RawPeer, removeScratch } from "../../unit/ipc/sockets.ts";

setDefaultTimeout(600_000);

const MOST_MS = 50;
const ANSWER_MS = 60_000;
const MIB = 1024 * 1024;

let box: Sandbox;
let daemon = 0;
let endpoint = "";

beforeAll(async () => {
  box = sandbox();
  await box.zccache(["start"]);
  [daemon = 0] = box.daemons();
  endpoint = await endpointOf(box);
});

afterAll(async () => {
  await box[Symbol.asyncDispose]();
  removeScratch();
});

async function endpointOf(place: Sandbox): Promise<string> {
  return rawFromString(JSON.parse((await place.zccache(["status", "--json"])).stdout).daemon.endpoint);
}

async function answers(peer: RawPeer, count: number): Promise<string[]> {
  while (peer.payloads().length < count) await Bun.sleep(0);
  return peer.payloads().map((payload) => String(decodePayload(payload)["type"]));
}

test.each(HOSTILE)(
  "the daemon answers $name with an Error within 50 ms, and the next Ping [ipc 13, S8]",
  async ({ payload }) => {
    using peer = await connectRaw(endpoint);
    const best = await quickest(MOST_MS, async () => {
      peer.received.length = 0;
      peer.write(Buffer.concat([frame(payload), encodeFrame({ type: "Ping" })]));
      expect(await answers(peer, 2)).toEqual(["Error", "Pong"]);
    });
    expect(best).toBeLessThanOrEqual(MOST_MS);
  },
);

test("the daemon answers any 1 MiB within 50 ms: what passes costs no more than what does not [ipc 13]", async () => {
  using peer = await connectRaw(endpoint);
  const messages = [
    { type: "Surprise", text: "é".repeat(MIB / 2) },
    { type: "Surprise", list: Array.from({ length: 30_000 }, (_, i) => `text of some length ${i}`) },
    { type: "Surprise", ...Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`key${i}`, "v".repeat(250)])) },
  ];
  for (const message of messages) {
    const sent = encodeFrame(message);
    const best = await quickest(MOST_MS, async () => {
      peer.received.length = 0;
      peer.write(sent);
      expect(await answers(peer, 1)).toEqual(["Error"]);
    });
    expect(best).toBeLessThanOrEqual(MOST_MS);
  }
});

test.each([0, 16_777_217, 4_294_967_295])(
  "the daemon answers or closes at an announced length of %d at once, and takes no memory for it [ipc 12]",
  async (length) => {
    const before = residentOf(daemon);
    for (let i = 0; i < 50; i++) {
      using peer = await connectRaw(endpoint);
      const prefix = Buffer.alloc(4);
      prefix.writeUInt32LE(length);
      peer.write(prefix);
      if (length === 0) expect(await answers(peer, 1)).toEqual(["Error"]);
      else await peer.closed;
    }
    expect(residentOf(daemon) - before).toBeLessThan(16 * MIB);
  },
);

test("the daemon takes a payload of exactly 16 MiB [ipc 12]", async () => {
  using peer = await connectRaw(endpoint);
  const overhead = encodeFrame({ type: "Ping", more: new Uint8Array(70_000) }).length - 4 - 70_000;
  peer.write(encodeFrame({ type: "Ping", more: new Uint8Array(16 * MIB - overhead) }));
  expect(await answers(peer, 1)).toEqual(["Pong"]);
});

test("the daemon answers the Rust zccache with an Error, closes on HTTP, and serves on [ipc 14]", async () => {
  using rust = await connectRaw(endpoint);
  rust.write(frame(Buffer.from("1100000000000000", "hex")));
  expect(await answers(rust, 1)).toEqual(["Error"]);
  using browser = await connectRaw(endpoint);
  browser.write(Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  await browser.closed;
  expect(browser.received).toEqual([]);
  await ping();
});

test("the daemon takes no harm from 10,000 clients that connect and drop, and keeps no descriptor [ipc 17, H7]", async () => {
  const before = descriptorsOf(daemon);
  for (let dropped = 0; dropped < 10_000; ) {
    const peer = await connectRaw(endpoint).catch(() => undefined);
    // Where the daemon has as many waiting as the kernel allows.
    if (peer === undefined) await Bun.sleep(5);
    else dropped += 1;
    peer?.[Symbol.dispose]();
  }
  // So many at once are more than it takes: the last of them have to be noticed first.
  await until(() => descriptorsOf(daemon) <= before + 1);
  await ping();
  expect(box.daemons()).toEqual([daemon]);
});

test("the daemon keeps little for clients that ask without end and never read [ipc 15, H5]", async () => {
  const before = residentOf(daemon);
  const pings = Buffer.concat(Array.from({ length: 20_000 }, () => encodeFrame({ type: "Status" })));
  const deaf = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const socket = await Bun.connect({ unix: endpoint, socket: { open: (opened) => opened.pause(), data() {} } });
      socket.write(pings);
      return socket;
    }),
  );
  for (let i = 0; i < 20; i++) await ping();
  expect(residentOf(daemon) - before).toBeLessThan(64 * MIB);
  for (const socket of deaf) socket.terminate();
});

test("the daemon keeps a reserve of descriptors, does not spin, and serves when others have left [ipc 17, D5]", async () => {
  await using small = sandbox();
  expect((await run(["/bin/sh", "-c", `ulimit -n 100; exec ${small.binary} start`], { env: small.env })).exitCode).toBe(
    0,
  );
  const [pid = 0] = small.daemons();
  const socket = await endpointOf(small);
  expect(readFileSync(`/proc/${pid}/limits`, "latin1")).toMatch(/Max open files\s+100\s/);
  const peers = await Promise.all(Array.from({ length: 150 }, () => connectRaw(socket).catch(() => undefined)));
  await until(() => descriptorsOf(pid) <= 100 - 30);
  await expectRest(pid);
  for (const peer of peers) peer?.[Symbol.dispose]();
  await until(() => descriptorsOf(pid) < 50);
  using client = await dial(socket);
  client.send({ type: "Ping" });
  expect(await client.receive(ANSWER_MS)).toEqual({ type: "Pong" });
});

test("the daemon with few descriptors takes on as many calls as it can serve, and lives on [ipc 17, protocol 16, D5]", async () => {
  await using small = sandbox();
  small.tree.write(Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`unit${i}.c`, `int unit${i};\n`])));
  await run(["/bin/sh", "-c", `ulimit -n 100; exec ${small.binary} start`], { env: small.env });
  const [pid = 0] = small.daemons();
  const socket = await endpointOf(small);
  const clients: ClientConnection[] = [];
  const outcomes = new Map<string, number>();
  for (let unit = 0; unit < 60; unit++) {
    // One too many is dropped as soon as it has connected.
    const client = await dial(socket, { timeoutMs: ANSWER_MS }).catch(() => undefined);
    if (client !== undefined) clients.push(client);
    client?.send(invokeOf(small, ["gcc", "-c", `unit${unit}.c`]));
    // Each of the calls that are taken on stays: nobody runs its tool.
    const outcome = client === undefined ? "closed" : await answerOf(client);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect([...outcomes.keys()].sort()).toEqual(["Backpressure", "Exec", "closed"]);
  expect(descriptorsOf(pid)).toBeLessThanOrEqual(100 - 20);
  await expectRest(pid);
  for (const client of clients) client.close();
  const again = await small.zccache(["gcc", "-c", "unit0.c", "-o", "unit0.o"], { cwd: small.tree.path });
  expect(again).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  await small.settled(1);
  expect(small.daemons()).toEqual([pid]);
});

async function answerOf(client: ClientConnection): Promise<string> {
  for (;;) {
    const reply = await client.receive(ANSWER_MS).catch(() => "closed" as const);
    if (reply === "closed" || reply.type !== "Working") return reply === "closed" ? reply : reply.type;
  }
}

async function ping(): Promise<void> {
  using client = await dial(endpoint);
  client.send({ type: "Ping" });
  expect(await client.receive(ANSWER_MS)).toEqual({ type: "Pong" });
}

/** A process that spins takes a hundred ticks a second. */
async function expectRest(pid: number): Promise<void> {
  const ticks = async () => {
    const before = ticksOf(pid);
    await Bun.sleep(1000);
    return ticksOf(pid) - before;
  };
  expect(await quickest(20, ticks)).toBeLessThanOrEqual(20);
}

/** User and system time of a process (proc(5), stat: fields 14 and 15). */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
