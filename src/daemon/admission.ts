// How much the daemon takes on at a time. Who comes beyond that is told in-band, so that a busy daemon is not taken for
// one that hangs.

import type { BackpressureResponse } from "../ipc/messages.ts";
import { descriptorsLeft } from "../sys/descriptors-left.ts";
import { fault } from "../sys/fault.ts";

// Of the 512 connections that the listener keeps (src/ipc/listen.ts), the rest is for those who ask for something else.
// Where descriptors are few both are less in proportion: each call has a connection and a buffer for its trace.
const MAX_CALLS = 448;

const RETRY_MS = 100;

/** Counts the calls of tools that are under way. */
export class Admission {
  #running = 0;
  readonly #limit: number;

  constructor(limit = callLimit()) {
    this.#limit = limit;
  }

  /** A place among those that are served, until it is disposed; or, if all are taken, what to tell the client. */
  enter(): Disposable | BackpressureResponse {
    if (this.#isFull()) return this.#refusal();
    this.#running += 1;
    return {
      [Symbol.dispose]: () => {
        this.#running -= 1;
      },
    };
  }

  #isFull(): boolean {
    try {
      fault("daemon.admission");
    } catch {
      return true;
    }
    return this.#running >= this.#limit;
  }

  #refusal(): BackpressureResponse {
    return {
      type: "Backpressure",
      queue_depth: this.#running,
      retry_after_ms: Math.round(RETRY_MS * (0.5 + Math.random())),
      reason: "compile_queue_full",
    };
  }
}

function callLimit(): number {
  return Math.max(1, Math.min(MAX_CALLS, Math.floor((descriptorsLeft() * 7) / 15)));
}
