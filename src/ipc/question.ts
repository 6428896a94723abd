// One question to a daemon that runs, and the answer of the wanted type.

import { ZccacheError } from "../core/errors.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { Request, Response } from "./messages.ts";

/**
 * Asks and waits for the answer.
 * @throws {ZccacheError} `TIMEOUT`, `CONNECTION_CLOSED`, or `DAEMON_ANSWER` with what the daemon said instead.
 */
export async function question<Type extends Response["type"]>(
  daemon: ClientConnection,
  request: Request,
  { type, timeoutMs }: { type: Type; timeoutMs: number },
): Promise<Extract<Response, { type: Type }>> {
  daemon.send(request);
  const reply = await daemon.receive(timeoutMs);
  if (reply === "closed") throw new ZccacheError("CONNECTION_CLOSED", "Cannot ask the daemon: it went away");
  if (isOfType(reply, type)) return reply;
  const said = describeReply(reply);
  throw new ZccacheError("DAEMON_ANSWER", `Cannot use the daemon's answer: ${said}`);
}

/** What a reply that is of no use says, for a message. */
export function describeReply(reply: Response): string {
  if (reply.type === "Error") return reply.message;
  if (reply.type !== "Backpressure") return `it answered ${reply.type}`;
  return `it is busy (${reply.reason}, ${reply.queue_depth} calls under way)`;
}

function isOfType<Type extends Response["type"]>(
  reply: Response,
  type: Type,
): reply is Extract<Response, { type: Type }> {
  return reply.type === type;
}
