// A broker of the test's own at a Unix socket: takes one frame of each client and answers with the bytes that it is given.

import type { UnixSocketListener } from "bun";

/** What to answer a body with; nothing: silence. */
export type BrokerAnswer = (body: Buffer) => Uint8Array | undefined;

/** Listens until the end of its scope. */
export class FakeBroker implements Disposable {
  /** Bodies of the frames that came. */
  readonly bodies: Buffer[] = [];
  readonly #listener: UnixSocketListener<{ come: Buffer }>;

  constructor(endpoint: string, answer: BrokerAnswer) {
    this.#listener = Bun.listen<{ come: Buffer }>({
      unix: endpoint,
      socket: {
        open(socket) {
          socket.data = { come: Buffer.alloc(0) };
        },
        data: (socket, piece) => {
          socket.data.come = Buffer.concat([socket.data.come, piece]);
          const { come } = socket.data;
          if (come.length < 5 || come.length < 5 + come.readUInt32LE(1)) return;
          if (come[0] !== 1) throw new Error("no frame of a broker's");
          const body = come.subarray(5);
          this.bodies.push(body);
          const bytes = answer(body);
          if (bytes !== undefined) socket.write(bytes);
        },
      },
    });
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true);
  }
}
