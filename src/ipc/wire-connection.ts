// Decoded maps over a Bun socket: what both ends share. Handlers never throw into Bun: whatever goes wrong is told to
// whoever receives or waits next.

import type { Socket, SocketHandler } from "bun";
import { ZccacheError } from "../core/errors.ts";
import { hasHungUp, peerCredentials } from "../sys/libc.ts";
import { decodePayload, encodeFrame } from "./codec.ts";
import type { Peer } from "./connection.ts";
import type { WireMap } from "./fields.ts";
import { FrameReader, MAX_PAYLOAD } from "./frame-reader.ts";
import { type Stranger, TELLING_BYTES } from "./stranger.ts";

// A peer that sends on without waiting for answers: two frames at most may wait here, then it is cut off.
const MAX_UNREAD = 2 * MAX_PAYLOAD;

/** Waiter of the one `receive` under way. */
type Waiter = { check(): void };

/** Moves decoded maps over a socket. Made by `socketHandlers` when a socket opens. */
export class WireConnection {
  readonly peer: Peer;
  readonly closed: Promise<void>;
  receiveTimeout: number | undefined;
  readonly #socket: Socket<WireConnection | undefined>;
  readonly #reader = new FrameReader();
  readonly #closing = Promise.withResolvers<void>();
  #unsent: Uint8Array[] = [];
  #flushing: PromiseWithResolvers<void> | undefined;
  #waiter: Waiter | undefined;
  #isClosed = false;
  /** Whom the connection may be for, until its first bytes tell. */
  #stranger: Stranger | undefined;
  /** Takes what comes in our place. */
  #diverted: ((piece: Uint8Array) => void) | undefined;
  #failure: ZccacheError | undefined;

  constructor(socket: Socket<WireConnection | undefined>) {
    this.#socket = socket;
    this.peer = peerOf(socket);
    this.closed = this.#closing.promise;
  }

  /** See `Connection.send`. */
  send(message: WireMap, id?: number): void {
    this.sendBytes(encodeFrame(message, id));
  }

  /** See `RawEnd.sendBytes`. */
  sendBytes(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#unsent.push(bytes);
    if (this.#unsent.length === 1) this.onDrain();
  }

  /** Before anything has come: hands the connection over if its first bytes are the stranger's. `receive` gives "closed". */
  offerTo(stranger: Stranger): void {
    this.#stranger = stranger;
  }

  /** True if the kernel has taken everything sent so far. */
  isFlushed(): boolean {
    return !this.#isClosed && this.#unsent.length === 0;
  }

  /** See `Connection.flushed`. */
  flushed(): Promise<void> {
    if (this.#isClosed || this.#unsent.length === 0) return Promise.resolve();
    this.#flushing ??= Promise.withResolvers<void>();
    return this.#flushing.promise;
  }

  /** See `Connection.receive`. */
  async receive(timeoutMs = this.receiveTimeout): Promise<WireMap | "closed"> {
    if (this.#waiter !== undefined) throw new Error("Cannot receive: another receive is under way");
    return this.#next() ?? (await this.#wait(timeoutMs));
  }

  /** Closes at once; what was not taken by the kernel yet is lost. */
  close(): void {
    if (this.#isClosed) return;
    this.onClosed(undefined);
    this.#socket.terminate();
  }

  /** Closes this end for sending: the peer's `hasLeft` is true from now on. What has come, and comes, can still be received. */
  shutDown(): void {
    if (!this.#isClosed) this.#socket.shutdown();
  }

  /** True if the peer has closed its end, even if no event has told so yet. */
  hasLeft(): boolean {
    return this.#isClosed || hasHungUp(descriptorOf(this.#socket));
  }

  /** A piece of the stream has come. */
  onData(piece: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#diverted !== undefined) {
      this.#diverted(piece);
      return;
    }
    this.#reader.push(piece);
    if (this.#stranger !== undefined && this.#reader.buffered >= TELLING_BYTES) this.#tell(this.#stranger);
    this.#waiter?.check();
    if (this.#reader.buffered > MAX_UNREAD) {
      this.#fail(new ZccacheError("FRAME_TOO_LARGE", `Cannot keep more than ${MAX_UNREAD} bytes of unread messages`));
    }
  }

  /** The kernel takes bytes again. `write` takes what fits and forgets the rest, which stays queued here. */
  onDrain(): void {
    for (let frame = this.#unsent[0]; frame !== undefined; frame = this.#unsent[0]) {
      const taken = this.#socket.write(frame);
      if (taken < frame.length) {
        if (taken > 0) this.#unsent[0] = frame.subarray(taken);
        return;
      }
      this.#unsent.shift();
    }
    this.#flushing?.resolve();
    this.#flushing = undefined;
  }

  /** The connection has ended, with an error of the system's or without. */
  onClosed(error: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (error !== undefined) this.#failure ??= new ZccacheError("IO", "Cannot use the connection", { cause: error });
    this.#unsent = [];
    this.#flushing?.resolve();
    this.#flushing = undefined;
    this.#waiter?.check();
    this.#closing.resolve();
  }

  #tell(stranger: Stranger): void {
    this.#stranger = undefined;
    const come = this.#reader.peek();
    if (!stranger.isMeant(come.subarray(0, TELLING_BYTES))) return;
    this.#reader.clear();
    this.#diverted = stranger.serve(this);
    this.#diverted(come);
  }

  #wait(timeoutMs: number | undefined): Promise<WireMap | "closed"> {
    const { promise, resolve, reject } = Promise.withResolvers<WireMap | "closed">();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // The waiter goes before its promise is settled: the next piece may hold a message that is not meant for it.
    const settle = (tell: () => void) => {
      clearTimeout(timer);
      this.#waiter = undefined;
      tell();
    };
    const check = () => {
      try {
        const message = this.#next();
        if (message !== undefined) settle(() => resolve(message));
      } catch (error) {
        settle(() => reject(error));
      }
    };
    if (timeoutMs !== undefined) {
      timer = setTimeout(() => settle(() => reject(timeout(timeoutMs))), Math.max(0, timeoutMs));
    }
    this.#waiter = { check };
    return promise;
  }

  /** A message if one is complete, "closed" if none will come any more, undefined if it is to be waited for. */
  #next(): WireMap | "closed" | undefined {
    const payload = this.#nextPayload();
    if (payload !== undefined) return decodePayload(payload);
    if (!this.#isClosed) return undefined;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#reader.buffered === 0) return "closed";
    throw new ZccacheError("CONNECTION_CLOSED", "Cannot read a message: the peer closed the connection inside of it");
  }

  #nextPayload(): Uint8Array | undefined {
    try {
      return this.#reader.next();
    } catch (error) {
      this.#stranger = undefined; // that was the first frame, if a bad one
      if (error instanceof ZccacheError && error.code === "FRAME_TOO_LARGE") this.#fail(error);
      throw error;
    }
  }

  /** Closes because of an error that every later `receive` shall tell. */
  #fail(error: ZccacheError): void {
    this.#failure = error;
    this.close();
  }
}

/** Handlers for Bun.listen and Bun.connect. `opened` gets each connection; if it throws, the connection is closed. */
export function socketHandlers(
  opened: (connection: WireConnection) => void,
): SocketHandler<WireConnection | undefined> {
  return {
    open(socket) {
      try {
        socket.data = new WireConnection(socket);
        opened(socket.data);
      } catch {
        // Nobody could be told: neither side has sent anything on this connection yet.
        socket.terminate();
      }
    },
    data: (socket, piece) => socket.data?.onData(piece),
    drain: (socket) => socket.data?.onDrain(),
    error: (socket, error) => socket.data?.onClosed(error),
    close: (socket, error) => socket.data?.onClosed(error),
  };
}

function timeout(milliseconds: number): ZccacheError {
  return new ZccacheError("TIMEOUT", `Cannot receive a message: none came within ${milliseconds} ms`);
}

/** Who is at the other end of a connected socket. @throws {ZccacheError} `IO` for a socket that is closed. */
export function peerOf(socket: object): Peer {
  return peerCredentials(descriptorOf(socket));
}

function descriptorOf(socket: object): number {
  // Bun has the descriptor, its type declarations have not.
  if (!("fd" in socket) || typeof socket.fd !== "number") {
    throw new ZccacheError("IO", "Cannot tell who is at the other end: the socket has no descriptor");
  }
  return socket.fd;
}
