// What serves a call of library clients and verbs.

import type { CallName, CallReply, CallRequest } from "../../ipc/schemas/calls.ts";
import type { ServerConnection } from "../../ipc/server-connection.ts";

/** Who asks, and when that one has the reply, or has left. What is to be written down waits for that. */
export type CallContext = { readonly connection: ServerConnection; readonly replied: Promise<void> };

/** Serves one kind of call. @throws {ZccacheError} What the client is told as the message of an `Error`. */
export type Handler<Name extends CallName> = (
  request: CallRequest<Name>,
  context: CallContext,
) => Promise<CallReply<Name>> | CallReply<Name>;

/** Handlers by name. */
export type Handlers<Name extends CallName = CallName> = { readonly [Key in Name]: Handler<Key> };
