// The client's end: sends requests, receives checked responses. Every request is numbered, so that the late answer to a
// request that was given up is not taken for the answer to the next one.

import { ZccacheError } from "../core/errors.ts";
import type { Connection, Peer } from "./connection.ts";
import { asUint } from "./fields.ts";
import type { Request, Response } from "./messages.ts";
import { replyFromWire } from "./replies.ts";
import type { WireConnection } from "./wire-connection.ts";

/** Ceiling for callers that can wait for the slowest honest work; never applied by itself. Stand-ins use far less. */
export const DEFAULT_CLIENT_RECEIVE_TIMEOUT_MS = 300_000;

/** A connection to the daemon. `receive` may also throw `DAEMON_ANSWER` or `VERSION_MISMATCH`: an unusable response. */
export class ClientConnection implements Connection<Response, Request> {
  readonly #wire: WireConnection;
  #lastId = 0;
  /** Answers to requests up to this one are not wanted any more. */
  #abandoned = 0;

  constructor(wire: WireConnection) {
    this.#wire = wire;
  }

  get peer(): Peer {
    return this.#wire.peer;
  }

  get receiveTimeout(): number | undefined {
    return this.#wire.receiveTimeout;
  }

  get closed(): Promise<void> {
    return this.#wire.closed;
  }

  send(request: Request): void {
    this.#wire.send(request, this.#lastId + 1);
    this.#lastId += 1;
  }

  flushed(): Promise<void> {
    return this.#wire.flushed();
  }

  async receive(timeoutMs = this.receiveTimeout): Promise<Response | "closed"> {
    const deadline = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
    try {
      for (;;) {
        const message = await this.#wire.receive(deadline === undefined ? undefined : deadline - performance.now());
        if (message === "closed") return message;
        const id = asUint(message["id"]);
        if (id === undefined || id > this.#abandoned) return replyFromWire(message);
      }
    } catch (error) {
      if (!(error instanceof ZccacheError) || error.code !== "TIMEOUT") throw error;
      this.#abandoned = this.#lastId;
      throw new ZccacheError("TIMEOUT", `Cannot wait for the daemon any longer: no answer within ${timeoutMs} ms`);
    }
  }

  setReceiveTimeout(milliseconds: number): void {
    this.#wire.receiveTimeout = milliseconds;
  }

  clearReceiveTimeout(): void {
    this.#wire.receiveTimeout = undefined;
  }

  close(): void {
    this.#wire.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
