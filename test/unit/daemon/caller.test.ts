import { afterAll, expect, test } from "bun:test";
import { rawToBytes } from "../../../src/core/raw-text.ts";
import { Caller } from "../../../src/daemon/caller.ts";
import { connectPair, removeScratch } from "../ipc/sockets.ts";

afterAll(removeScratch);

const making = { staged: "/b/.staged", place: "/b/l.a" };

test("announce() tells a client that is there what is being made", async () => {
  await using pair = await connectPair();
  using caller = new Caller(pair.server);
  caller.announce(making);
  const [staged, place] = [new Uint8Array(rawToBytes("/b/.staged")), new Uint8Array(rawToBytes("/b/l.a"))];
  const said = await pair.client.receive(1000);
  expect(said).toMatchObject({ type: "Working" });
  if (said === "closed" || said.type !== "Working") throw new Error("another message");
  expect([new Uint8Array(said.staged ?? []), new Uint8Array(said.making ?? [])]).toEqual([staged, place]);
});

test("announce() throws for a client that has given up, be it only for sending", async () => {
  await using pair = await connectPair();
  using caller = new Caller(pair.server);
  const left = pair.client.leave();
  expect(() => caller.announce(making)).toThrow("the client has left");
  await left;
});

test("announce() throws where the client may never read it", async () => {
  await using pair = await connectPair();
  using caller = new Caller(pair.server);
  // No await until then: this process is the client, too.
  pair.server.send({ type: "Error", message: "x".repeat(8 << 20) });
  expect(() => caller.announce(making)).toThrow("the client does not read");
});
