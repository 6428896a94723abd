// Endpoints and peers for the tests of the transport.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Socket } from "bun";
import type { ClientConnection } from "../../../src/ipc/client-connection.ts";
import { dial } from "../../../src/ipc/dial.ts";
import { type Listener, listen } from "../../../src/ipc/listen.ts";
import type { ServerConnection } from "../../../src/ipc/server-connection.ts";

const root = mkdtempSync(join(tmpdir(), "zccache-test-"));
let count = 0;

/** Holds every endpoint. Each file that takes one says `afterAll(removeScratch)`. */
export const scratch = root;

/** Removes what the tests of a file left. */
export function removeScratch(): void {
  rmSync(root, { recursive: true, force: true });
}

/** A new endpoint at each call, in a directory that does not exist yet. */
export function newEndpoint(): string {
  count += 1;
  mkdirSync(root, { recursive: true, mode: 0o700 });
  return join(root, `run-${count}`, "daemon.sock");
}

/** Answers every Ping, and everything else with an Error, until the connection ends. */
export async function answerPings(connection: ServerConnection): Promise<void> {
  try {
    for (let request = await connection.receive(); request !== "closed"; request = await connection.receive()) {
      connection.send(request.type === "Ping" ? { type: "Pong" } : { type: "Error", message: request.type });
    }
  } catch {
    connection.close();
  }
}

/** A listener and one connection to it, seen from both ends. */
export type Pair = AsyncDisposable & { client: ClientConnection; server: ServerConnection; listener: Listener };

/** Connects a client to a server of this process. */
export async function connectPair(): Promise<Pair> {
  const endpoint = newEndpoint();
  const accepted = Promise.withResolvers<ServerConnection>();
  const listener = listen(endpoint, accepted.resolve);
  const client = await dial(endpoint);
  const server = await accepted.promise;
  return {
    client,
    server,
    listener,
    async [Symbol.asyncDispose]() {
      client.close();
      server.close();
      listener.stop();
    },
  };
}

/** A peer that writes whatever bytes it likes and keeps those it gets. */
export type RawPeer = Disposable & {
  readonly received: Buffer[];
  readonly closed: Promise<void>;
  write(bytes: Uint8Array): void;
  /** Payloads received so far, prefixes cut off. */
  payloads(): Buffer[];
};

/** Connects without our own connection code. */
export async function connectRaw(endpoint: string): Promise<RawPeer> {
  const received: Buffer[] = [];
  const closed = Promise.withResolvers<void>();
  let unsent = Buffer.alloc(0);
  const flush = (socket: Socket) => {
    unsent = unsent.subarray(Math.max(0, socket.write(unsent)));
  };
  const socket = await Bun.connect({
    unix: endpoint,
    socket: {
      data: (_socket, piece) => void received.push(Buffer.from(piece)),
      drain: flush,
      close: () => closed.resolve(),
      error: () => closed.resolve(),
    },
  });
  return {
    received,
    closed: closed.promise,
    write: (bytes) => {
      unsent = Buffer.concat([unsent, bytes]);
      flush(socket);
    },
    payloads: () => cut(Buffer.concat(received)),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

/** A peer of raw bytes and the daemon's end of its connection. */
export type RawToServer = AsyncDisposable & { peer: RawPeer; server: ServerConnection };

/** Connects a raw peer to a server of this process. */
export async function rawToServer(): Promise<RawToServer> {
  const endpoint = newEndpoint();
  const accepted = Promise.withResolvers<ServerConnection>();
  const listener = listen(endpoint, accepted.resolve);
  const peer = await connectRaw(endpoint);
  const server = await accepted.promise;
  return {
    peer,
    server,
    async [Symbol.asyncDispose]() {
      peer[Symbol.dispose]();
      server.close();
      listener.stop();
    },
  };
}

/** A length prefix and a payload. */
export function frame(payload: Uint8Array): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(payload.length);
  return Buffer.concat([prefix, payload]);
}

function cut(bytes: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readUInt32LE(at)) {
    payloads.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32LE(at)));
  }
  return payloads;
}
