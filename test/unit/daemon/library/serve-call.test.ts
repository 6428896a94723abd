import { expect, test } from "bun:test";
import { ZccacheError } from "../../../../src/core/errors.ts";
import type { CallContext, Handlers } from "../../../../src/daemon/library/handlers.ts";
import { serveCall } from "../../../../src/daemon/library/serve-call.ts";
import type { ServerConnection } from "../../../../src/ipc/server-connection.ts";

const REQUEST = { type: "FingerprintMarkSuccess", cache_file: "/work/f" } as const;

/** What happens, in order, while a call is served; `send` is what sending does. */
async function served(handle: () => void, send: () => void): Promise<string[]> {
  const events: string[] = [];
  const handlers = {
    FingerprintMarkSuccess: (_request: unknown, { replied }: CallContext) => {
      void replied.then(() => events.push("written down"));
      handle();
      return { type: "FingerprintAck" };
    },
  } as unknown as Handlers;
  const connection = {
    sendMap: (map: { type: string }) => {
      events.push(map.type);
      send();
    },
    send: (reply: { type: string }) => events.push(reply.type),
  } as unknown as ServerConnection;
  const done = serveCall(REQUEST, handlers, { connection });
  await done.catch((error: Error) => events.push(error.message));
  return events;
}

test("serveCall() sends the reply, and only then lets the call be written down", async () => {
  expect(
    await served(
      () => {},
      () => {},
    ),
  ).toEqual(["FingerprintAck", "written down"]);
});

test("serveCall() lets a call be written down whose handler refuses, or whose client is gone", async () => {
  const refuse = () => {
    throw new ZccacheError("BAD_REQUEST", "no");
  };
  const leave = () => {
    throw new ZccacheError("CONNECTION_CLOSED", "gone");
  };
  expect(await served(refuse, () => {})).toEqual(["Error", "written down"]);
  expect(await served(() => {}, leave)).toEqual(["FingerprintAck", "written down", "gone"]);
});
