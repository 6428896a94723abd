// A daemon of the test's own: answers each message as the test says, well or badly.

import type { Socket, UnixSocketListener } from "bun";
import { decodePayload, encodeFrame } from "../../../src/ipc/codec.ts";
import type { WireMap } from "../../../src/ipc/fields.ts";
import { FrameReader } from "../../../src/ipc/frame-reader.ts";

/** One message and the means to answer it. */
export type Exchange = {
  readonly message: WireMap;
  /** Sends a well-formed message. */
  reply(message: WireMap): void;
  /** Sends bytes as they are. */
  raw(bytes: Uint8Array | string): void;
  /** Closes the connection, once everything has been sent. */
  hangUp(): void;
};

/** What to do with a message. */
export type Behaviour = (exchange: Exchange) => void;

type Peer = { reader: FrameReader; unsent: Uint8Array; hangsUp: boolean };

/** Listens until the end of its scope. */
export class FakeDaemon implements Disposable {
  /** Every message that came, in order. */
  readonly messages: WireMap[] = [];
  /** The payloads that they came in. */
  readonly payloads: Buffer[] = [];
  readonly #listener: UnixSocketListener<Peer>;

  constructor(endpoint: string, behave: Behaviour) {
    const umask = process.umask(0o077);
    this.#listener = Bun.listen<Peer>({
      unix: endpoint,
      socket: {
        open(socket) {
          socket.data = { reader: new FrameReader(), unsent: new Uint8Array(), hangsUp: false };
        },
        drain: (socket) => write(socket, new Uint8Array()),
        data: (socket, piece) => this.#take(socket, Uint8Array.from(piece), behave),
      },
    });
    process.umask(umask);
  }

  /** Messages of one type. */
  all(type: string): WireMap[] {
    return this.messages.filter((message) => message["type"] === type);
  }

  /** The first message of a type. */
  first(type: string): WireMap {
    const [message] = this.all(type);
    if (message === undefined) throw new Error(`Cannot find a ${type}: the client sent none`);
    return message;
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true);
  }

  #take(socket: Socket<Peer>, piece: Uint8Array, behave: Behaviour): void {
    socket.data.reader.push(piece);
    for (let payload = socket.data.reader.next(); payload !== undefined; payload = socket.data.reader.next()) {
      const message = plain(decodePayload(payload));
      this.messages.push(message);
      this.payloads.push(Buffer.from(payload));
      const id = typeof message["id"] === "number" ? message["id"] : undefined;
      behave({
        message,
        reply: (answer) => write(socket, encodeFrame(answer, id)),
        raw: (bytes) => write(socket, Buffer.from(bytes)),
        hangUp: () => hangUp(socket),
      });
    }
  }
}

/** Byte strings as Buffers, which `expect` compares with what `Buffer.from` makes. */
function plain(message: WireMap): WireMap {
  const pairs = Object.entries(message).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value) : value,
  ]);
  return Object.fromEntries(pairs);
}

function hangUp(socket: Socket<Peer>): void {
  socket.data.hangsUp = true;
  if (socket.data.unsent.length === 0) socket.end();
}

function write(socket: Socket<Peer>, bytes: Uint8Array): void {
  const wanted = Buffer.concat([socket.data.unsent, bytes]);
  socket.data.unsent = wanted.subarray(Math.max(0, socket.write(wanted)));
  if (socket.data.hangsUp) hangUp(socket);
}
