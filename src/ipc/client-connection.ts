// The client's end: sends requests, receives checked responses. Every request is numbered, so that the late answer to a
// request that was given up is not taken for the answer to the next one.

import { ZccacheError } from "../core/errors.ts";
import type { Connection } from "./connection.ts";
import { ConnectionEnd } from "./connection-end.ts";
import { asUint, type WireMap } from "./fields.ts";
import type { Request, Response } from "./messages.ts";
import { backpressure, expectProtocol, replyFromWire } from "./replies.ts";

/** Ceiling for callers that can wait for the slowest honest work; never applied by itself. Stand-ins use far less. */
export const DEFAULT_CLIENT_RECEIVE_TIMEOUT_MS = 300_000;

/** Codes of errors after which the next message may be read. */
const UNREADABLE: ReadonlySet<string> = new Set(["MESSAGE", "DAEMON_ANSWER", "VERSION_MISMATCH"]);

/** A connection to the daemon. `receive` may also throw `DAEMON_ANSWER` or `VERSION_MISMATCH`: an unusable response. */
export class ClientConnection extends ConnectionEnd implements Connection<Response, Request> {
  #lastId = 0;
  /** Answers to requests up to this one are not wanted any more. */
  #abandoned = 0;

  send(request: Request): void {
    this.sendMap(request);
  }

  async receive(timeoutMs = this.receiveTimeout): Promise<Response | "closed"> {
    const message = await this.receiveMap(timeoutMs);
    return message === "closed" ? message : replyFromWire(message);
  }

  /** Sends a request in the wire's form. */
  sendMap(request: WireMap): void {
    this.wire.send(request, this.#lastId + 1);
    this.#lastId += 1;
  }

  /** As `receive`, for an answer that the caller checks. */
  async receiveMap(timeoutMs = this.receiveTimeout): Promise<WireMap | "closed"> {
    const deadline = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
    try {
      for (;;) {
        const message = await this.wire.receive(deadline === undefined ? undefined : deadline - performance.now());
        if (message === "closed" || this.#isWanted(message)) return message;
      }
    } catch (error) {
      if (!(error instanceof ZccacheError) || error.code !== "TIMEOUT") throw error;
      this.#abandoned = this.#lastId;
      throw new ZccacheError("TIMEOUT", `Cannot wait for the daemon any longer: no answer within ${timeoutMs} ms`);
    }
  }

  /**
   * Sends a request in the wire's form and gives its answer. A daemon with too much to do is asked again, when it says, as
   * long as there is time; the last `Backpressure` is the answer then. @throws {ZccacheError} As `receive`.
   */
  async askMap(request: WireMap, timeoutMs = this.receiveTimeout): Promise<WireMap | "closed"> {
    const deadline = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
    for (;;) {
      this.sendMap(request);
      const reply = await this.receiveMap(timeoutMs === undefined ? undefined : deadline - performance.now());
      if (reply === "closed") return reply;
      expectProtocol(reply);
      if (reply["type"] !== "Backpressure") return reply;
      const pause = Math.max(1, backpressure(reply).retry_after_ms);
      if (performance.now() + pause > deadline) return reply;
      await Bun.sleep(pause);
    }
  }

  /**
   * Gives the daemon up: from now on it knows that we have left. Fulfilled with what it had sent until then and nobody has
   * received; what can't be read is left out.
   */
  async leave(): Promise<Response[]> {
    this.wire.shutDown();
    // A turn of the event loop reads what the kernel has.
    await Bun.sleep(1);
    const replies: Response[] = [];
    for (;;) {
      try {
        const message = await this.wire.receive(0);
        if (message === "closed") return replies;
        replies.push(replyFromWire(message));
      } catch (error) {
        if (!(error instanceof ZccacheError) || !UNREADABLE.has(error.code)) return replies;
      }
    }
  }

  /** @throws {ZccacheError} `DAEMON_ANSWER` for the answer to a question that was never asked. */
  #isWanted(message: WireMap): boolean {
    const id = asUint(message["id"]);
    if (id !== undefined && id > this.#lastId) {
      throw new ZccacheError("DAEMON_ANSWER", `Cannot use the daemon's answer to request ${id}: there was none`);
    }
    return id === undefined || id > this.#abandoned;
  }
}
