// The typed client: asks a daemon any call of the protocol. For programs that embed zccache, and for our own verbs.

import * as z from "zod/mini";
import { connectDaemon } from "../broker/connect-daemon.ts";
import { ZccacheError } from "../core/errors.ts";
import type { RawText } from "../core/raw-text.ts";
import { type ClientConnection, DEFAULT_CLIENT_RECEIVE_TIMEOUT_MS } from "../ipc/client-connection.ts";
import type { WireMap } from "../ipc/fields.ts";
import { CALLS, type CallName, type CallReply, type CallRequest } from "../ipc/schemas/calls.ts";
import { readSettings } from "../sys/environment.ts";
import { judgeSilence, WEDGE_CALLS, type WedgeBudget, wedgeBudget } from "./wedge.ts";

/** Fields of a request beside its type. */
export type CallFields<Name extends CallName> = Omit<CallRequest<Name>, "type">;

/**
 * A client of the daemon that serves at `endpoint`. One whose compiles get no answer for as long as the variables of this
 * process say (ZCCACHE_WEDGE_…) ends a daemon that hangs.
 * @throws as `connectDaemon`.
 */
export async function connectClient(endpoint: RawText, timeoutMs?: number, settings = readSettings()): Promise<Client> {
  const connection = await connectDaemon(endpoint, timeoutMs === undefined ? {} : { timeoutMs });
  return new Client(connection, wedgeBudget(endpoint, settings));
}

/** Calls over one connection, one after another. */
export class Client implements Disposable {
  readonly #connection: ClientConnection;
  readonly #budget: WedgeBudget | undefined;

  constructor(connection: ClientConnection, budget?: WedgeBudget) {
    this.#connection = connection;
    this.#budget = budget;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  /**
   * Asks and waits for the answer. Whoever gets none in time, whatever the daemon is at, runs the tool without it.
   * @param timeoutMs The constant of the protocol unless given; for compiles and links the wedge budget, if there is one.
   * @throws {ZccacheError} `MESSAGE` naming the field that can't be sent, nothing being sent then; `DAEMON_ANSWER` with
   * what the daemon said instead; `VERSION_MISMATCH`; `TIMEOUT`; `CONNECTION_CLOSED`.
   */
  async ask<Name extends CallName>(name: Name, fields: CallFields<Name>, timeoutMs?: number): Promise<CallReply<Name>> {
    // The compiler does not see that name and fields belong together once they are looked up.
    const call: { request: z.ZodMiniType; reply: z.ZodMiniType } = CALLS[name];
    const request = z.safeEncode(call.request, { ...fields, type: name });
    if (!request.success) {
      const field = fieldOf(request.error);
      throw new ZccacheError("MESSAGE", `Cannot send ${name}: field "${field}" is missing or not as it should be`);
    }
    const reply = await this.#answerTo(name, request.data as WireMap, timeoutMs);
    if (reply === "closed") throw new ZccacheError("CONNECTION_CLOSED", "Cannot ask the daemon: it went away");
    const read = call.reply.safeParse(reply);
    if (read.success) return read.data as CallReply<Name>;
    throw new ZccacheError("DAEMON_ANSWER", `Cannot use the daemon's answer to ${name}: ${instead(reply, read.error)}`);
  }

  async #answerTo(name: CallName, request: WireMap, timeoutMs: number | undefined): Promise<WireMap | "closed"> {
    const budget = timeoutMs === undefined && WEDGE_CALLS.has(name) ? this.#budget : undefined;
    try {
      const limitMs = timeoutMs ?? budget?.receiveMs ?? DEFAULT_CLIENT_RECEIVE_TIMEOUT_MS;
      return await this.#connection.askMap(request, limitMs);
    } catch (error) {
      const isSilent = error instanceof ZccacheError && error.code === "TIMEOUT";
      if (isSilent && budget !== undefined) await judgeSilence(this.#connection, budget);
      throw error;
    }
  }
}

function instead(reply: WireMap, error: z.core.$ZodError): string {
  if (reply["type"] === "Error") return String(reply["message"]);
  const field = fieldOf(error);
  return field === "type" ? `it answered ${String(reply["type"])}` : `field "${field}" is not as it should be`;
}

function fieldOf(error: z.core.$ZodError): string {
  return error.issues[0]?.path.join(".") ?? "";
}
