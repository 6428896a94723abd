// The daemon's end: receives checked requests, sends responses. What cannot be served is answered here with an Error, so
// that callers only see good requests; responses carry the id of the request that was received last.

import { describeError, ZccacheError } from "../core/errors.ts";
import { turns } from "../sys/turn.ts";
import type { Connection } from "./connection.ts";
import { ConnectionEnd } from "./connection-end.ts";
import { asUint, type WireMap } from "./fields.ts";
import type { ExecDoneRequest, Request, Response } from "./messages.ts";
import { replyToWire } from "./replies.ts";
import { readRequest } from "./requests.ts";
import type { CallRequest } from "./schemas/calls.ts";
import type { Stranger } from "./stranger.ts";

const MAX_KEPT = 16;

/**
 * A connection to a client. `receive` also throws `VERSION_MISMATCH`, after the client was told and the connection
 * closed. It reads no further request before the client has taken the answers it was sent.
 */
export class ServerConnection extends ConnectionEnd implements Connection<Request | CallRequest, Response> {
  #id: number | undefined;
  #refusedProtocol: number | string | undefined;
  /** Requests that came while another one was expected, and their ids. */
  readonly #kept: { readonly id: number | undefined; readonly request: Request | CallRequest }[] = [];

  /** The protocol that the client speaks, if it is another one; as text if it is no number. */
  get refusedProtocol(): number | string | undefined {
    return this.#refusedProtocol;
  }

  /** Before anything has come: hands the connection over if its first bytes are the stranger's. `receive` gives "closed". */
  offerTo(stranger: Stranger): void {
    this.wire.offerTo(stranger);
  }

  send(response: Response): void {
    this.wire.send(replyToWire(response), this.#id);
  }

  /** Sends the reply to a call, which is in the wire's form already. */
  sendMap(reply: WireMap): void {
    this.wire.send(reply, this.#id);
  }

  /** Sends; true if the kernel has taken all of it. */
  sendNow(response: Response): boolean {
    this.send(response);
    return this.wire.isFlushed();
  }

  async receive(timeoutMs = this.receiveTimeout): Promise<Request | CallRequest | "closed"> {
    await this.#flushedWithin(timeoutMs);
    const kept = this.#kept.shift();
    if (kept === undefined) return await this.#receiveNew(timeoutMs);
    this.#id = kept.id;
    return kept.request;
  }

  /**
   * The report on the tool that the client runs. Requests that the client sends meanwhile are given by later calls of
   * `receive`; sixteen of them are kept. @throws {ZccacheError} As `receive`, and `CONNECTION_CLOSED` for one too many.
   */
  async receiveReport(timeoutMs = this.receiveTimeout): Promise<ExecDoneRequest | "closed"> {
    for (;;) {
      const request = await this.#receiveNew(timeoutMs);
      if (request === "closed" || request.type === "ExecDone") return request;
      if (this.#kept.length === MAX_KEPT) {
        throw new ZccacheError("CONNECTION_CLOSED", "Cannot go on: the client asks more than can be kept");
      }
      this.#kept.push({ id: this.#id, request });
    }
  }

  async #receiveNew(timeoutMs: number | undefined): Promise<Request | CallRequest | "closed"> {
    for (;;) {
      const message = await this.#receiveMap(timeoutMs);
      if (message === "closed") return message;
      // Requests of many clients come in one turn of the event loop.
      if (turns.isLong) await turns.next("answer");
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

  #check(message: WireMap): Request | CallRequest | undefined {
    this.#id = asUint(message["id"]);
    const read = readRequest(message);
    if (read.kind === "request") return read.request;
    this.send({ type: "Error", message: read.message });
    if (read.kind === "refused") return undefined;
    this.#refusedProtocol = read.protocol;
    this.close();
    throw new ZccacheError("VERSION_MISMATCH", read.message);
  }
}
