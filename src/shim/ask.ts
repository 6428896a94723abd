// One question to the daemon and its answer, within the time that a build may lose to a daemon that hangs.

import { ZccacheError } from "../core/errors.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import type { InvokeRequest, Response } from "../ipc/messages.ts";
import { fault } from "../sys/fault.ts";

/** Longest silence after a question. */
export const FIRST_SIGN_MS = 1000;

/** Longest silence after a sign of life; a daemon that works on the answer gives one each half second. */
export const NEXT_SIGN_MS = 2000;

/** What an Invoke can be answered with. */
export type Answer = Extract<Response, { type: "Delivered" | "Exec" | "Bypass" | "NeedStdin" }>;

/**
 * Sends an Invoke and waits for the answer, however long that is worked on.
 * @param firstSignMs Longest silence before the first sign of life.
 * @throws {ZccacheError} `TIMEOUT` after too long a silence, `CONNECTION_CLOSED`, or `DAEMON_ANSWER` for a daemon that
 * can't serve the call.
 */
export async function ask(daemon: ClientConnection, request: InvokeRequest, firstSignMs: number): Promise<Answer> {
  daemon.send(request);
  fault("client.asked");
  for (let silence = firstSignMs; ; silence = NEXT_SIGN_MS) {
    const reply = await daemon.receive(silence);
    if (reply === "closed") throw new ZccacheError("CONNECTION_CLOSED", "Cannot ask the daemon: it went away");
    switch (reply.type) {
      case "Working":
        continue;
      case "Delivered":
      case "Exec":
      case "Bypass":
      case "NeedStdin":
        return reply;
      default:
        throw new ZccacheError("DAEMON_ANSWER", `Cannot use the daemon's answer: ${describe(reply)}`);
    }
  }
}

function describe(reply: Response): string {
  return reply.type === "Error" ? reply.message : reply.type;
}
