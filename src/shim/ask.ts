// One question to the daemon and its answer, within the time that a build may lose to a daemon that hangs.

import { ZccacheError } from "../core/errors.ts";
import { rawFromBytes } from "../core/raw-text.ts";
import type { ClientConnection } from "../ipc/client-connection.ts";
import type { BackpressureResponse, InvokeRequest, Response } from "../ipc/messages.ts";
import { describeReply } from "../ipc/question.ts";
import { fault } from "../sys/fault.ts";
import type { Client } from "./client.ts";
import type { Patience } from "./patience.ts";

/** What an Invoke can be answered with. */
export type Answer = Extract<Response, { type: "Delivered" | "Exec" | "Bypass" | "NeedStdin" }>;

/** What to ask, and how long the answer may take. */
export type Question = {
  readonly request: InvokeRequest;
  readonly patience: Pick<Patience, "firstSignMs" | "nextSignMs" | "busyMs">;
};

/**
 * Sends an Invoke and waits for the answer, however long that is worked on. What the daemon makes meanwhile is noted in
 * `client`, also if no answer comes; a daemon that answers by `Exec` or `Bypass` has made nothing.
 * A daemon with too much to do is asked again when it says, for `busyMs` in all.
 * @throws {ZccacheError} `TIMEOUT` after too long a silence, `CONNECTION_CLOSED`, or `DAEMON_ANSWER` for a daemon that
 * can't serve the call. The connection is of no use then.
 */
export async function ask(daemon: ClientConnection, question: Question, client: Pick<Client, "made">): Promise<Answer> {
  try {
    const until = performance.now() + question.patience.busyMs;
    for (;;) {
      const reply = await answerTo(daemon, question, client);
      if (reply.type !== "Backpressure") return reply;
      const pause = Math.max(1, reply.retry_after_ms);
      if (performance.now() + pause > until) throw unusable(reply);
      await Bun.sleep(pause);
    }
  } catch (error) {
    for (const reply of await daemon.leave()) note(reply, client);
    throw error;
  }
}

async function answerTo(
  daemon: ClientConnection,
  { request, patience }: Question,
  client: Pick<Client, "made">,
): Promise<Answer | BackpressureResponse> {
  daemon.send(request);
  fault("client.asked");
  for (let silence = patience.firstSignMs; ; silence = patience.nextSignMs) {
    const reply = await daemon.receive(silence);
    if (reply === "closed") throw new ZccacheError("CONNECTION_CLOSED", "Cannot ask the daemon: it went away");
    note(reply, client);
    switch (reply.type) {
      case "Working":
        continue;
      case "Delivered":
      case "Exec":
      case "Bypass":
      case "NeedStdin":
      case "Backpressure":
        return reply;
      default:
        throw unusable(reply);
    }
  }
}

function note(reply: Response, client: Pick<Client, "made">): void {
  if (reply.type === "Exec" || reply.type === "Bypass") client.made = undefined;
  if (reply.type !== "Working" || reply.staged === undefined || reply.making === undefined) return;
  client.made = { staged: rawFromBytes(reply.staged), place: rawFromBytes(reply.making) };
}

function unusable(reply: Response): ZccacheError {
  return new ZccacheError("DAEMON_ANSWER", `Cannot use the daemon's answer: ${describeReply(reply)}`);
}
