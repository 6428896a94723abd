// A broker's probe at the daemon's own endpoint: told from a client by its first bytes, answered once, closed.

import { ZccacheError } from "../core/errors.ts";
import type { RawEnd, Stranger } from "../ipc/stranger.ts";
import { FirstFrame, isBrokerHead } from "./frame.ts";
import type { Identity } from "./identity.ts";

// A probe has 50 bytes or so. What is longer is none, and need not be kept.
const MAX_PROBE_BYTES = 4096;

// The peer waits half a second for its answer.
const PATIENCE_MS = 5000;

/** What answering takes. */
export type ProbeServing = {
  /** Rejects where there is no identity to tell: a probe is closed then. */
  readonly identity: Promise<Identity>;
  /** Marks work as in progress until the result is disposed. */
  readonly begin: () => Disposable;
};

/** Recognizes and answers probes. Whatever is no good one is closed. */
export function probeStranger(serving: ProbeServing): Stranger {
  return { isMeant: isBrokerHead, serve: (connection) => serveProbe(connection, serving) };
}

function serveProbe(connection: RawEnd, { identity, begin }: ProbeServing): (piece: Uint8Array) => void {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const late = new ZccacheError("TIMEOUT", "Cannot wait for the rest of a probe");
  const timer = setTimeout(() => reject(late), PATIENCE_MS);
  const frame = new FirstFrame(MAX_PROBE_BYTES);
  void answer(promise).catch(() => connection.close());
  return (piece) => {
    try {
      const body = frame.push(piece);
      if (body !== undefined) resolve(body);
    } catch (error) {
      reject(error);
    }
  };

  async function answer(probe: Promise<Uint8Array>): Promise<void> {
    using _busy = begin();
    try {
      const body = await probe;
      const { answerToProbe } = await import("./answer-probe.ts");
      connection.sendBytes(answerToProbe(body, await identity));
      await connection.flushed();
    } finally {
      clearTimeout(timer);
      connection.close();
    }
  }
}
