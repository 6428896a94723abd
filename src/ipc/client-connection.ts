// The client's end: sends requests, receives checked responses. Every request is numbered, so that the late answer to a
// request that was given up is not taken for the answer to the next one.

import { ZccacheError } from "../core/errors.ts";
import type { Connection } from "./connection.ts";
import { ConnectionEnd } from "./connection-end.ts";
import { asUint, type WireMap } from "./fields.ts";
import type { Request, Response } from "./messages.ts";
import { replyFromWire } from "./replies.ts";

/** Ceiling for callers that can wait for the slowest honest work; never applied by itself. Stand-ins use far less. */
export const DEFAULT_CLIENT_RECEIVE_TIMEOUT_MS = 300_000;

/** A connection to the daemon. `receive` may also throw `DAEMON_ANSWER` or `VERSION_MISMATCH`: an unusable response. */
export class ClientConnection extends ConnectionEnd implements Connection<Response, Request> {
  #lastId = 0;
  /** Answers to requests up to this one are not wanted any more. */
  #abandoned = 0;

  send(request: Request): void {
    this.wire.send(request, this.#lastId + 1);
    this.#lastId += 1;
  }

  async receive(timeoutMs = this.receiveTimeout): Promise<Response | "closed"> {
    const deadline = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
    try {
      for (;;) {
        const message = await this.wire.receive(deadline === undefined ? undefined : deadline - performance.now());
        if (message === "closed") return message;
        if (this.#isWanted(message)) return replyFromWire(message);
      }
    } catch (error) {
      if (!(error instanceof ZccacheError) || error.code !== "TIMEOUT") throw error;
      this.#abandoned = this.#lastId;
      throw new ZccacheError("TIMEOUT", `Cannot wait for the daemon any longer: no answer within ${timeoutMs} ms`);
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
