import { describe, expect, test } from "bun:test";
import { type Client, connectClient } from "../../../src/client/client.ts";
import { ZccacheError } from "../../../src/core/errors.ts";
import type { WireMap } from "../../../src/ipc/fields.ts";
import { type Behaviour, FakeDaemon } from "../../integration/client/fake-daemon.ts";
import { fileTree } from "../../support/file-tree.ts";

type Scene = { client: Client; daemon: FakeDaemon };

/** A client of a daemon that answers as given. */
async function withDaemon(answer: Behaviour | WireMap, act: (scene: Scene) => Promise<void>): Promise<void> {
  using tree = fileTree();
  const behave =
    typeof answer === "function" ? answer : ({ reply }: { reply(message: WireMap): void }) => reply(answer);
  using daemon = new FakeDaemon(tree.at("daemon.sock"), behave);
  using client = await connectClient(tree.at("daemon.sock"));
  await act({ client, daemon });
}

async function errorOf(work: Promise<unknown>): Promise<ZccacheError> {
  const error = await work.then(
    (value) => new Error(`it answered ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (error instanceof ZccacheError) return error;
  throw error;
}

const ACK = { type: "FingerprintAck" };
const CHECK = {
  cache_file: "/c\xff",
  cache_type: "hash",
  root: "/r",
  extensions: [],
  include_globs: ["**/*.rs"],
  exclude: [],
} as const;

describe("Client.ask", () => {
  test("sends the call in the wire's form and gives the checked reply, defaults applied", async () => {
    const answer = { type: "FingerprintCheckResult", decision: "run", reason: null, unknown: 1 };
    await withDaemon(answer, async ({ client, daemon }) => {
      const lists = { extensions: [], include_globs: ["**/*.rs"], exclude: [] };
      expect(await client.ask("FingerprintCheck", { ...CHECK, ...lists })).toEqual({
        type: "FingerprintCheckResult",
        decision: "run",
        reason: undefined,
        changed_files: [],
      });
      const [{ cache_file, ...request } = {}] = daemon.messages;
      expect(request).toMatchObject({ v: 1, type: "FingerprintCheck", root: "/r", include_globs: ["**/*.rs"] });
      expect(cache_file).toEqual(new Uint8Array(Buffer.from("/c\xff", "latin1")));
    });
  });

  const bad: readonly (readonly [field: string, ask: (client: Client) => Promise<unknown>])[] = [
    ["cache_key", (client) => client.ask("Lookup", { cache_key: "XYZ" })],
    ["cache_file", (client) => client.ask("FingerprintInvalidate", { cache_file: "/\u20ac" })],
    [
      "artifact.outputs.0.name",
      (client) => {
        const outputs = [{ name: 1 as unknown as string, payload: { path: "/x" } }];
        const none = new Uint8Array();
        return client.ask("Store", {
          cache_key: "ab",
          artifact: { outputs, stdout: none, stderr: none, exit_code: 0 },
        });
      },
    ],
    [
      "artifact.exit_code",
      (client) => {
        const none = new Uint8Array();
        return client.ask("Store", {
          cache_key: "ab",
          artifact: { outputs: [], stdout: none, stderr: none, exit_code: 0.5 },
        });
      },
    ],
  ];
  test.each(bad)("says that field %s can't be sent, sends nothing, and the next call works", async (field, ask) => {
    await withDaemon(ACK, async ({ client, daemon }) => {
      const error = await errorOf(ask(client));
      expect([error.code, error.message]).toEqual(["MESSAGE", expect.stringContaining(`field "${field}"`)]);
      expect(daemon.messages).toEqual([]);
      expect(await client.ask("FingerprintInvalidate", { cache_file: "/x" })).toEqual({ type: "FingerprintAck" });
    });
  });

  const unusable: readonly (readonly [answer: WireMap, says: string])[] = [
    [{ type: "Error", message: "Cannot look: no" }, "Cannot look: no"],
    [{ type: "Pong" }, "it answered Pong"],
    [{ type: "LookupResult", result: "Perhaps" }, 'field "result"'],
    [{ type: "LookupResult" }, 'field "result"'],
  ];
  test.each(unusable)("throws DAEMON_ANSWER for %j", async (answer, says) => {
    await withDaemon(answer, async ({ client }) => {
      const error = await errorOf(client.ask("Lookup", { cache_key: "ab" }));
      expect([error.code, error.message]).toEqual(["DAEMON_ANSWER", expect.stringContaining(says)]);
    });
  });

  test("throws CONNECTION_CLOSED when the daemon goes away, TIMEOUT when it says nothing", async () => {
    await withDaemon(
      ({ hangUp }) => hangUp(),
      async ({ client }) => {
        expect((await errorOf(client.ask("Lookup", { cache_key: "ab" }))).code).toBe("CONNECTION_CLOSED");
      },
    );
    await withDaemon(
      () => {},
      async ({ client }) => {
        expect((await errorOf(client.ask("Lookup", { cache_key: "ab" }, 50))).code).toBe("TIMEOUT");
      },
    );
  });

  test("does not take the late answer to a call that was given up for the answer to the next", async () => {
    let first: (() => void) | undefined;
    await withDaemon(
      ({ message, reply }) => {
        const { id, cache_key } = message;
        const answer = () => reply({ type: "LookupResult", result: "Miss", id });
        if (cache_key === "01") first = () => reply({ type: "LookupResult", result: "Hit", id });
        else {
          first?.();
          answer();
        }
      },
      async ({ client }) => {
        expect((await errorOf(client.ask("Lookup", { cache_key: "01" }, 50))).code).toBe("TIMEOUT");
        expect(await client.ask("Lookup", { cache_key: "02" })).toMatchObject({ result: "Miss" });
      },
    );
  });
});

test("connectClient() throws what dial does where nobody serves", async () => {
  using tree = fileTree();
  expect((await errorOf(connectClient(tree.at("none.sock")))).code).toBe("IO");
});
