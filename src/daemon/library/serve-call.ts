// A call from its handler to its reply on the wire.

import * as z from "zod/mini";
import { describeError, ZccacheError } from "../../core/errors.ts";
import type { WireMap } from "../../ipc/fields.ts";
import { CALLS, type CallReply, type CallRequest } from "../../ipc/schemas/calls.ts";
import type { CallContext, Handlers } from "./handlers.ts";

/** Serves and replies. What the handler refuses is told as an `Error`; the connection goes on. */
export async function serveCall(
  request: CallRequest,
  handlers: Handlers,
  { connection }: Pick<CallContext, "connection">,
): Promise<void> {
  const { promise: replied, resolve: onReplied } = Promise.withResolvers<void>();
  try {
    // The compiler does not see that request and handler belong together once the handler is looked up.
    const handler = handlers[request.type] as (
      request: CallRequest,
      context: CallContext,
    ) => Promise<CallReply> | CallReply;
    const reply: z.ZodMiniType = CALLS[request.type].reply;
    connection.sendMap(z.encode(reply, await handler(request, { connection, replied })) as WireMap);
  } catch (error) {
    if (error instanceof ZccacheError && error.code === "CONNECTION_CLOSED") throw error;
    const refused = error instanceof ZccacheError && error.code === "BAD_REQUEST";
    const message = refused ? error.message : `Cannot serve ${request.type}: ${describeError(error)}`;
    connection.send({ type: "Error", message });
  } finally {
    onReplied();
  }
}
