// Both clients on the lane: what a call of the executable does under the lane's variables, and whom it tells what.

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, chownSync, existsSync, mkdirSync } from "node:fs";
import { brokerFrame, negotiated, refused } from "../../support/broker-wire.ts";
import { type BrokerAnswer, FakeBroker } from "../../support/fake-broker.ts";
import { CLIENTS } from "../client/clients.ts";
import { type Behaviour, FakeDaemon } from "../client/fake-daemon.ts";
import { delivered, type Scene, scenesOf } from "../client/scene.ts";

setDefaultTimeout(600_000);

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

const REAL = "#!/bin/sh\necho real\n";

/** Answers a Ping, and a call with this text. */
function says(text: string): Behaviour {
  return ({ message, reply }) => reply(message["type"] === "Ping" ? { type: "Pong" } : delivered(0, text));
}

/** A client gives the lane up after some 100 ms, and a machine that runs tests may stall for longer: then it is repeated. */
async function inTime<Result>(attempt: () => Promise<Result>, isThrough: (result: Result) => boolean): Promise<Result> {
  for (let left = 10; ; left--) {
    const result = await attempt();
    if (isThrough(result) || left === 0) return result;
  }
}

describe.each(CLIENTS)("the %s client", (_, binary) => {
  const scene = () => scenesOf(binary)({ "tools/gcc": REAL });
  const call = async (at: Scene, variables: Record<string, string>): Promise<readonly [number, string, string]> => {
    const { exitCode, stdout, stderr } = await at.run(["gcc", "-c", "a.c"], { env: { ...at.env, ...variables } });
    return [exitCode, stdout, stderr];
  };
  const ledTo = async (text: string, at: Scene, variables: Record<string, string>) => {
    const led = await inTime(
      () => call(at, variables),
      ([, stdout]) => stdout === text,
    );
    expect(led).toEqual([0, text, ""]);
  };

  test("goes where RUNNING_PROCESS_FAKE_BACKEND says, and past it with RUNNING_PROCESS_DISABLE=1 [broker 2, broker 3]", async () => {
    using at = scene();
    using _own = at.daemon(says("own"));
    using other = new FakeDaemon(at.tree.at("other.sock"), says("other"));
    const seam = { RUNNING_PROCESS_FAKE_BACKEND: at.tree.at("other.sock") };
    await ledTo("other", at, seam);
    const before = other.messages.length;
    expect(await call(at, { ...seam, ZCCACHE_BROKER_CONNECT: "1", RUNNING_PROCESS_DISABLE: "1" })).toEqual([
      0,
      "own",
      "",
    ]);
    expect(other.messages.length).toBe(before);
  });

  test("says nothing of a seam that is dead; the log beside the daemon's does [broker 4]", async () => {
    using at = scene();
    using _own = at.daemon(says("own"));
    expect(await call(at, { RUNNING_PROCESS_FAKE_BACKEND: at.tree.at("dead.sock") })).toEqual([0, "own", ""]);
    const [log] = [...new Bun.Glob("cache/v*/logs/broker-lane.log").scanSync(at.tree.path)];
    const lines = at.tree
      .read(log ?? "there is no log")
      .toString()
      .trimEnd()
      .split("\n");
    expect(lines).toEqual([expect.stringMatching(/ WARN .*dead\.sock/)]);
  });

  test("goes where the broker says [broker 11]", async () => {
    using at = scene();
    using _own = at.daemon(says("own"));
    using _other = new FakeDaemon(at.tree.at("other.sock"), says("other"));
    const socket = at.tree.at("broker.sock");
    using _broker = new FakeBroker(socket, () => negotiated(at.tree.at("other.sock")));
    const variables = { ZCCACHE_BROKER_CONNECT: "1", ZCCACHE_BROKER_ENDPOINT: socket };
    await ledTo("other", at, variables);
  });

  test("finds the broker's socket by its name [broker 11]", async () => {
    using at = scene();
    using _other = new FakeDaemon(at.tree.at("other.sock"), says("other"));
    mkdirSync(at.tree.at("run/running-process/broker"), { recursive: true });
    const socket = at.tree.at("run/running-process/broker/rpb-v1-0011223344556677-shared.sock");
    using _broker = new FakeBroker(socket, () => negotiated(at.tree.at("other.sock")));
    const variables = { ZCCACHE_BROKER_CONNECT: "1", XDG_RUNTIME_DIR: at.tree.at("run") };
    await ledTo("other", at, variables);
  });

  test.each<readonly [how: string, answer: BrokerAnswer | undefined]>([
    ["is not there", undefined],
    ["refuses", () => refused(2)],
    ["says nothing", () => undefined],
    ["says nonsense", () => brokerFrame(Buffer.from("\xff\xff", "latin1"))],
  ])("goes to its own daemon, without a word, where the broker %s [broker 10, broker 11]", async (_how, answer) => {
    using at = scene();
    using _own = at.daemon(says("own"));
    const socket = at.tree.at("broker.sock");
    using _broker = answer === undefined ? undefined : new FakeBroker(socket, answer);
    const variables = { ZCCACHE_BROKER_CONNECT: "1", ZCCACHE_BROKER_ENDPOINT: socket };
    expect(await call(at, variables)).toEqual([0, "own", ""]);
    const logs = [...new Bun.Glob("cache/v*/logs/broker-lane.log").scanSync(at.tree.path)];
    expect(logs).toEqual([]);
  });

  test("tells its environment to nobody who does not speak as a daemon does [broker 12]", async () => {
    using at = scene();
    using own = at.daemon(says("own"));
    const heard: Buffer[] = [];
    using server = listenRaw(at.tree.at("other.sock"), heard, "* OK IMAP4rev1 ready\r\n");
    using _broker = new FakeBroker(at.tree.at("broker.sock"), () => negotiated(server.path));
    const variables = { ZCCACHE_BROKER_CONNECT: "1", ZCCACHE_BROKER_ENDPOINT: at.tree.at("broker.sock") };
    const told = await inTime(
      () => call(at, { ...variables, SECRET: "hunter2" }),
      () => heard.length > 0,
    );
    expect(told).toEqual([0, "own", ""]);
    expect(Buffer.concat(heard).toString("latin1")).not.toContain("hunter2");
    expect(Buffer.concat(heard).toString("latin1")).toContain("Ping");
    expect(String(own.first("Invoke")["env"])).toContain("SECRET=hunter2");
  });

  test.if(isRoot)("tells a server of another user nothing at all [broker 12]", async () => {
    using at = scene();
    using _own = at.daemon(says("own"));
    const heard: Buffer[] = [];
    mkdirSync(at.tree.at("foreign"));
    chownSync(at.tree.at("foreign"), NOBODY, NOBODY);
    chmodSync(at.tree.path, 0o711);
    process.seteuid?.(NOBODY);
    using server = listenRaw(at.tree.at("foreign/sock"), heard, "");
    process.seteuid?.(0);
    const named = negotiated(server.path);
    using broker = new FakeBroker(at.tree.at("broker.sock"), () => named);
    const variables = { ZCCACHE_BROKER_CONNECT: "1", ZCCACHE_BROKER_ENDPOINT: at.tree.at("broker.sock") };
    const isAsked = () => broker.bodies.length > 0;
    const told = await inTime(() => call(at, variables), isAsked);
    expect(told).toEqual([0, "own", ""]);
    expect(broker.bodies.length).toBeGreaterThan(0);
    expect(heard).toEqual([]);
    expect(await call(at, { RUNNING_PROCESS_FAKE_BACKEND: server.path })).toEqual([0, "own", ""]);
    expect(heard).toEqual([]);
  });

  test("runs the tool where neither lane nor endpoint lead anywhere", async () => {
    using at = scene();
    expect(await call(at, { RUNNING_PROCESS_FAKE_BACKEND: at.tree.at("dead.sock") })).toEqual([0, "real\n", ""]);
    expect(await call(at, { ZCCACHE_BROKER_CONNECT: "1" })).toEqual([0, "real\n", ""]);
    expect(existsSync(at.endpoint)).toBe(false);
  });
});

/** A server that keeps what it hears and answers each piece with the same words. */
function listenRaw(path: string, heard: Buffer[], answer: string): Disposable & { readonly path: string } {
  const server = Bun.listen({
    unix: path,
    socket: {
      data(socket, piece) {
        heard.push(Buffer.from(piece));
        socket.write(answer);
      },
    },
  });
  return { path, [Symbol.dispose]: () => server.stop(true) };
}
