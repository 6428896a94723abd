// The daemon's end: receives checked requests, sends responses. What cannot be served is answered here with an Error, so
// that callers only see good requests; responses carry the id of the request that was received last.

import { describeError, ZccacheError } from "../core/errors.ts";
import type { Connection } from "./connection.ts";
import { ConnectionEnd } from "./connection-end.ts";
import { asUint, type WireMap } from "./fields.ts";
import type { Request, Response } from "./messages.ts";
import { replyToWire } from "./replies.ts";
import { readRequest } from "./requests.ts";

/**
 * A connection to a client. `receive` also throws `VERSION_MISMATCH`, after the client was told and the connection
 * closed. It reads no further request before the client has taken the answers it was sent.
 */
export class ServerConnection extends ConnectionEnd implements Connection<Request, Response> {
  #id: number | undefined;

  /** True if the client has closed its end, even if no event has told so yet. */
  hasLeft(): boolean {
    return this.wire.hasLeft();
  }

  send(response: Response): void {
    this.wire.send(replyToWire(response), this.#id);
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

  async #flushedWithin(timeoutMs: number | undefined): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const late = new ZccacheError("TIMEOUT", `Cannot go on: the client took no answer within ${timeoutMs} ms`);
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => reject(late), timeoutMs);
    try {
      await Promise.race([this.wire.flushed(), promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #receiveMap(timeoutMs: number | undefined): Promise<WireMap | "closed" | "answered"> {
    try {
      return await this.wire.receive(timeoutMs);
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
