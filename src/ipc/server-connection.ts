// The daemon's end: receives checked requests, sends responses. What cannot be served is answered here with an Error, so
// that callers only see good requests; responses carry the id of the request that was received last.

import { describeError, ZccacheError } from "../core/errors.ts";
import type { Connection, Peer } from "./connection.ts";
import { asUint, type WireMap } from "./fields.ts";
import type { Request, Response } from "./messages.ts";
import { replyToWire } from "./replies.ts";
import { readRequest } from "./requests.ts";
import type { WireConnection } from "./wire-connection.ts";

/**
 * A connection to a client. `receive` also throws `VERSION_MISMATCH`, after the client was told and the connection
 * closed. It reads no further request before the client has taken the answers it was sent.
 */
export class ServerConnection implements Connection<Request, Response> {
  readonly #wire: WireConnection;
  #id: number | undefined;

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

  /** True if the client has closed its end, even if no event has told so yet. */
  hasLeft(): boolean {
    return this.#wire.hasLeft();
  }

  send(response: Response): void {
    this.#wire.send(replyToWire(response), this.#id);
  }

  flushed(): Promise<void> {
    return this.#wire.flushed();
  }

  async receive(timeoutMs = this.receiveTimeout): Promise<Request | "closed"> {
    await this.#flushedWithin(timeoutMs);
    for (;;) {
      const message = await this.#receiveMap(timeoutMs);
      if (message === "closed") return message;
      const request = message === "answered" ? undefined : this.#check(message);
      if (request !== undefined) return request;
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

  async #flushedWithin(timeoutMs: number | undefined): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const late = new ZccacheError("TIMEOUT", `Cannot go on: the client took no answer within ${timeoutMs} ms`);
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => reject(late), timeoutMs);
    try {
      await Promise.race([this.#wire.flushed(), promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #receiveMap(timeoutMs: number | undefined): Promise<WireMap | "closed" | "answered"> {
    try {
      return await this.#wire.receive(timeoutMs);
    } catch (error) {
      if (!(error instanceof ZccacheError) || error.code !== "MESSAGE") throw error;
      this.#id = undefined;
      this.send({ type: "Error", message: describeError(error) });
      return "answered";
    }
  }

  #check(message: WireMap): Request | undefined {
    this.#id = asUint(message["id"]);
    const read = readRequest(message);
    if (read.kind === "request") return read.request;
    this.send({ type: "Error", message: read.message });
    if (read.kind === "refused") return undefined;
    this.close();
    throw new ZccacheError("VERSION_MISMATCH", read.message);
  }
}
