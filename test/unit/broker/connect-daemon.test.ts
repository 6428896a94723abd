// The lane's choices, each with the route that comes of it.

import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connectDaemonWithRoute, laneOf } from "../../../src/broker/connect-daemon.ts";
import { toBroker } from "../../../src/broker/spelling.ts";
import { listen } from "../../../src/ipc/listen.ts";
import { readBrokerSettings } from "../../../src/sys/environment.ts";
import { withLaneVariables } from "../../support/lane-variables.ts";
import { newEndpoint, removeScratch } from "../ipc/sockets.ts";
import { DIRECT, deadEndpoint, PATIENT, PingServer, tryConnect } from "./lane-stage.ts";

setDefaultTimeout(600_000);
afterAll(removeScratch);

test("without a variable the connection is direct, and the only one [broker 1]", async () => {
  using server = new PingServer();
  expect(await tryConnect(server.endpoint, {})).toEqual({ route: DIRECT, answered: true, log: "" });
  expect(server.connections).toBe(1);
});

test("RUNNING_PROCESS_FAKE_BACKEND leads to that endpoint, whatever the other one is [broker 2]", async () => {
  using server = new PingServer();
  const variables = { RUNNING_PROCESS_FAKE_BACKEND: toBroker(server.endpoint) };
  const tried = await tryConnect(deadEndpoint(), variables);
  const route = { kind: "broker", route: "hello-skip", endpoint: server.endpoint } as const;
  expect(tried).toEqual({ route, answered: true, log: "" });
});

test("RUNNING_PROCESS_DISABLE=1 beats the others, and nobody but the daemon is dialled [broker 3]", async () => {
  using server = new PingServer();
  using other = new PingServer();
  const tried = await tryConnect(server.endpoint, {
    RUNNING_PROCESS_DISABLE: "1",
    RUNNING_PROCESS_FAKE_BACKEND: other.endpoint,
    ZCCACHE_BROKER_CONNECT: "1",
    ZCCACHE_BROKER_ENDPOINT: other.endpoint,
    RUST_LOG: "zccache_broker=trace",
  });
  expect(tried).toEqual({ route: DIRECT, answered: true, log: "" });
  expect([server.connections, other.connections]).toEqual([1, 0]);
});

test("a seam that nobody serves costs one warning, and the connection is direct; no broker is asked [broker 4]", async () => {
  using server = new PingServer();
  using broker = new PingServer();
  const dead = deadEndpoint();
  const tried = await tryConnect(server.endpoint, {
    RUNNING_PROCESS_FAKE_BACKEND: dead,
    ZCCACHE_BROKER_CONNECT: "1",
    ZCCACHE_BROKER_ENDPOINT: broker.endpoint,
  });
  expect(tried).toMatchObject({ route: DIRECT, answered: true });
  expect(tried.log.match(/WARN/g)).toHaveLength(1);
  expect(tried.log).toContain(dead);
  expect(tried.log.trimEnd().split("\n")).toHaveLength(1);
  expect(broker.connections).toBe(0);
});

describe("a value that is not the one [broker 7]", () => {
  const lane = async (variables: Parameters<typeof withLaneVariables>[0]) =>
    await withLaneVariables(variables, async () => laneOf(readBrokerSettings()).kind);

  test.each(["", "0", "true", "yes"])("RUNNING_PROCESS_DISABLE=%p disables nothing", async (value) => {
    expect(await lane({ RUNNING_PROCESS_DISABLE: value, ZCCACHE_BROKER_CONNECT: "1" })).toBe("production");
    expect(await lane({ RUNNING_PROCESS_DISABLE: "1", ZCCACHE_BROKER_CONNECT: "1" })).toBe("direct");
  });

  test.each(["", "0", "true", "yes", "2"])("ZCCACHE_BROKER_CONNECT=%p asks nobody", async (value) => {
    expect(await lane({ ZCCACHE_BROKER_CONNECT: value })).toBe("direct");
  });

  test("an empty RUNNING_PROCESS_FAKE_BACKEND is none", async () => {
    expect(await lane({ RUNNING_PROCESS_FAKE_BACKEND: "" })).toBe("direct");
    expect(await lane({ RUNNING_PROCESS_FAKE_BACKEND: "", ZCCACHE_BROKER_CONNECT: "1" })).toBe("production");
  });

  test("nothing counts for a process with another's rights", () => {
    const variables = { RUNNING_PROCESS_FAKE_BACKEND: "/tmp/x", ZCCACHE_BROKER_CONNECT: "1" };
    expect(laneOf(readBrokerSettings(variables, true))).toEqual({ kind: "direct" });
  });
});

test("a seam that dies between the two connects leads to the direct one [broker 8]", async () => {
  using server = new PingServer();
  const seam = newEndpoint();
  let dialled = 0;
  // The first client has hardly been taken when nobody listens any more.
  const dying = listen(seam, () => {
    dialled++;
    dying.stop();
  });
  const tried = await tryConnect(server.endpoint, { RUNNING_PROCESS_FAKE_BACKEND: seam });
  expect(tried).toMatchObject({ route: DIRECT, answered: true });
  expect(dialled).toBe(1);
});

test("a seam that takes connections and says nothing leads to the direct one", async () => {
  using server = new PingServer();
  const seam = newEndpoint();
  const silent = listen(seam, () => {});
  const options = { budgets: { ...PATIENT, signMs: 100 } };
  const tried = await tryConnect(server.endpoint, { RUNNING_PROCESS_FAKE_BACKEND: seam }, options);
  expect(tried).toMatchObject({ route: DIRECT, answered: true });
  silent.stop();
});

test("where seam and daemon are both dead, the error is the direct connection's [broker 9]", async () => {
  const [seam, endpoint] = [deadEndpoint(), deadEndpoint()];
  const error = await withLaneVariables({ RUNNING_PROCESS_FAKE_BACKEND: seam }, () =>
    connectDaemonWithRoute(endpoint).then(
      () => undefined,
      (reason: unknown) => reason,
    ),
  );
  expect(error).toMatchObject({ code: "IO", cause: { code: "ENOENT" } });
  expect(String(error)).toContain(endpoint);
  expect(String(error)).not.toContain(seam);
});

test("where there is no broker, finding that out takes no time to speak of, and nothing is logged [broker 10]", async () => {
  using server = new PingServer();
  const opted = { ZCCACHE_BROKER_CONNECT: "1", XDG_RUNTIME_DIR: deadEndpoint() };
  const timed = async (variables: Parameters<typeof withLaneVariables>[0]): Promise<number> => {
    const began = performance.now();
    expect(await tryConnect(server.endpoint, variables)).toEqual({ route: DIRECT, answered: true, log: "" });
    return performance.now() - began;
  };
  await timed(opted); // loads the lane
  const [bare, asked]: [number[], number[]] = [[], []];
  for (let i = 0; i < 20; i++) {
    bare.push(await timed({}));
    asked.push(await timed(opted));
  }
  // The quickest of twenty: a machine that stalls does not do so each time.
  expect(Math.min(...asked) - Math.min(...bare)).toBeLessThan(50);
});
