// What a connection offers, the same at both ends: client-connection.ts and server-connection.ts implement it.

/** Process and user at the other end. */
export type Peer = { readonly pid: number; readonly uid: number; readonly gid: number };

/** A connection that receives `In` and sends `Out`; the same for client and daemon. */
export type Connection<In, Out> = Disposable & {
  readonly peer: Peer;
  /** Milliseconds that every `receive` may take; undefined on a fresh connection: without bound. */
  readonly receiveTimeout: number | undefined;
  /** Fulfilled when the connection is closed, by either side; never rejected. */
  readonly closed: Promise<void>;
  /**
   * Queues a message and writes what the kernel takes. A peer that has gone away does not get it, which `receive` and
   * `closed` tell.
   * @throws {ZccacheError} `MESSAGE` or `FRAME_TOO_LARGE`: nothing was sent and the connection is as usable as before.
   */
  send(message: Out): void;
  /** Fulfilled when the kernel has taken everything sent so far, or the connection is closed. */
  flushed(): Promise<void>;
  /**
   * The next message, or "closed" after a clean close. One call at a time.
   * @param timeoutMs For this call, instead of `receiveTimeout`. Bytes that trickle in do not extend it.
   * @throws {ZccacheError} `TIMEOUT` (still connected), `MESSAGE` (that frame is consumed), `FRAME_TOO_LARGE`,
   * `CONNECTION_CLOSED` (inside a frame) or `IO`; the last three leave the connection closed.
   */
  receive(timeoutMs?: number): Promise<In | "closed">;
  setReceiveTimeout(milliseconds: number): void;
  clearReceiveTimeout(): void;
  close(): void;
};
