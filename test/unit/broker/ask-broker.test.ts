// The production lane before a broker of the test's own.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { refusalOf } from "../../../src/broker/ask-broker.ts";
import { connectDaemonWithRoute } from "../../../src/broker/connect-daemon.ts";
import { VERSION } from "../../../src/core/version.ts";
import { dial } from "../../../src/ipc/dial.ts";
import { listen } from "../../../src/ipc/listen.ts";
import {
  brokerFrame,
  bytesAt,
  envelope,
  fieldsOf,
  message,
  negotiated,
  numberAt,
  refused,
  textAt,
} from "../../support/broker-wire.ts";
import { type BrokerAnswer, FakeBroker } from "../../support/fake-broker.ts";
import { withLaneVariables } from "../../support/lane-variables.ts";
import { newEndpoint, removeScratch } from "../ipc/sockets.ts";
import { DIRECT, deadEndpoint, PATIENT, PingServer, type Tried, tryConnect } from "./lane-stage.ts";

setDefaultTimeout(600_000);
afterAll(removeScratch);

const DEBUG = { RUST_LOG: "zccache_broker=debug" };

/** One connect on the production lane, to a direct endpoint that is served, before a broker with this answer. */
async function before(
  answer: BrokerAnswer,
  options: { brokerMs?: number } = {},
): Promise<Tried & { bodies: readonly Buffer[]; seconds: number }> {
  using server = new PingServer();
  const at = deadEndpoint();
  using broker = new FakeBroker(at, answer);
  const variables = { ZCCACHE_BROKER_CONNECT: "1", ZCCACHE_BROKER_ENDPOINT: at, ...DEBUG };
  const began = performance.now();
  const tried = await tryConnect(server.endpoint, variables, { budgets: { ...PATIENT, ...options } });
  return { ...tried, bodies: broker.bodies, seconds: (performance.now() - began) / 1000 };
}

test("the broker's answer leads to the endpoint that it names [broker 11]", async () => {
  using backend = new PingServer();
  const tried = await before(() => negotiated(backend.endpoint));
  const route = { kind: "broker", route: "broker-negotiated", endpoint: backend.endpoint } as const;
  expect(tried).toMatchObject({ route, answered: true, log: "" });
});

test("the broker is asked for this version of us, in its own encoding [broker 11]", async () => {
  const { bodies } = await before(() => refused(2));
  expect(bodies).toHaveLength(1);
  const outer = fieldsOf(bodies[0] ?? Buffer.alloc(0));
  expect([1, 2, 3, 5, 6].map((number) => numberAt(outer, number))).toEqual([1, 0, 0, 1, 0]);
  const hello = fieldsOf(bytesAt(outer, 4));
  expect([1, 2, 6, 10, 15].map((number) => numberAt(hello, number))).toEqual([1, 1, 0, process.pid, 0]);
  const texts = [3, 4, 5, 8, 11, 12].map((number) => textAt(hello, number));
  expect(texts).toEqual(["zccache", VERSION, VERSION, "hello", "zccache", VERSION]);
});

describe("an answer of no use leads to the direct connection [broker 11]", () => {
  const reply = (fields: Parameters<typeof message>[0]) => brokerFrame(envelope(message(fields)));
  const good = "/tmp/zccache-test-never-dialled.sock";
  test.each<[string, () => Uint8Array, string]>([
    ["no endpoint", () => reply([[1, message([[1, 1]])]]), "there is no endpoint"],
    ["neither branch", () => reply([]), "there is no endpoint"],
    ["garbage in a frame", () => brokerFrame(Buffer.from("\xff\xff\xff\xff", "latin1")), "Cannot read a message"],
    ["garbage", () => Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "Cannot read a frame of version 72"],
    ["a request", () => negotiated(good, { kind: 0 }), "none that was expected"],
    ["an envelope of version 2", () => negotiated(good, { version: 2 }), "none that was expected"],
    ["another payload", () => negotiated(good, { protocol: 0xb232 }), "none that was expected"],
    ["compression", () => negotiated(good, { encoding: 1 }), "none that was expected"],
    ["a body over 16 MiB", () => brokerFrame(Buffer.alloc(0), 16 * 1024 * 1024 + 1), "Cannot read a frame of 16777217"],
    ["an endpoint that nobody serves", () => negotiated(deadEndpoint()), "Cannot connect to"],
    ["an endpoint that is no path", () => negotiated("relative.sock"), "Cannot use endpoint"],
  ])("%s", async (_, bytes, said) => {
    const tried = await before(bytes);
    expect(tried).toMatchObject({ route: DIRECT, answered: true });
    expect(tried.log).toMatch(/^\S+ DEBUG .*\n$/);
    expect(tried.log).toContain(said);
  });

  test.each([
    [1, "version-unsupported"],
    [2, "service-unknown"],
    [3, "other"],
    [4, "rate-limited, to be asked again in 1500 ms"],
    [5, "shutting-down"],
    [6, "other"],
    [7, "other"],
    [8, "version-blocked"],
    [99, "other"],
  ] as const)("refusal %d, which is %s", async (code, name) => {
    const tried = await before(() => (code === 4 ? refused(code, 1500) : refused(code)));
    expect(tried).toMatchObject({ route: DIRECT, answered: true });
    expect(tried.log).toContain(`refused (${name})`);
    expect(name.startsWith(refusalOf(code))).toBe(true);
  });

  test("silence, for as long as the broker has", async () => {
    const tried = await before(() => undefined, { brokerMs: 200 });
    expect(tried).toMatchObject({ route: DIRECT, answered: true });
    expect(tried.seconds).toBeGreaterThan(0.19);
    expect(tried.log).toContain("within 200 ms");
  });

  test("bytes that trickle do not extend the time", async () => {
    const tried = await before(() => negotiated(good).subarray(0, -1), { brokerMs: 200 });
    expect(tried).toMatchObject({ route: DIRECT, answered: true });
  });
});

test("silence of a second is the most that a broker gets by default [broker 11]", async () => {
  using server = new PingServer();
  const at = deadEndpoint();
  using _broker = new FakeBroker(at, () => undefined);
  const variables = { ZCCACHE_BROKER_CONNECT: "1", ZCCACHE_BROKER_ENDPOINT: at };
  const { connection, route } = await withLaneVariables(variables, () => connectDaemonWithRoute(server.endpoint));
  connection.close();
  expect(route).toEqual(DIRECT);
});

test("a server that speaks another protocol is told nothing but Ping, and left [broker 12]", async () => {
  const at = newEndpoint();
  const heard: Buffer[] = [];
  const other = listen(at, () => {});
  other.stop();
  using _backend = Bun.listen({
    unix: at,
    socket: {
      data(socket, piece) {
        heard.push(Buffer.from(piece));
        socket.write("220 mail.example.org ESMTP\r\n");
      },
    },
  });
  const tried = await before(() => negotiated(at));
  expect(tried).toMatchObject({ route: DIRECT, answered: true });
  expect(Buffer.concat(heard).toString("latin1")).toContain("Ping");
  expect(Buffer.concat(heard).length).toBeLessThan(40);
});

test("while the broker is silent, fifty other connections are made and the one that waits goes on after it [broker 13]", async () => {
  using server = new PingServer();
  const at = deadEndpoint();
  const asked = Promise.withResolvers<void>();
  const broker = new FakeBroker(at, () => {
    asked.resolve();
    return undefined;
  });
  let isThrough = false;
  const waiting = tryConnect(server.endpoint, { ZCCACHE_BROKER_CONNECT: "1", ZCCACHE_BROKER_ENDPOINT: at }).then(
    (tried) => {
      isThrough = true;
      return tried;
    },
  );
  await asked.promise;
  const others = await Promise.all(Array.from({ length: 50 }, () => dial(server.endpoint)));
  for (const other of others) other.close();
  expect(isThrough).toBe(false);
  broker[Symbol.dispose]();
  expect(await waiting).toMatchObject({ route: DIRECT, answered: true });
});
